"""The picture itself, in a terminal that can show one and where the extra for it is installed."""

import contextlib
import os
import sys
from collections.abc import Sequence
from typing import Any

from limner.cli.face import Face
from limner.errors import LimnerError

_WIDTH = 56
_NARROWEST = 12
_MOST = 4


def show(paths: Sequence[str], face: Face) -> None:
    """
    Draw the pictures on standard output: in a terminal's own graphics, or in half blocks. Never in a pipe,
    with `--json` or without colours. Whatever a terminal makes of it, the pictures are saved already.
    """
    # What a terminal can do it says on standard input.
    terminal = sys.stdin.isatty() and sys.stdout.isatty() and face.lively and face.colour
    if not terminal or os.environ.get("LIMNER_PREVIEW") == "off":
        return
    # The library complains with a stack trace when a terminal leaves a question unanswered.
    import logging

    logging.getLogger("textual_image").setLevel(logging.CRITICAL + 1)
    try:
        from rich.console import Console

        console, image = Console(), _kind()
        if console.width >= _NARROWEST:
            for path in paths[:_MOST]:
                console.print(image(path, width=min(_WIDTH, console.width - 2), height="auto"))
    except ImportError:
        return
    except Exception as error:  # noqa: BLE001  # a picture that was paid for is no failure because it is not shown
        with contextlib.suppress(LimnerError, OSError):
            face.journal.write("error", {"preview": f"{type(error).__name__}: {error}"})


def _kind() -> Any:
    """The best way to draw that this terminal has. Raises `ImportError`."""
    if not _in_a_window_of_another():
        from textual_image.renderable import Image

        return Image
    # Inside tmux or screen the question for graphics would become the window's title, and the library puts
    # it as it is loaded, to any terminal it knows of.
    known = sys.__stdout__
    setattr(sys, "__stdout__", None)  # noqa: B010
    try:
        from textual_image.renderable import HalfcellImage
    finally:
        setattr(sys, "__stdout__", known)  # noqa: B010
    return HalfcellImage


def _in_a_window_of_another() -> bool:
    return "TMUX" in os.environ or os.environ.get("TERM", "").startswith(("screen", "tmux"))
