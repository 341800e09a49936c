"""
`create_and_wait.py` of the skills.video image skill: its flags, lines and exit codes, our engine.

Calling it is the yes: the script never had a question of its own. It quotes, approves as "drop-in" and
runs, so ceiling, ledger and recovery are the same as everywhere else. Nobody publishes prices, so one call
may cost what --max-cost says, and what the gateway bills is what is recorded.
"""

import json
import time
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from limner import openapi
from limner.artifacts import Output
from limner.client import Client
from limner.dropin import skillsvideo_lines as face
from limner.dropin.skillsvideo_lines import GATEWAY, Lines, Stop
from limner.errors import LimnerError
from limner.gateways import Gateway, facts
from limner.results import Job
from limner.types import Model, Quote, Request

_NOT_ASKED = {"default", "auto"}
_STREAM_CODES = {"sse_stream_ended": 100, "sse_http_error": 101, "sse_timeout": 102, "sse_connect_error": 103}


def main(argv: Sequence[str] | None = None) -> int:
    """The command line; its exit code."""
    options = _parser().parse_args(argv)
    lines = Lines()
    try:
        return _create(options, lines)
    except Stop as stop:
        return stop.code
    except LimnerError as error:
        lines.say("error", error=error.code, message=lines.sentence(error.key, error.facts))
        return face.WRONG
    except KeyboardInterrupt:
        lines.say("error", error="interrupted", message="What was sent goes on. See: limner recover")
        return 130


def _create(options: Namespace, lines: Lines) -> int:
    face.positive(lines, interval=options.poll_interval, timeout=options.poll_timeout)
    with Client(sandbox=face.in_sandbox(), language=lines.language, over=_over(options)) as client:
        gateway = face.set_up(client.gateway, lines, options.base_url)
        payload = _payload(options, lines)
        path = _endpoint(options.sse_endpoint, gateway, lines)
        url = gateway.base_url + openapi.streamed(path)
        lines.say("start", url=url, mode="sse_then_poll_fallback")
        quote = _quote(client, path.removeprefix("/generation/"), payload, options, lines)
        if quote.needs_approval:
            client.approve(quote.id, by="drop-in")
        watch, started = _Watch(lines, url), time.monotonic()
        job = client.run(quote.id, Output(folder=str(client.home.data / "pictures")), watch)
        return watch.end(job, time.monotonic() - started)


def _quote(client: Client, name: str, payload: dict[str, Any], options: Namespace, lines: Lines) -> Quote:
    """The payload as a request of ours. What its schema does not have is refused here, unsent."""
    try:
        model = client.market.pick(Request(prompt="", gateway=GATEWAY, model=name)).model
        wanted = _request(payload, model, lines)
        try:
            return client.quote(wanted, max_cost=options.max_cost)
        except LimnerError as error:
            if error.key != "quote.price_unknown":
                raise
        return client.quote(wanted, max_cost=facts(GATEWAY)["drop_in"]["max_cost"])
    except LimnerError as error:
        told = {one: error.facts[one] for one in ("name", "near", "allowed", "names") if error.facts.get(one)}
        lines.wrong("invalid_payload", lines.sentence(error.key, error.facts), details=told)


def _request(payload: Mapping[str, Any], model: Model, lines: Lines) -> Request:
    rest, wire = dict(payload), model.live
    _check_fields(rest, model, lines)
    prompt = rest.pop("prompt", None if wire.get("prompt", True) else model.title)
    if not isinstance(prompt, str):
        lines.wrong("invalid_payload", "The payload needs a prompt, which is a text.")
    size, ratio = (rest.pop(str(wire.get(name)), None) for name in ("size", "ratio"))
    n = rest.pop(str(wire.get("n")), 1)
    if not isinstance(n, int) or isinstance(n, bool):
        lines.wrong("invalid_payload", f"{wire.get('n')} has to be a whole number.")
    links, files = _pictures(rest.pop(str(wire.get("references")), None))
    if links:
        rest[str(wire["references"])] = links
    return Request(
        prompt=prompt,
        gateway=GATEWAY,
        model=model.id,
        references=tuple(files),
        aspect_ratio=None if ratio is None or ratio in _NOT_ASKED else str(ratio),
        size=None if size is None or size in _NOT_ASKED else str(size),
        n=n,
        extra=rest,
        exact=True,  # calling this is the yes, so nobody would see what was adjusted
    )


def _check_fields(payload: Mapping[str, Any], model: Model, lines: Lines) -> None:
    own = {name for name in model.live.values() if isinstance(name, str)} | set(model.parameters)
    known = sorted(own | ({"prompt"} if model.live.get("prompt", True) else set()))
    for name in payload:
        if name not in known:
            near = openapi.nearest(name, known)
            hint = f" Did you mean {near}?" if near else ""
            told = {"name": name, "near": near or None, "allowed": known}
            lines.wrong(
                "unknown_field", f"{model.id} has no field {name}.{hint} Nothing was sent.", details=told
            )


def _pictures(value: Any) -> tuple[Any, list[str]]:
    """Addresses, which are sent as they are, and local files, which travel as parts of a form."""
    given = value if isinstance(value, list) else [value] if value else []
    files = [
        one for one in given if isinstance(one, str) and not one.startswith(("http://", "https://", "data:"))
    ]
    links = [one for one in given if one not in files]
    return (links if isinstance(value, list) else links[0] if links else None), files


def _payload(options: Namespace, lines: Lines) -> dict[str, Any]:
    if options.payload is not None and options.payload_file:
        lines.wrong("invalid_arguments", "Use either --payload or --payload-file, not both.")
    try:
        text = Path(options.payload_file).read_text("utf-8") if options.payload_file else options.payload
        told = json.loads(text) if text and text.strip() else {}
    except (OSError, ValueError, RecursionError) as error:
        lines.wrong("invalid_arguments", f"The payload cannot be read: {error}")
    if not isinstance(told, dict):
        lines.wrong("invalid_arguments", "Payload must be a JSON object.")
    return told


def _endpoint(given: str, gateway: Gateway, lines: Lines) -> str:
    """The endpoint below the gateway's address, plain. A whole URL has to be the gateway's own."""
    path = face.path_below(given, gateway, lines) if "://" in given else given
    plain = openapi.plain(path)
    if not plain.startswith("/generation/") or not plain.removeprefix("/generation/"):
        lines.wrong("invalid_arguments", f"{given} is no generation endpoint, such as "
                    "/generation/sse/google/nano-banana-pro.")  # fmt: skip
    return plain


class _Watch:
    """The engine's events as the script's lines."""

    def __init__(self, lines: Lines, url: str) -> None:
        self.lines, self.url = lines, url
        self.is_open, self.stream_end, self.falls_back = False, "", False

    def __call__(self, event: str, facts: Mapping[str, Any]) -> None:
        if event == "told" and facts["through"] == "stream":
            self._streamed(facts)
        elif event == "stream_ended":
            self._stream_ended(facts)
        elif event in ("told", "look_failed"):
            self._fall_back()
            if event == "told":
                self.lines.look(facts)
            else:
                self.lines.look_failed(facts["key"], facts["facts"])
        elif event == "repeating":
            self.lines.say("retry", **{name: facts[name] for name in ("attempt", "of", "seconds")},
                           http_status=facts["status"],
                           message=self.lines.sentence(facts["key"], facts["facts"]))  # fmt: skip

    def _streamed(self, facts: Mapping[str, Any]) -> None:
        if not self.is_open:
            self.lines.say("sse_open", http_status=200, url=self.url)
            self.is_open = True
        told = self.lines.snapshot(facts)
        name = facts["said"]["name"] or "message"
        self.lines.say("sse_event", sse_event_name=name, **told, payload=self.lines.last)

    def _stream_ended(self, facts: Mapping[str, Any]) -> None:
        self.stream_end = "sse_timeout" if facts["key"] == "gateway.silent" else "sse_stream_ended"
        message = self.lines.sentence(facts["key"], facts["facts"])
        self.lines.say(self.stream_end, generation_id=self.lines.id, message=message)

    def _fall_back(self) -> None:
        if self.falls_back:
            return
        if not self.stream_end:
            message = "SSE stream ended before terminal status."
            self.lines.say("sse_stream_ended", generation_id=self.lines.id, message=message)
        command = f"python scripts/wait_generation.py --generation-id {self.lines.id}"
        self.lines.say("fallback_polling_start", generation_id=self.lines.id, command=command)
        self.falls_back = True

    def end(self, job: Job, seconds: float) -> int:
        """What the job has come to; the exit code."""
        self.lines.id = self.lines.id or job.task_id
        if self.lines.id is None:
            return self._never_named(job)
        if not self.lines.ended:
            code = (
                face.LOOK_FAILED
                if job.error_facts.get("code") == "auth_rejected"
                else self.lines.timeout(seconds)
            )
            return self._polled(code)
        code = face.OK if self.lines.ended == "done" else face.FAILED
        # The end of the fallback is told before the end of the generation, which is the last line.
        self._polled(code)
        return self.lines.terminal(job, source="poll" if self.falls_back else "sse", status=self.lines.status)

    def _polled(self, code: int) -> int:
        if self.falls_back:
            self.lines.say("fallback_polling_end", generation_id=self.lines.id, exit_code=code)
        return code

    def _never_named(self, job: Job) -> int:
        status, message = job.error_facts.get("status"), self.lines.sentence(job.error or "", job.error_facts)
        answered = isinstance(status, int) and not 200 <= status < 300
        silent = job.error == "gateway.silent"
        name = "sse_http_error" if answered else "sse_timeout" if silent else "sse_connect_error"
        if job.error == "stream.no_id":
            name = "sse_stream_ended"
        told = {"http_status": status, "payload": _answer(job)} if answered else {"generation_id": None}
        self.lines.say(name, **told, message=message)
        self.lines.say(
            "error",
            error="missing_generation_id",
            message="SSE did not return generation id; cannot start poll fallback. "
            + self.lines.sentence(f"charged.{job.charged}", {"cost": job.cost}),
            sse_exit_code=_STREAM_CODES[name],
            job_id=job.id,
            charged=job.charged,
        )
        return face.NO_ID


def _answer(job: Job) -> Any:
    """What the gateway said instead of a stream, as it came."""
    spooled = sorted(Path(job.folder).glob("attempt-*.answer"))
    text = spooled[-1].read_text("utf-8", "replace")[:20_000] if spooled else ""
    try:
        return json.loads(text)
    except ValueError:
        return text or None


def _over(options: Namespace) -> dict[str, Any]:
    """The flags as settings, laid over the configuration."""
    told: dict[str, Any] = {"polling": {}}
    if options.poll_interval is not None:
        told["polling"] |= {"floor": options.poll_interval, "ceiling": options.poll_interval}
    if options.poll_timeout is not None:
        told["polling"]["limit"] = options.poll_timeout
    if options.sse_request_timeout is not None:
        seconds = max(1, round(options.sse_request_timeout))
        told["models"] = {row["id"]: {"time_limit": seconds} for row in facts(GATEWAY)["models"]}
    if options.openapi:
        told["openapi"] = [str(Path(one).expanduser().absolute()) for one in options.openapi]
    return {"gateways": {GATEWAY: told}}


def _parser() -> Any:
    parser = face.parser(
        "Create a picture by a stream, follow it to its end, and print what happens as one JSON object per "
        "line. Calling this spends credits."
    )
    add = parser.add_argument
    add(
        "--sse-endpoint", required=True, metavar="PATH", help="such as /generation/sse/google/nano-banana-pro"
    )
    add(
        "--base-url",
        metavar="URL",
        help="has to be where the key belongs: SKILLS_VIDEO_BASE_URL or the default",
    )
    add("--payload", metavar="JSON", help="the request, an object of the model's own fields")
    add("--payload-file", metavar="FILE", help="the same, in a file")
    add("--sse-request-timeout", type=float, metavar="SECONDS", help="of silence on the stream; default 120")
    add("--poll-timeout", type=float, metavar="SECONDS", help="when to stop waiting; default 900")
    add("--poll-interval", type=float, metavar="SECONDS", help="between looks; default 3")
    add("--poll-request-timeout", type=float, metavar="SECONDS", help="accepted; a look takes at most 60")
    most = facts(GATEWAY)["drop_in"]["max_cost"]
    add(
        "--max-cost",
        metavar="CREDITS",
        help=f"the most this may cost; default {most}, prices are not published",
    )
    add(
        "--openapi", action="append", metavar="FILE", help="an OpenAPI document of the model; may be repeated"
    )
    return parser
