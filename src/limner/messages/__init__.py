"""
Everything a person reads, once per language: `en.py`, `zh.py`, plain dictionaries over one set of keys.

A text may use `{facts}`. Facts come from gateways, files and catalogues, so they are data:
control characters are taken out before they stand in a sentence.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

LANGUAGES = ("en", "zh")
SPOKEN = (*LANGUAGES, "ja", "ko", "es", "pt")
"""Languages of the messages about a job (`messages.stream`); everything else is in `LANGUAGES`."""
_LONGEST_FACT = 400
_NAMED = frozenset({"unit", "state"})
"""Facts that are names of limner's own, for which each language has a word."""


def sentence(key: str, language: str, facts: Mapping[str, Any] | None = None) -> str:
    """The text of `key` in `language`, with its facts filled in. Unknown languages read English."""
    language = language if language in LANGUAGES else "en"
    texts = _texts(language)
    values = _Facts((name, _shown(value, language)) for name, value in (facts or {}).items())
    if isinstance((facts or {}).get("reason"), str):
        values["reason"] = _reason(values["reason"], language)
    for name in _NAMED.intersection(values):
        values[name] = texts.get(f"{name}.{values[name]}", values[name])
    return texts.get(key, texts["unexpected"]).format_map(values)


def amount(value: Any, language: str) -> str:
    """An amount where it stands alone, as `language` says it."""
    return _shown(value, language)


def help_text(key: str, language: str) -> str:
    """A text of a command's help. Kept apart, because only `--help` reads it."""
    texts: dict[str, str] = import_module(f"limner.messages.{language}_help").TEXTS
    return texts[key]


def studio_text(key: str, language: str, facts: Mapping[str, Any] | None = None) -> str:
    """A text of the studio's pages. Kept apart, because only the studio reads it."""
    return _apart("studio", key, language, facts)


def mcp_text(key: str, language: str, facts: Mapping[str, Any] | None = None) -> str:
    """A text of the MCP server. Kept apart, because only that reads it."""
    return _apart("mcp", key, language, facts)


def origin_text(key: str, language: str, facts: Mapping[str, Any] | None = None) -> str:
    """
    A text about where a picture comes from. Kept apart, because only who asks for that reads it. Raises
    `KeyError`, as what stands in a file may name what nobody knows.
    """
    return _apart("provenance", key, language, facts)


def _apart(table: str, key: str, language: str, facts: Mapping[str, Any] | None) -> str:
    language = language if language in LANGUAGES else "en"
    texts: dict[str, str] = import_module(f"limner.messages.{language}_{table}").TEXTS
    values = _Facts((name, _shown(value, language)) for name, value in (facts or {}).items())
    if isinstance((facts or {}).get("reason"), str):
        values["reason"] = _reason(values["reason"], language)
    return texts[key].format_map(values)


def has(key: str) -> bool:
    return key in _texts("en")


def of_text(text: str) -> str:
    """The one of `LANGUAGES` that somebody who writes like this is answered in; English for all others."""
    from limner.messages.written import language_of

    found = language_of(text)
    return found if found in LANGUAGES else "en"


def clean(text: str, longest: int = _LONGEST_FACT) -> str:
    """`text` as one line without control or direction characters, no longer than `longest`."""
    # Most lines have nothing to clean, which is known at once.
    line = (
        text
        if text.isprintable()
        else "".join(" " if letter in "\r\n\t" else letter for letter in text if _harmless(letter))
    )
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _harmless(letter: str) -> bool:
    code = ord(letter)
    if letter in "\r\n\t":
        return True
    return code >= 32 and not 127 <= code <= 159 and not 0xD800 <= code <= 0xDFFF and code not in _DIRECTION


# Characters that reorder what follows them can make a terminal show other words than were sent.
_DIRECTION = frozenset(
    (0x061C, *range(0x200E, 0x2010), *range(0x2028, 0x202F), *range(0x2066, 0x206A), 0xFEFF)
)


def _shown(value: Any, language: str) -> str:
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
        return ("、" if language == "zh" else ", ").join(_shown(entry, language) for entry in value)
    if hasattr(value, "key") and hasattr(value, "facts"):
        return sentence(value.key, language, value.facts)
    if language == "zh" and hasattr(value, "_fields"):
        return _in_chinese(value)
    return clean(str(value))


def _in_chinese(value: Any) -> str:
    """An amount, or what it is the price of."""
    from limner.messages import stream

    if hasattr(value, "own"):
        return f"{stream.amount(value.price, 'zh')}（≈ {stream.amount(value.own, 'zh')}）"
    if hasattr(value, "price"):
        return f"{clean(value.name)}（{stream.amount(value.price, 'zh')}）"
    return stream.amount(value, "zh")


def _reason(said: str, language: str) -> str:
    """What a system said, in the reader's language; what anybody else said stays as it is."""
    from limner.messages import reasons

    found = reasons.translated(said)
    if found is None or found[0] not in _texts(language):
        return said
    return _texts(language)[found[0]].format_map(found[1])


class _Facts(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"


def _texts(language: str) -> dict[str, str]:
    texts: dict[str, str] = import_module(f"limner.messages.{language}").TEXTS
    return texts
