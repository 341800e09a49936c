"""Which language a text is written in, told from its letters and its smallest words."""

import re

_LATIN = re.compile(r"[^\W\d_]+")
# Words that a sentence can hardly do without, and that the other two languages do not have.
_ENGLISH = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "with",
        "and",
        "on",
        "in",
        "at",
        "for",
        "to",
        "from",
        "by",
        "is",
        "no",
        "my",
        "make",
        "draw",
    ]
)
_SPANISH = frozenset(
    [
        "un",
        "una",
        "el",
        "los",
        "las",
        "con",
        "del",
        "y",
        "al",
        "sin",
        "sobre",
        "haz",
        "dibuja",
        "hazme",
        "imagen",
        "muy",
        "mi",
    ]
)
_PORTUGUESE = frozenset(
    [
        "um",
        "uma",
        "o",
        "os",
        "com",
        "do",
        "da",
        "dos",
        "das",
        "em",
        "no",
        "na",
        "e",
        "ao",
        "sem",
        "sobre",
        "faça",
        "desenhe",
        "imagem",
    ]
)


def stands(word: str, text: str) -> bool:
    """Does `word` stand in `text`, as a whole word where words have spaces between them? Both case-folded."""
    if word not in text or not word.isascii():
        return word in text
    return re.search(rf"\b{re.escape(word)}\b", text) is not None


def language_of(text: str) -> str:
    """
    "zh", "ja", "ko", "es", "pt", else "en". Kana make a text Japanese and Hangul make it Korean wherever they
    stand among Chinese characters; a few foreign letters in a longer text are a quotation and decide nothing.
    """
    kana = sum("぀" <= letter <= "ヿ" for letter in text)
    hangul = sum("가" <= letter <= "힣" or "ᄀ" <= letter <= "ᇿ" for letter in text)
    han = sum("一" <= letter <= "鿿" or "㐀" <= letter <= "䶿" for letter in text)
    words = [word.lower() for word in _LATIN.findall(text) if word[0].isascii() or "À" <= word[0] <= "ÿ"]
    eastern = kana + hangul + han
    if eastern and eastern * 10 >= 3 * (eastern + len(words)):
        if kana and kana * 5 >= han + kana:
            return "ja"
        return "ko" if hangul > han else "zh"
    return _western(words, text)


def _western(words: list[str], text: str) -> str:
    marks = {"es": set("ñ¿¡") & set(text.lower()), "pt": set("ãõç") & set(text.lower())}
    known = {"en": _ENGLISH, "es": _SPANISH, "pt": _PORTUGUESE}
    found = {name: len({word for word in words if word in own}) for name, own in known.items()}
    best = max(("es", "pt"), key=lambda name: found[name] + 2 * bool(marks[name]))
    score = found[best] + bool(marks[best])
    return best if score >= 2 and score > found["en"] else "en"
