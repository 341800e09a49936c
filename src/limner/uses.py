"""What a picture is for, as far as its words say: which decides between models that could all make it."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from limner import dated
from limner.errors import Usage
from limner.messages.written import stands
from limner.types import Model, Request

_HAN = "\u3400-\u9fff\u3040-\u30ff\uac00-\ud7af"
_QUOTES = '"“「『《‘'
_LETTERED = (
    r"(?:\b(?:says?|saying|reads?|reading|titled|text|words?|lettering|caption(?:ed)?|slogan|headline|sign|logo)\b"
    r"|写着|写有|寫著|文字|字样|标题|標題|标语|口号|题字|上面写|落款|印有)[^\"“”「」『』《》‘’]{0,16}?"
    rf"[{_QUOTES}]([^\"“”「」『』《》’]{{1,120}})[\"”」』》’]"
)


@cache
def table() -> Mapping[str, Mapping[str, Any]]:
    """Every use by its name: the facts files' words for it, and the words that tell it."""
    told = dated.read(Path(__file__).with_name("uses.toml"))
    return {name: row for name, row in told.items() if isinstance(row, dict)}


def of(request: Request) -> tuple[str | None, bool]:
    """The use of a request, and whether the person named it. Raises `Usage` for a name that is none."""
    if request.use is not None:
        if request.use not in table():
            raise Usage("use.unknown", use=request.use, allowed=list(table()))
        return request.use, True
    return told_by(request.prompt), False


def told_by(prompt: str) -> str | None:
    """The use that a prompt tells by itself; `None` when it tells none."""
    # Compiled when something is quoted at all: that costs a quick command more than all it does.
    quoted = any(mark in prompt for mark in _QUOTES)
    lettered = re.search(_LETTERED, prompt, re.IGNORECASE) if quoted else None
    if lettered:
        return "lettering_cjk" if re.search(f"[{_HAN}]", lettered[1]) else "lettering"
    words = prompt.casefold()
    for name, row in table().items():
        if any(stands(word, words) for word in row["words"]):
            return name
    return None


def rank(model: Model, use: str | None) -> int:
    """How well a model serves a use: 0 best; the same high number for all that do not."""
    wanted = table()[use]["facts"] if use else ()
    return min((place for place, fact in enumerate(wanted) if fact in model.uses), default=99)
