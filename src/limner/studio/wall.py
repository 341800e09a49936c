"""The wall: every picture there is, newest first, and looking for one."""

import time
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from starlette.responses import Response

from limner import gateways, receipts
from limner.ledger import gallery
from limner.ledger.gallery import Hung, Search
from limner.studio import working
from limner.studio.live import Drawn
from limner.studio.visit import Visit

PAGE = 48
STATES = ("done", "failed", "unknown", "canceled")


class Tile(NamedTuple):
    """One picture on the wall. `day`, YYYY-MM-DD, and its `heading` stand over the first one of a day."""

    hung: Hung
    url: str
    is_there: bool
    words: str
    sentence: str
    day: str = ""
    heading: str = ""


def show(visit: Visit) -> Response:
    search = searched(visit)
    tiles, following = _page(visit, search, None, "")
    since = int(time.time() * 1000)
    return visit.page(
        "wall.html",
        search=search,
        is_searched=any(search),
        tiles=tiles,
        following=following,
        sold=gallery.sold(visit.client.ledger.store),
        states=STATES,
        is_ready=bool(tiles) or any(gateways.configured(visit.client.settings)),
        strip="" if any(search) else working.strip(visit, since)[0],
        live=visit.url("/live/wall", since=since, **query(search)),
    )


def more(visit: Visit) -> Response:
    """The next page of the same search, to be put below the last."""
    seq, _, place = visit.asked("after").partition(".")
    mark = (int(seq), int(place)) if seq.isdigit() and place.isdigit() else None
    tiles, following = _page(visit, searched(visit), mark, visit.asked("last"))
    return visit.page("tiles.html", tiles=tiles, following=following)


def live(visit: Visit) -> Response:
    """What moves on the wall: the strip above it, and its first page as it would be hung now."""
    return visit.streamed(_moving)


def _moving(visit: Visit) -> Drawn:
    search, since = searched(visit), visit.asked("since")
    tiles, _ = _page(visit, search, None, "")
    parts = {"tiles": visit.drawn("tiles.html", tiles=tiles, following=""), **visit.counted()}
    if any(search):
        return Drawn(parts)
    html, news, busy = working.strip(visit, int(since) if since.isdigit() else 0)
    return Drawn({"strip": html, "news": news, **parts}, busy)


def searched(visit: Visit) -> Search:
    """What the address asks for; a day that is none is not asked for."""
    day = visit.asked("day")
    try:
        datetime.strptime(day, "%Y-%m-%d")  # noqa: DTZ007  # only its form is looked at
    except ValueError:
        day = ""
    gateway, _, model = visit.asked("model").partition("|")
    state = visit.asked("state")
    return Search(visit.asked("q")[:200], gateway, model, day, state if state in STATES else "")


def query(search: Search) -> dict[str, str]:
    """The same search, as a part of an address."""
    model = f"{search.gateway}|{search.model}".rstrip("|")
    return {"q": search.words, "model": model, "day": search.day, "state": search.state}


def _page(visit: Visit, search: Search, mark: gallery.Mark | None, last: str) -> tuple[list[Tile], str]:
    found = gallery.hung(visit.client.ledger.store, search, PAGE + 1, mark)
    tiles: list[Tile] = []
    for one in found[:PAGE]:
        local = datetime.fromtimestamp(one.created_at / 1000).astimezone()
        day = f"{local:%Y-%m-%d}"
        tile = _tile(visit, search, one)
        tiles.append(tile if day == last else tile._replace(day=day, heading=visit.day(local)))
        last = day
    if len(found) <= PAGE:
        return tiles, ""
    mark = tiles[-1].hung.mark
    return tiles, visit.url("/more", after=f"{mark[0]}.{mark[1]}", last=last, **query(search))


def _tile(visit: Visit, search: Search, one: Hung) -> Tile:
    path = f"/job/{one.job_id}" + (f"/{one.place}" if one.path else "")
    sentence = "" if one.path else _sentence(visit, one.job_id)
    is_there = one.path is not None and Path(one.path).is_file()
    words = visit.lines(one.prompt)[:400] or visit.t("no_prompt")
    return Tile(one, visit.url(path, **query(search)), is_there, words, sentence)


def _sentence(visit: Visit, job_id: str) -> str:
    job = visit.client.ledger.job(job_id)
    key, facts = receipts.words(job)
    return visit.s(key, **facts)


def neighbours(visit: Visit, job_id: str, place: int) -> dict[str, Any]:
    """The addresses of the pictures on either side, in the search that led here."""
    store, search = visit.client.ledger.store, searched(visit)
    mark = gallery.mark_of(store, job_id, place)
    if mark is None:
        return {"newer": "", "older": "", "back": visit.url("/")}
    older = gallery.hung(store, search, 1, mark)
    newer = gallery.before(store, search, mark)
    return {
        "newer": _tile(visit, search, newer).url if newer else "",
        "older": _tile(visit, search, older[0]).url if older else "",
        "back": visit.url("/", **query(search)),
    }
