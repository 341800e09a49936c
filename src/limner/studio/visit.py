"""One request's surroundings: whose ledger, which language, and how a page is made of a template."""

import contextlib
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from limner import messages
from limner.client import Client
from limner.errors import LimnerError
from limner.ledger import gallery
from limner.money import Money
from limner.results import Job
from limner.studio.doors import Keys
from limner.studio.house import House
from limner.studio.live import Drawn
from limner.types import Request as Request_

FOLDER = Path(__file__).parent
LANGUAGE = "limner_language"
SANDBOX = "/sandbox"
_LONGEST = 20_000


class Visit:
    """What a page is made with. `base` stands before every address: "" or "/sandbox"."""

    def __init__(self, request: Request, house: House, keys: Keys, form: FormData | None = None) -> None:
        self.request = request
        self.house = house
        self.keys = keys
        self.form = form if form is not None else FormData()
        self.sandbox = house.only_sandbox or f"{request.url.path}/".startswith(SANDBOX + "/")
        self.base = SANDBOX if self.sandbox else ""

    @cached_property
    def client(self) -> Client:
        return self.house.client(self.sandbox)

    @cached_property
    def language(self) -> str:
        """Chosen on the page, else at the start, else what the browser says its person reads."""
        chosen = self.request.cookies.get(LANGUAGE, "") or self.house.language
        if chosen in messages.LANGUAGES:
            return chosen
        wanted = self.request.headers.get("accept-language", "").lower()
        return "zh" if wanted.startswith("zh") else "en"

    @property
    def path(self) -> Mapping[str, Any]:
        return self.request.path_params

    def asked(self, name: str) -> str:
        return self.request.query_params.get(name, "")

    def given(self, name: str) -> str:
        """One field of the form."""
        value = self.form.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    def files(self, name: str) -> list[UploadFile]:
        return [one for one in self.form.getlist(name) if isinstance(one, UploadFile) and one.filename]

    def t(self, key: str, /, **facts: Any) -> str:
        """A text of the studio's own."""
        return messages.studio_text(key, self.language, facts)

    def s(self, key: str, /, **facts: Any) -> str:
        """A sentence that all faces share."""
        return messages.sentence(key, self.language, facts)

    def money(self, amount: Money) -> str:
        return messages.amount(amount, self.language)

    def unit(self, unit: str) -> str:
        """What is counted in, in words where there are some."""
        key = f"unit.{unit}"
        return self.s(key) if messages.has(key) else unit

    def error(self, error: LimnerError) -> str:
        return self.s(error.key, **error.facts)

    def url(self, path: str, **query: Any) -> str:
        told = {name: value for name, value in query.items() if value not in ("", None)}
        return f"{self.base}{path}" + (f"?{urlencode(told)}" if told else "")

    def thumb(self, job_id: str, place: int, sha256_: str) -> str:
        return self.url(f"/thumb/{job_id}/{place}", v=sha256_[:12])

    def again(self, request: Request_, prompt: str = "") -> str:
        """Where the same can be asked for once more, with other words if there are any."""
        chosen = f"{request.gateway or ''}|{request.model}" if request.model else ""
        wishes = {"model": chosen, "aspect_ratio": request.aspect_ratio, "size": request.size}
        words = (prompt or request.prompt)[:2_000]
        return self.url("/make", q=words, **wishes, n=request.n if request.n > 1 else "", avoid=request.avoid)

    def job_url(self, job: Job) -> str:
        return self.url(f"/job/{job.id}")

    def moment(self, at: int) -> str:
        local = datetime.fromtimestamp(at / 1000).astimezone()
        return f"{self.day(local)} {local:%H:%M}"

    def day(self, local: datetime) -> str:
        if self.language == "zh":
            return f"{local.year}年{local.month}月{local.day}日"
        return f"{local.day} {local:%B} {local.year}"

    def lines(self, text: str) -> str:
        """A text with its line ends, without what could reorder or hide letters."""
        return "\n".join(messages.clean(line, _LONGEST) for line in text.splitlines())

    def go(self, path: str, **query: Any) -> Response:
        """See another page."""
        return RedirectResponse(self.url(path, **query), 303)

    def page(self, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """A whole page, or a part of one."""
        return HTMLResponse(self.drawn(template, **values), status)

    def drawn(self, template: str, **values: Any) -> str:
        return _environment().get_template(template).render(v=self, **self._shared(), **values)

    def streamed(self, view: Callable[["Visit"], Drawn]) -> Response:
        """What moves on a page, as it moves; with `?once` only how it stands, for who cannot follow."""

        def drawn() -> Drawn:
            return view(Visit(self.request, self.house, self.keys))

        if self.asked("once"):
            return JSONResponse(drawn().parts)
        name = f"{self.language} {self.request.url.path}?{self.request.url.query}"
        return self.house.watcher.stream(name, self.sandbox, drawn)

    def counted(self) -> dict[str, str]:
        """The number in the menu, as a part of what moves."""
        return {"questions": str(self.open_questions or "")}

    def _shared(self) -> dict[str, Any]:
        return {
            "t": self.t,
            "s": self.s,
            "asset": asset,
            "lang": "zh-Hans" if self.language == "zh" else "en",
            "now": int(time.time() * 1000),
            "here": self.request.url.path,
        }

    @cached_property
    def open_questions(self) -> int:
        # A page about a damaged ledger must not fail for want of this number.
        with contextlib.suppress(LimnerError):
            return len(gallery.questions(self.client.ledger.store))
        return 0


@cache
def asset(name: str) -> str:
    """The address of a static file, which changes with its bytes."""
    mark = sha256((FOLDER / "static" / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={mark}"


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
