"""`wait_generation.py` of the skills.video image skill: follow a generation by its id, free of charge."""

import time
from argparse import Namespace
from collections.abc import Mapping, Sequence
from typing import Any

from limner.artifacts import Output
from limner.client import Client
from limner.dropin import skillsvideo_lines as face
from limner.dropin.skillsvideo_lines import GATEWAY, Lines, Stop
from limner.errors import GatewayError, LimnerError
from limner.results import Job

_SECONDS = 600.0
_INTERVAL = 3.0


def main(argv: Sequence[str] | None = None) -> int:
    """The command line; its exit code."""
    options = _parser().parse_args(argv)
    lines = Lines()
    lines.id = options.generation_id
    try:
        return _wait(options, lines)
    except Stop as stop:
        return stop.code
    except LimnerError as error:
        lines.say("error", error=error.code, message=lines.sentence(error.key, error.facts))
        return face.WRONG
    except KeyboardInterrupt:
        lines.say("error", error="interrupted", message="The generation goes on; ask for it again.")
        return 130


def _wait(options: Namespace, lines: Lines) -> int:
    face.positive(lines, interval=options.interval, timeout=options.timeout)
    started = time.monotonic()
    with Client(sandbox=face.in_sandbox(), language=lines.language, over=_over(options)) as client:
        face.set_up(client.gateway, lines, options.base_url)
        job_id = _adopted(client, options, lines, started)
        if job_id is None:
            return lines.timeout(time.monotonic() - started)

        def watch(event: str, facts: Mapping[str, Any]) -> None:
            if event == "told":
                lines.look(facts)
            elif event == "look_failed":
                lines.look_failed(facts["key"], facts["facts"])

        left = max(0.0, options.timeout - (time.monotonic() - started))
        job = client.recover(job_id, left, watch)
        if not lines.looks:
            _looked(client, lines)
        return _end(job, lines, time.monotonic() - started)


def _adopted(client: Client, options: Namespace, lines: Lines, started: float) -> str | None:
    """The generation's job, known or taken in; `None` when the gateway could not be asked in time."""
    pictures = Output(folder=str(client.home.data / "pictures"))
    while True:
        try:
            return client.adopt(GATEWAY, options.generation_id, pictures)
        except GatewayError as error:
            lines.look_failed(error.key, error.facts)
        pause = options.interval or _INTERVAL
        if time.monotonic() - started + pause > options.timeout:
            return None
        time.sleep(pause)


def _looked(client: Client, lines: Lines) -> None:
    """A job that had ended before, here or in another process, is looked at once for its last snapshot."""
    gateway = client.gateway(GATEWAY)
    progress = client.market.ask(gateway, lambda provider, wire: provider.poll(wire, str(lines.id)))
    lines.look({"said": progress.said, "state": progress.state})


def _end(job: Job, lines: Lines, seconds: float) -> int:
    if lines.ended:
        return lines.terminal(job, status=lines.status)
    if job.error_facts.get("code") == "auth_rejected":
        lines.say("poll_error", generation_id=lines.id, attempt=lines.looks, http_status=401, transient=False,
                  message=lines.sentence(str(job.error), job.error_facts))  # fmt: skip
        return face.LOOK_FAILED
    return lines.timeout(seconds)


def _over(options: Namespace) -> dict[str, Any]:
    if options.interval is None:
        return {}
    return {"gateways": {GATEWAY: {"polling": {"floor": options.interval, "ceiling": options.interval}}}}


def _parser() -> Any:
    parser = face.parser("Follow a generation to its end, one JSON object per line. Free of charge.")
    add = parser.add_argument
    add("--generation-id", required=True, metavar="ID")
    add(
        "--base-url",
        metavar="URL",
        help="has to be where the key belongs: SKILLS_VIDEO_BASE_URL or the default",
    )
    add("--interval", type=float, metavar="SECONDS", help="between looks; default 3")
    add(
        "--timeout", type=float, default=_SECONDS, metavar="SECONDS", help="when to stop waiting; default 600"
    )
    add("--request-timeout", type=float, metavar="SECONDS", help="accepted; a look takes at most 60")
    return parser
