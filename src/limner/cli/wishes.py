"""What is asked for, from the words of the command line or from a JSON request."""

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

from limner.cli import mistakes
from limner.errors import Usage
from limner.types import Request, Wish

Text = Callable[..., str]
_STRINGS = (
    "gateway",
    "model",
    "aspect_ratio",
    "size",
    "avoid",
    "quality",
    "format",
    "background",
    "max_cost",
    "wish",
    "use",
    "subject",
)
_WISHES = get_args(Wish)
_NUMBERS = ("n", "seed", "attempts")
_LISTS = ("references", "exclude")
_EXAMPLE = '{"prompt": "a lighthouse", "model": "gpt-image-2", "n": 2}'


def arguments(parser: ArgumentParser, text: Text) -> None:
    parser.add_argument("prompt", nargs="?", metavar="PROMPT", help=text("prompt"))
    parser.add_argument("--prompt", dest="prompt_option", metavar="TEXT", help=text("prompt_option"))
    parser.add_argument("--prompt-file", metavar="FILE", help=text("prompt_file"))
    parser.add_argument("--words", metavar="SENTENCE", help=text("words"))
    parser.add_argument("--request", metavar="FILE", help=text("request"))
    parser.add_argument("-m", "--model", metavar="ID", help=text("model"))
    parser.add_argument("-g", "--gateway", metavar="NAME", help=text("gateway"))
    parser.add_argument(
        "-r",
        "--ref",
        "--reference-image",
        dest="references",
        action="append",
        default=[],
        metavar="PICTURE",
        help=text("ref"),
    )
    choosing(parser, text)
    parser.add_argument("--subject", metavar="NAME", help=text("subject"))
    parser.add_argument("--ratio", "--aspect-ratio", dest="aspect_ratio", metavar="W:H", help=text("ratio"))
    parser.add_argument("--size", metavar="SIZE", help=text("size"))
    parser.add_argument("-n", "--n", type=mistakes.whole("-n"), metavar="COUNT", help=text("n"))
    parser.add_argument("--avoid", "--negative-prompt", metavar="TEXT", help=text("avoid"))
    parser.add_argument("--quality", metavar="Q", help=text("quality"))
    parser.add_argument("--format", metavar="F", help=text("format"))
    parser.add_argument("--background", metavar="B", help=text("background"))
    parser.add_argument("--seed", type=mistakes.whole("--seed"), metavar="N", help=text("seed"))
    parser.add_argument("--attempts", type=mistakes.whole("--attempts"), metavar="N", help=text("attempts"))
    parser.add_argument("--max-cost", metavar="AMOUNT", help=text("max_cost"))
    parser.add_argument(
        "-x", "--extra", action="append", default=[], metavar="NAME=VALUE", help=text("extra")
    )


def choosing(parser: ArgumentParser, text: Text) -> None:
    """How the model is chosen: shared with `limner models --for`."""
    parser.add_argument("--wish", choices=_WISHES, help=text("wish"))
    parser.add_argument("--use", metavar="USE", help=text("use"))
    parser.add_argument(
        "--not", dest="exclude", action="append", default=[], metavar="MODEL", help=text("not")
    )
    parser.add_argument("--exact", action="store_true", help=text("exact"))


def request(options: Namespace) -> Request:
    """The request that the options describe. Raises `Usage`."""
    base = _from_json(options.request) if options.request else Request(prompt="")
    told: dict[str, Any] = {
        name: getattr(options, name) for name in (*_STRINGS, *_NUMBERS) if getattr(options, name) is not None
    }
    prompt = _prompt(options)
    if prompt is not None:
        told["prompt"] = prompt
    for name in ("references", "exclude"):
        if getattr(options, name):
            told[name] = tuple(getattr(options, name))
    if options.exact:
        told["exact"] = True
    if options.extra:
        told["extra"] = {**base.extra, **dict(_pair(one) for one in options.extra)}
    return base._replace(**told)


def _prompt(options: Namespace) -> str | None:
    given = [one for one in (options.prompt, options.prompt_option, options.prompt_file) if one is not None]
    if len(given) > 1:
        raise Usage("prompt.twice")
    if options.prompt_file is not None or given == ["-"]:
        return read(given[0]).rstrip("\n")
    return given[0] if given else None


def read(path: str) -> str:
    """A file as text; "-" is the standard input. Raises `Usage`."""
    try:
        raw = sys.stdin.buffer.read() if path == "-" else Path(path).expanduser().read_bytes()
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if path == "-":
            raise Usage("prompt.not_text") from error
        raise Usage("file.not_text", path=path) from error
    except OSError as error:
        raise Usage("file.unreadable", path=path, reason=error.strerror) from error


def _pair(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise Usage("extra.not_a_pair", value=text)
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _from_json(path: str) -> Request:
    try:
        told = json.loads(read(path))
    except (ValueError, RecursionError) as error:
        raise Usage("request.not_json", reason=str(error)) from error
    if not isinstance(told, dict):
        raise Usage("request.not_an_object", example=_EXAMPLE)
    if _is_number(told.get("max_cost")) or isinstance(told.get("max_cost"), float):
        told["max_cost"] = str(told["max_cost"])
    for name, value in told.items():
        _check_field(name, value)
    _demand_text(told)
    for name in _LISTS:
        if told.get(name) is not None:
            told[name] = tuple(told[name])
    return Request(**{"prompt": "", **{name: value for name, value in told.items() if value is not None}})


def _check_field(name: str, value: Any) -> None:
    if name not in Request._fields:
        raise Usage("request.unknown_field", name=name, allowed=Request._fields)
    if value is None:
        return
    if name in _NUMBERS:
        fits, key = _is_number(value), "request.wants_number"
    elif name in _LISTS:
        fits = isinstance(value, list) and all(isinstance(one, str) for one in value)
        key = "request.wants_list"
    elif name == "exact":
        fits, key = isinstance(value, bool), "request.wants_yes_or_no"
    elif name == "extra":
        fits, key = isinstance(value, dict), "request.wants_object"
    else:
        fits, key = isinstance(value, str), "request.wants_text"
    if not fits:
        raise Usage(key, name=name)
    if name == "wish" and value not in _WISHES:
        raise Usage("wish.unknown", wish=value, allowed=_WISHES)


def _demand_text(told: dict[str, Any]) -> None:
    try:
        json.dumps(told, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise Usage("prompt.not_text") from error


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
