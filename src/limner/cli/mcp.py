"""`limner mcp`: limner as tools for agents."""

import os
from argparse import ArgumentParser, Namespace
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from limner import messages
from limner.cli import mistakes
from limner.cli.face import Face
from limner.cli.wishes import Text
from limner.errors import SetupNeeded


def arguments(parser: ArgumentParser, text: Text) -> None:
    parser.add_argument(
        "--http", type=mistakes.whole("--http", 0, 65_535), metavar="PORT", help=text("mcp_http")
    )
    parser.add_argument("-o", "--out", metavar="DIR", help=text("mcp_out"))


def run(options: Namespace, face: Face) -> int:
    if not find_spec("mcp"):
        raise SetupNeeded("mcp.not_installed")
    # Faces do not know each other: this one is opened by its name.
    room: Any = import_module("limner.mcp")
    named = options.lang in messages.LANGUAGES or os.environ.get("LIMNER_LANG") in messages.LANGUAGES
    chosen = face.language if named else None
    code: int = room.serve(
        home=options.home,
        sandbox=face.sandbox,
        chosen=chosen,
        fallback=face.language,
        port=options.http,
        pictures=options.out,
    )
    return code
