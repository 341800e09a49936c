"""How the command line talks: results on standard output, everything else on standard error."""

import contextlib
import os
import re
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO

from limner import cli, errors, messages
from limner.errors import LimnerError

if TYPE_CHECKING:
    from limner.client import Client
    from limner.gateways import Settings
    from limner.journal import Journal
    from limner.market import Market

_PATHS = {"job", "jobs"}
_REFUSED: list[type[LimnerError]] = [errors.GatewayError, errors.Refused, *errors.Refused.__subclasses__()]
_GATEWAY_CODES = {kind.code for kind in _REFUSED}
# What JSON lets through and a terminal would act on: C1 controls, direction marks, line ends, lone halves.
_HARMFUL = "[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"


class Next(NamedTuple):
    """What could be done next: why, and the words to type."""

    why: str
    argv: tuple[str, ...]


class Face:
    """One run's manners: language, JSON or words, terminal or pipe."""

    def __init__(self, *, wants_json: bool, language: str) -> None:
        self.json = wants_json
        self.language = language
        self.spoken: str | None = None
        """The language that a job's messages were asked for in; `None`: that of the prompt."""
        self.written = language
        """The language of the prompt, of which `language` may not be capable."""
        self.tells = False
        """Does whoever started this wait for messages?"""
        self.fields: tuple[str, ...] = ()
        self.quiet = False
        self.no_input = False
        self.colour = "NO_COLOR" not in os.environ
        self.home: str | None = None
        self.sandbox = False
        self.warnings: list[str] = []
        self._client: Client | None = None

    @classmethod
    def of(cls, words: Sequence[str]) -> "Face":
        """From the raw words, so that even a mistake in them is answered in the form that was wished."""
        options = list(words[: words.index("--")] if "--" in words else words)
        wants_json = "--json" in options or os.environ.get("LIMNER_OUTPUT") == "json"
        chosen = os.environ.get("LIMNER_LANG", "")
        given = chosen
        for place, word in enumerate(options):
            if word == "--lang" and place + 1 < len(options):
                given = options[place + 1]
            elif word.startswith("--lang="):
                given = word.partition("=")[2]
        given = given if given in messages.SPOKEN else chosen
        given = "en" if given in messages.SPOKEN and given not in messages.LANGUAGES else given
        if given not in messages.LANGUAGES:
            given = "zh" if cli.locale_language() == "zh" else "en"
        return cls(wants_json=wants_json, language=given)

    def settle(self, options: Namespace) -> None:
        self.fields = tuple(options.fields.split(",")) if options.fields else ()
        if self.fields and not self.json:
            raise errors.Usage("usage.fields_alone")
        self.quiet = options.quiet
        self.no_input = options.no_input
        self.colour = self.colour and not options.no_color
        self.home = options.home
        self.sandbox = options.sandbox or self._in_sandbox()
        self._chosen = options.lang in messages.SPOKEN or "LIMNER_LANG" in os.environ
        chosen = options.lang if options.lang in messages.SPOKEN else os.environ.get("LIMNER_LANG", "")
        self.spoken = chosen if chosen in messages.SPOKEN else None
        self.tells = bool(getattr(options, "messages", False))

    @staticmethod
    def _in_sandbox() -> bool:
        if "LIMNER_SANDBOX" not in os.environ:
            return False
        from limner.home import wants_sandbox

        return wants_sandbox()

    def speak_as(self, prompt: str) -> None:
        """Answer in the language the person wrote in, unless one was chosen."""
        if prompt:
            from limner.messages.written import language_of

            self.written = language_of(prompt)
        if not self._chosen and prompt:
            self.language = messages.of_text(prompt)
            if self._client:
                self._client.language = self.language

    @property
    def client(self) -> "Client":
        if self._client is None:
            from limner.client import Client

            self._client = Client(home=self.home, sandbox=self.sandbox, language=self.language)
        return self._client

    @property
    def journal(self) -> "Journal":
        """The log, which is there even when the configuration or the ledger is not."""
        if self._client:
            return self._client.engine.journal
        from limner import home
        from limner.journal import Journal

        place = home.find(self.home)
        return Journal((place.in_sandbox() if self.sandbox else place).logs)

    @property
    def market(self) -> "Market":
        """What is for sale, without the ledger and all else that buying needs."""
        if self.sandbox or self._client:
            return self.client.market
        from limner.market import Market

        return Market(self.settings)

    @property
    def settings(self) -> "Settings":
        """What the person configured; the sandbox's own servers are only known once it runs."""
        if self.sandbox or self._client:
            return self.client.engine.settings
        from limner import gateways, home

        return gateways.settings(home.find(self.home))

    def forget_client(self) -> None:
        """Close what is open: an open ledger must not be carried into another process."""
        if self._client:
            self._client.close()

    def text(self, key: str, /, **facts: Any) -> str:
        return messages.sentence(key, self.language, facts)

    def pair(self, key: str, value: object) -> str:
        """A label and what belongs to it."""
        return self.labelled(self.text(key), value)

    def labelled(self, label: str, value: object) -> str:
        """The same where the label is a name."""
        return f"{label}{'：' if self.language == 'zh' else ': '}{value}"

    def command(self, *words: str) -> tuple[str, ...]:
        """A command to run next, with the options that say where: it meets the same ledger."""
        flags = ("--home", self.home) if self.home else ()
        return ("limner", *words, *flags, *(("--sandbox",) if self.sandbox else ()))

    def typed(self, *words: str) -> str:
        """The same as somebody would type it."""
        import shlex

        return shlex.join(self.command(*words))

    def next(self, key: str, *words: str, **facts: Any) -> Next:
        """What could be done next, for people and for programs."""
        flags = ("--json",) if self.json else ()
        return Next(self.text(key, command=self.typed(*words), **facts), (*self.command(*words), *flags))

    @property
    def can_ask(self) -> bool:
        return not self.no_input and not self.json and sys.stdin.isatty() and sys.stderr.isatty()

    @property
    def lively(self) -> bool:
        """May the terminal be drawn on?"""
        return (
            sys.stderr.isatty()
            and not self.json
            and not self.quiet
            and os.environ.get("TERM", "dumb") != "dumb"
        )

    def ask(self, question: str) -> str:
        sys.stderr.write(question)
        sys.stderr.flush()
        return sys.stdin.readline().strip()

    def say(self, line: str) -> None:
        """Something for a person, beside the result."""
        if not self.quiet:
            for one in line.split("\n"):
                sys.stderr.write(_fitted(messages.clean(one, 2_000).rstrip()) + "\n")

    def warn(self, key: str, /, **facts: Any) -> None:
        self.tell(self.text(key, **facts))

    def tell(self, line: str) -> None:
        """A sentence beside the result, for people and for programs."""
        self.warnings.append(line)
        if not self.json:
            self.say(line)

    def show(self, kind: str, data: Any, lines: Sequence[str] = (), following: Sequence[Next] = ()) -> None:
        """The result: one JSON object, or lines for a person."""
        if self.json:
            told = {
                "v": 1,
                "ok": True,
                "kind": kind,
                "data": self._chosen_fields(data),
                "warnings": self.warnings,
                "next": [{"why": one.why, "argv": list(one.argv)} for one in following],
            }
            with contextlib.suppress(BrokenPipeError):
                write_json(told)
            return
        # In a pipe a path has to be exactly itself, whatever letters its folder has.
        exact = kind in _PATHS and not sys.stdout.isatty()
        # A reader that goes away changes nothing about how the command ended.
        with contextlib.suppress(BrokenPipeError):
            for line in lines:
                sys.stdout.write((line if exact else messages.clean(line, 2_000)) + "\n")
        for one in following:
            self.say(one.why)

    def fail(self, error: LimnerError, data: Any = None, following: Sequence[Next] = ()) -> int:
        """An error, as a sentence or as JSON, and what to do; its exit code."""
        sentence = self.text(error.key, **error.facts)
        hint = self._hint(error)
        if self.json:
            details = error.details() if data is None else data
            told = {
                "code": error.code,
                "key": error.key,
                "message": sentence,
                "next": hint,
                "retryable": error.retryable,
                "charged": error.charged,
                "details": details,
            }
            argv = [{"why": one.why, "argv": list(one.argv)} for one in following]
            whole = {
                "v": 1,
                "ok": False,
                "kind": "error",
                "error": told,
                "warnings": self.warnings,
                "next": argv,
            }
            _answer_with(whole, error)
            return error.exit_code
        for line in (sentence, *([hint] if hint else []), *(one.why for one in following)):
            sys.stderr.write("\n".join(_fitted(one) for one in line.split("\n")) + "\n")
        return error.exit_code

    def _onboarding(self, gateway: str) -> str:
        """How to set a key: the first gateway's way unless another one was asked for."""
        from limner import gateways

        told = {
            name: facts for name in gateways.providers() if (facts := gateways.facts(name)).get("credentials")
        }
        first = next(name for name, facts in told.items() if facts["gateway"].get("first"))
        name = gateway if gateway in told else first
        head = told[name]["gateway"]
        keys = {one: facts["credentials"][0]["key"] for one, facts in told.items()}
        if name != first:
            wanted = {"gateway": head["title"], "name": name, "variable": keys[name]}
            return self.text("onboarding.other", **wanted, keys_from=head["keys_from"])
        others = [keys[one] for one in told if one != first]
        return self.text("onboarding", keys_from=head["keys_from"], others=others)

    def _hint(self, error: LimnerError) -> str:
        if isinstance(error, errors.SetupNeeded) and error.key == "key.none":
            return self._onboarding(str(error.facts.get("gateway", "")))
        if error.key.startswith("model."):
            return self.text("next.models")
        if isinstance(error, errors.QuoteChanged):
            return self.text("next.quote")
        if isinstance(error, errors.StorageFailed) and error.charged == "no":
            return self.text("storage.nothing_sent")
        if error.code in _GATEWAY_CODES and self._client:
            from limner import narration

            engine = self._client.engine
            return narration.to_do(engine, error.key, narration.meant(engine, error), self.language)
        return ""

    def _chosen_fields(self, data: Any) -> Any:
        if not self.fields or not isinstance(data, Mapping):
            return data
        known = list(data["items"][0] if data.get("items") else data)
        for name in self.fields:
            if name not in known and data.get("items") != []:
                self.warn("fields.unknown", name=name, known=known)
        if "items" in data:
            return {**data, "items": [self._of(one) for one in data["items"]]}
        return self._of(data)

    def _of(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return {name: data[name] for name in self.fields if name in data}


def _fitted(line: str) -> str:
    """A sentence broken between words where a terminal would break it inside one; a command is left whole."""
    if not sys.stderr.isatty() or "limner " in line:
        return line
    from limner.cli.columns import of_terminal, wrap

    return "\n".join(wrap(line, max(20, of_terminal() - 1)))


def _answer_with(told: Mapping[str, Any], error: LimnerError) -> None:
    """An error for a program; where standard output takes nothing, somebody may read it beside it."""
    try:
        write_json(told, sys.stderr if error.key == "stdout.not_written" else None)
    except BrokenPipeError:
        pass
    except OSError:
        write_json(told, sys.stderr)


def row(line: str) -> str:
    """One row of a list, which at a terminal stays one."""
    if not sys.stdout.isatty():
        return line
    import shutil

    from limner.cli.columns import cut

    return cut(line, shutil.get_terminal_size().columns)


def write_json(told: Mapping[str, Any], to: TextIO | None = None) -> None:
    """One object on one line, harmless even to a terminal; on standard output unless told otherwise."""
    to = to or sys.stdout
    is_utf8 = (to.encoding or "").lower().replace("-", "") == "utf8"
    import json

    line = json.dumps(told, ensure_ascii=not is_utf8)
    to.write(re.sub(_HARMFUL, lambda found: f"\\u{ord(found.group()):04x}", line) + "\n")
    to.flush()
