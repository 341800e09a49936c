"""The addresses, and what happens to a request on its way to its page."""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from limner import errors
from limner.errors import LimnerError
from limner.studio import approving, images, making, questions, setting_up, spent, story, wall
from limner.studio.doors import Keys, same
from limner.studio.house import House
from limner.studio.visit import FOLDER, LANGUAGE, SANDBOX, Visit

Page = Callable[[Visit], Response]
Endpoint = Callable[[Request], Awaitable[Response]]

MOST_FILES = 16
_YEAR = 31_536_000
_STATUS: tuple[tuple[type[LimnerError], int], ...] = (
    (errors.NotFound, 404),
    (errors.QuoteChanged, 409),
    (errors.BudgetExceeded, 409),
    (errors.Declined, 409),
    (errors.Usage, 422),
)

_PAGES: tuple[tuple[str, str, Page], ...] = (
    ("GET", "/", wall.show),
    ("GET", "/more", wall.more),
    ("GET", "/live/wall", wall.live),
    ("GET", "/live/job/{job}", story.live),
    ("GET", "/live/quote/{quote}", approving.live),
    ("GET", "/job/{job}", story.show),
    ("GET", "/job/{job}/{place:int}", story.show),
    ("POST", "/job/{job}/cancel", story.cancel),
    ("POST", "/job/{job}/recover", questions.recover),
    ("POST", "/job/{job}/resolve", questions.resolve),
    ("GET", "/picture/{job}/{place:int}", images.picture),
    ("GET", "/thumb/{job}/{place:int}", images.thumb),
    ("GET", "/reference/{quote}/{place:int}", images.reference),
    ("GET", "/make", making.show),
    ("POST", "/make", making.quote),
    ("POST", "/understand", making.understand),
    ("GET", "/approve/{quote}", approving.show),
    ("POST", "/approve/{quote}", approving.answer),
    ("GET", "/questions", questions.show),
    ("GET", "/spending", spent.show),
    ("GET", "/setup", setting_up.show),
    ("POST", "/setup", setting_up.add),
    ("POST", "/setup/limit", setting_up.limit),
    ("POST", "/setup/{gateway}/key", setting_up.keep_key),
    ("POST", "/setup/{gateway}/look", setting_up.look),
    ("POST", "/setup/{gateway}/remove", setting_up.remove),
    ("POST", "/setup/{gateway}/resume", setting_up.resume),
)


def build(house: House, keys: Keys) -> Starlette:
    def endpoint(page: Page) -> Endpoint:
        async def served(request: Request) -> Response:
            return await _serve(request, page, house, keys)

        return served

    def enter(request: Request) -> Response:
        return _enter(Visit(request, house, keys))

    async def entered(request: Request) -> Response:
        form = await request.form(max_files=0)
        return _let_in(Visit(request, house, keys, form))

    def problem(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        visit = Visit(request, house, keys)
        if not keys.knows(request):
            return PlainTextResponse("", status)
        if isinstance(error, LimnerError):
            return _told(visit, error)
        key = {400: "problem_400", 404: "problem_404", 405: "problem_404"}.get(status, "problem_500")
        limits = {"files": MOST_FILES, "megabytes": making.MOST_BYTES >> 20}
        return visit.page("problem.html", status, sentence=visit.t(key, **limits))

    pages: list[BaseRoute] = [Route(path, endpoint(page), methods=[method]) for method, path, page in _PAGES]
    plain = [Route("/language/{language}", endpoint(_language), methods=["GET"])]
    return Starlette(
        routes=[
            Route("/enter", enter, methods=["GET"]),
            Route("/enter", entered, methods=["POST"]),
            Route("/favicon.ico", lambda _: PlainTextResponse("", 204)),
            Mount("/static", StaticFiles(directory=FOLDER / "static")),
            Mount(SANDBOX, routes=pages),
            *plain,
            *pages,
        ],
        exception_handlers={HTTPException: problem, LimnerError: problem, 500: problem},
    )


async def _serve(request: Request, page: Page, house: House, keys: Keys) -> Response:
    form = FormData()
    if request.method == "POST":
        try:
            form = await request.form(max_files=MOST_FILES, max_fields=60, max_part_size=200_000)
        except ClientDisconnect:
            return PlainTextResponse("Too large.", 413)
    visit = Visit(request, house, keys, form)
    if house.only_sandbox and not request.url.path.startswith((SANDBOX, "/language/")):
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{SANDBOX}{request.url.path}{query}", 307)
    if request.method == "POST":
        token = request.headers.get("x-csrf", "") or visit.given("csrf")
        if not same(token, keys.csrf):
            return PlainTextResponse("This did not come from a page of the studio.", 403)
    try:
        return await run_in_threadpool(page, visit)
    except LimnerError as error:
        return _told(visit, error)
    finally:
        if request.method == "POST":
            house.watcher.nudge()
        await form.close()


def _told(visit: Visit, error: LimnerError) -> Response:
    status = next((code for kind, code in _STATUS if isinstance(error, kind)), 400)
    return visit.page("problem.html", status, sentence=visit.error(error))


def _enter(visit: Visit) -> Response:
    if visit.keys.lets_in(visit.asked("token")):
        return _with_cookie(visit, visit.asked("to"))
    if visit.keys.knows(visit.request):
        return RedirectResponse(_inside(visit.asked("to")), 303)
    return visit.page("enter.html", 403, to=_inside(visit.asked("to")), again=bool(visit.asked("again")))


def _let_in(visit: Visit) -> Response:
    """The token, pasted by hand, alone or in its link."""
    given = visit.given("token").rpartition("token=")[2]
    if visit.keys.lets_in(given):
        return _with_cookie(visit, visit.given("to"))
    return visit.page("enter.html", 403, to=_inside(visit.given("to")), again=True)


def _with_cookie(visit: Visit, to: str) -> Response:
    answer = RedirectResponse(_inside(to), 303)
    answer.set_cookie(visit.keys.cookie, visit.keys.session, httponly=True, samesite="strict")
    return answer


def _inside(to: str) -> str:
    """An address of ours, never another site's."""
    return to if to.startswith("/") and not to.startswith(("//", "/\\", "/enter")) else "/"


def _language(visit: Visit) -> Response:
    answer = RedirectResponse(_inside(visit.asked("to")), 303)
    answer.set_cookie(LANGUAGE, visit.path["language"], max_age=_YEAR, httponly=True, samesite="strict")
    return answer
