"""What is asked for, from the words of the command line or from a JSON request."""

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

from limner.errors import Usage
from limner.types import Request

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
)
_NUMBERS = ("n", "seed", "attempts")
_EXAMPLE = '{"prompt": "a lighthouse", "model": "gpt-image-2", "n": 2}'


def arguments(parser: ArgumentParser, text: Text) -> None:
    parser.add_argument("prompt", nargs="?", metavar="PROMPT", help=text("prompt"))
    parser.add_argument("--prompt", dest="prompt_option", metavar="TEXT", help=text("prompt_option"))
    parser.add_argument("--prompt-file", metavar="FILE", help=text("prompt_file"))
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
    parser.add_argument("--ratio", "--aspect-ratio", dest="aspect_ratio", metavar="W:H", help=text("ratio"))
    parser.add_argument("--size", metavar="SIZE", help=text("size"))
    parser.add_argument("-n", type=int, metavar="COUNT", help=text("n"))
    parser.add_argument("--avoid", "--negative-prompt", metavar="TEXT", help=text("avoid"))
    parser.add_argument("--quality", metavar="Q", help=text("quality"))
    parser.add_argument("--format", metavar="F", help=text("format"))
    parser.add_argument("--background", metavar="B", help=text("background"))
    parser.add_argument("--seed", type=int, metavar="N", help=text("seed"))
    parser.add_argument("--attempts", type=int, metavar="N", help=text("attempts"))
    parser.add_argument("--max-cost", metavar="AMOUNT", help=text("max_cost"))
    parser.add_argument(
        "-x", "--extra", action="append", default=[], metavar="NAME=VALUE", help=text("extra")
    )


def request(options: Namespace) -> Request:
    """The request that the options describe. Raises `Usage`."""
    base = _from_json(options.request) if options.request else Request(prompt="")
    told: dict[str, Any] = {
        name: getattr(options, name) for name in (*_STRINGS, *_NUMBERS) if getattr(options, name) is not None
    }
    prompt = _prompt(options)
    if prompt is not None:
        told["prompt"] = prompt
    if options.references:
        told["references"] = tuple(options.references)
    if options.extra:
        told["extra"] = {**base.extra, **dict(_pair(one) for one in options.extra)}
    return base._replace(**told)


def _prompt(options: Namespace) -> str | None:
    if options.prompt_file:
        return _read(options.prompt_file).rstrip("\n")
    given = options.prompt_option if options.prompt_option is not None else options.prompt
    return _read("-").rstrip("\n") if given == "-" else given


def _read(path: str) -> str:
    try:
        if path == "-":
            return sys.stdin.read()
        return Path(path).expanduser().read_text("utf-8")
    except UnicodeDecodeError as error:
        raise Usage("file.unreadable", path=path, reason="UTF-8") from error
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
        told = json.loads(_read(path))
    except (ValueError, RecursionError) as error:
        raise Usage("request.not_json", reason=str(error)) from error
    if not isinstance(told, dict):
        raise Usage("request.not_an_object", example=_EXAMPLE)
    for name, value in told.items():
        _check_field(name, value)
    references = told.pop("references", None)
    if references is not None:
        told["references"] = tuple(references)
    return Request(**{"prompt": "", **{name: value for name, value in told.items() if value is not None}})


def _check_field(name: str, value: Any) -> None:
    if name not in Request._fields:
        raise Usage("request.unknown_field", name=name, allowed=Request._fields)
    if value is None:
        return
    if name in _NUMBERS:
        fits, wanted = isinstance(value, int) and not isinstance(value, bool), "a whole number"
    elif name == "references":
        fits = isinstance(value, list) and all(isinstance(one, str) for one in value)
        wanted = "a list of paths"
    elif name == "extra":
        fits, wanted = isinstance(value, dict), "an object"
    else:
        fits, wanted = isinstance(value, str), "a text"
    if not fits:
        raise Usage("request.wrong_type", name=name, wanted=wanted)
