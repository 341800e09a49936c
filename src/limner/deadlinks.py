"""
Links that end, and links that have ended: which pictures are fetched first, and when one is given up.

A failure is seen again before it is believed. What usually passes by itself is given longer, so that no job
waits for ever for a picture that cannot come any more, with its money reserved.
"""

from limner.errors import GatewayError, NoPicture
from limner.links import good_until
from limner.results import Link, Source, Submission
from limner.work import Work

_HOUR = 3_600_000
_GONE = {410: (2, 0), 404: (2, _HOUR), None: (3, 7 * 24 * _HOUR)}
"""How often, and over how many milliseconds, a link has to fail with a status; `None`: without an answer."""
_ENDED, _OTHER = (2, 0), (3, 24 * _HOUR)


def gone(work: Work, place: int, source: Source, task: str | None, error: GatewayError) -> NoPicture | None:
    """Is a picture lost for good whose link did not work just now? Then what says so."""
    if not isinstance(source, Link):
        return None
    host = error.facts.get("host") or work.transport.gateway.host
    facts = {"place": place, "host": host, "status": f"HTTP {error.status}" if error.status else error.key}
    seen = work.ledger.add_evidence(work.job_id, "link", facts)
    until = good_until(source.url)
    is_over = until is not None and until < work.ledger.now() and error.status is not None
    times, span = _ENDED if is_over else _GONE.get(error.status, _OTHER)
    if seen.times < times or seen.at - seen.first_at < span:
        return None
    return NoPicture(
        "picture.gone",
        status=error.status,
        task=task or work.job_id,
        host=host,
        link=source.url,
        answer=f"HTTP {error.status}" if error.status else "-",
    )


def note_ends(work: Work, submission: Submission, answered_at: int) -> None:
    """
    Write down until when the links are good, where they or the gateway's facts say so. `answered_at` is when
    their answer came, in Unix milliseconds.
    """
    links = [source.url for source in submission.sources if isinstance(source, Link)]
    ends = [end for end in map(good_until, links) if end is not None]
    lasting = work.transport.gateway.facts.get("links", {}).get("seconds")
    if links and lasting:
        ends.append(answered_at + int(lasting) * 1000)
    if ends:
        work.ledger.add_evidence(work.job_id, "links_until", {"until": min(ends)})
