"""The picture itself, in a terminal that can show one and where the extra for it is installed."""

import os
import sys
from collections.abc import Sequence

from limner.cli.face import Face

_WIDTH = 56
_MOST = 4


def show(paths: Sequence[str], face: Face) -> None:
    """Draw the pictures on standard output. Never in a pipe, with `--json` or without colours."""
    terminal = sys.stdout.isatty() and face.lively and face.colour
    if not terminal or os.environ.get("LIMNER_PREVIEW") == "off":
        return
    try:
        from rich.console import Console
        from textual_image.renderable import Image
    except ImportError:
        return
    console = Console()
    for path in paths[:_MOST]:
        console.print(Image(path, width=min(_WIDTH, console.width - 2), height="auto"))
