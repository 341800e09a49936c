"""What the sentences of the data files are expected to mean, and how many are understood exactly so."""

import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from limner import words

HERE = Path(__file__).parent
_FIELDS = {
    "model": "model",
    "gateway": "gateway",
    "wish": "wish",
    "ratio": "aspect_ratio",
    "size": "size",
    "n": "n",
    "avoid": "avoid",
    "subject": "subject",
    "earlier": "earlier",
    "format": "format",
    "background": "background",
    "quality": "quality",
    "seed": "seed",
    "cost": "max_cost",
}
_KNOWN = {"say", "prompt", "task", "needs", "with", "known", "letters", "refs", "excluded", "pref", *_FIELDS}


class Case(NamedTuple):
    """One sentence, from which file and group, and what its speaker means."""

    file: str
    group: str
    say: str
    attachments: tuple[str, ...]
    subjects: tuple[str, ...]
    expected: dict[str, Any]


def cases() -> list[Case]:
    """Every sentence of the data files."""
    return [
        _case(file.stem, group, row)
        for file in sorted(HERE.glob("*.toml"))
        for group, rows in tomllib.loads(file.read_text("utf-8")).items()
        for row in rows
    ]


def _case(file: str, group: str, row: dict[str, Any]) -> Case:
    assert set(row) <= _KNOWN, f"{file}: {set(row) - _KNOWN} in {row}"
    expected = {ours: row.get(short) for short, ours in _FIELDS.items()}
    expected |= {
        "prompt": row.get("prompt", row["say"]),
        "operation": "image_to_image" if row.get("task") == "image" else "text_to_image",
        "needs_reference": row.get("needs", False),
        "excluded": tuple(row.get("excluded", ())),
        "lettering": tuple(row.get("letters", ())),
        "links": tuple(row.get("refs", ())),
        "preference": row.get("pref"),
    }
    return Case(file, group, row["say"], tuple(row.get("with", ())), tuple(row.get("known", ())), expected)


def understood(case: Case) -> dict[str, Any]:
    """What the words are taken to mean, in the fields of the data files."""
    told = words.parse(case.say, case.attachments, case.subjects)
    return {**{name: getattr(told, name) for name in case.expected}, "preference": _said(told.preference)}


def _said(preference: words.Save | words.Clear | None) -> str | None:
    if preference is None:
        return None
    if isinstance(preference, words.Clear):
        return "clear"
    return f"{preference.words} {preference.model or preference.aspect_ratio or preference.size}"


def differences(case: Case) -> dict[str, tuple[Any, Any]]:
    """Each field that is not as meant: what was meant, and what was understood."""
    told = understood(case)
    return {name: (meant, told[name]) for name, meant in case.expected.items() if told[name] != meant}


if __name__ == "__main__":
    import sys

    wrong: dict[str, list[str]] = {}
    for one in cases():
        if len(sys.argv) > 1 and one.file not in sys.argv[1:]:
            continue
        different = differences(one)
        wrong.setdefault(f"{one.file}/{one.group}", []).append(
            f"{one.say}\n      {different}" if different else ""
        )
    for group, results in wrong.items():
        print(f"{group:24} {results.count('')}/{len(results)}")
        for result in filter(None, results):
            print("   ", result)
    total = [result for results in wrong.values() for result in results]
    print(f"{total.count('')}/{len(total)}")
