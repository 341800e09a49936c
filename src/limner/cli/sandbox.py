"""`limner sandbox`: run the gateways' stand-in, for trying, teaching and testing."""

import subprocess
import sys
from argparse import ArgumentParser, Namespace
from importlib.util import find_spec

from limner.cli import mistakes
from limner.cli.face import Face
from limner.cli.wishes import Text
from limner.errors import SetupNeeded

_PARTS = ("starlette", "uvicorn", "multipart")


def arguments(parser: ArgumentParser, text: Text) -> None:
    parser.add_argument(
        "--port", type=mistakes.whole("--port", 0, 65_535), default=8765, metavar="N", help=text("port")
    )
    parser.add_argument(
        "--speed", choices=("instant", "looks", "real"), default="instant", help=text("speed")
    )
    parser.add_argument("--faults", action="store_true", help=text("faults"))


def run(options: Namespace, face: Face) -> int:
    if options.faults:
        return _faults(face)
    if not all(find_spec(part) for part in _PARTS):
        raise SetupNeeded("sandbox.not_installed")
    url = f"http://127.0.0.1:{options.port}"
    face.say(face.text("sandbox.running", url=url))
    face.say(face.text("sandbox.how", url=url))
    words = ["-P", "-m", "limner.sandbox", "--port", str(options.port), "--speed", options.speed]
    try:
        return subprocess.call([sys.executable, *words])
    except KeyboardInterrupt:
        return 0


def _faults(face: Face) -> int:
    from limner.sandbox.faults import ALL

    told = [
        {"word": f"[[{one.name}]]", "text": getattr(one, face.language), "charges": one.charges}
        for one in ALL
    ]
    wide = max(len(str(one["word"])) for one in told)
    lines = [f"{one['word']:<{wide}} {'¥' if one['charges'] else ' '} {one['text']}" for one in told]
    face.show("faults", {"items": told}, lines)
    return 0
