"""`limner studio`: the same, to look at: a page in the browser, for this machine only."""

import os
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from importlib.util import find_spec

from limner.cli import mistakes
from limner.cli.face import Face
from limner.cli.wishes import Text
from limner.errors import SetupNeeded

_PARTS = ("starlette", "uvicorn", "jinja2", "multipart")


def arguments(parser: ArgumentParser, text: Text) -> None:
    parser.add_argument(
        "--port", type=mistakes.whole("--port", 0, 65_535), metavar="N", help=text("studio_port")
    )
    parser.add_argument("--no-open", action="store_true", help=text("no_open"))


def run(options: Namespace, face: Face) -> int:
    if not all(find_spec(part) for part in _PARTS):
        raise SetupNeeded("studio.not_installed")
    words = ["-P", "-m", "limner.studio", "--lang", face.language]
    words += ["--home", face.home] if face.home else []
    words += ["--port", str(options.port)] if options.port is not None else []
    words += ["--sandbox"] if face.sandbox else []
    words += ["--no-open"] if options.no_open or face.json else []
    if sys.platform != "win32":
        # In this process's own place, so that whoever ends the command ends the studio.
        os.execv(sys.executable, [sys.executable, *words])  # noqa: S606
    with subprocess.Popen([sys.executable, *words]) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            return 0
