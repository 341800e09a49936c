"""Pages that are made from the project's own files, so that they cannot fall behind them."""

import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
FACTS = ROOT / "src" / "limner" / "providers"


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Fill in the marks that a page may hold."""
    marks = {
        "<!-- gateways -->": gateways,
        "<!-- help -->": lambda: _code((ROOT / "src/limner/cli/help.en.txt").read_text("utf-8"), "text"),
        "<!-- schema -->": lambda: _code((ROOT / "src/limner/ledger/schema.sql").read_text("utf-8"), "sql"),
        "<!-- faults -->": faults,
        "<!-- outcomes -->": outcomes,
        "<!-- readme -->": readme,
        "<!-- changelog -->": lambda: (ROOT / "CHANGELOG.md").read_text("utf-8"),
    }
    for mark, made in marks.items():
        if mark in markdown:
            markdown = markdown.replace(mark, made())
    return markdown


def readme() -> str:
    """The README, its links as they read from the site."""
    text = (ROOT / "README.md").read_text("utf-8")
    text = text.split("## More", 1)[0].replace("[`skills/`](skills)", "`skills/`")
    return text.replace("(docs/", "(")


def gateways() -> str:
    """One section per facts file: where it is, what it sells, for how much, as of when, and says who."""
    sections = []
    for path in sorted(FACTS.glob("*.toml")):
        facts = tomllib.loads(path.read_text("utf-8"))
        head = facts["gateway"]
        told = f"`{path.stem}`, as of {head['checked']}. Source: {head['source']}."
        lines = [f"## {head['title']}", "", told, ""]
        if "base_url" in head:
            lines += [f"Address: `{head['base_url']}`. Unit: {head['unit']}.", ""]
        lines += _keys(facts) + _models(facts, head["unit"]) + _endpoints(facts) + _repeats(facts)
        sections.append("\n".join(lines))
    return "\n\n".join(sections)


def faults() -> str:
    rows = []
    for path in sorted((ROOT / "src/limner/sandbox").glob("*.toml")):
        rows += tomllib.loads(path.read_text("utf-8")).get("fault", [])
    lines = ["| word | charges | what happens |", "| --- | --- | --- |"]
    lines += [f"| `[[{row['name']}]]` | {'yes' if row['charges'] else 'no'} | {row['en']} |" for row in rows]
    return "\n".join(lines)


_DOES = {
    "never left": "Nothing was sent, nothing is reserved. Ask again when it is mended.",
    "refused": "The gateway said no: the reservation is released.",
    "refused, repeated": "Sent again as often as the quote says, then the reservation is released.",
    "unknown": "The money stays reserved, nothing is sent again: `limner recover`, `limner resolve`.",
    "unknown, repeated": "Sent again as often as the quote says; what was lost stays reserved.",
    "collecting": "The picture is made; `limner recover` fetches it as long as its link lives.",
    "done": "The picture is saved.",
    "failed": "No picture came of it. What is known is booked, what is not stays reserved.",
}


def outcomes() -> str:
    """What the tests hold every gateway to: one table for all, one per gateway."""
    folder = ROOT / "tests" / "outcomes"
    every = tomllib.loads((folder / "every.toml").read_text("utf-8"))["row"]
    lines = ["## Every gateway, every operation", "", *_OUTCOME_HEAD]
    lines += [_outcome(row, row["outcome"], str(row["en"])) for row in every]
    said = _fault_words()
    of_group = {"refused": "refused", "lost": "unknown"}
    for path in sorted(folder.glob("*.toml")):
        if path.stem == "every":
            continue
        title = tomllib.loads((FACTS / f"{path.stem}.toml").read_text("utf-8"))["gateway"]["title"]
        lines += ["", f"## {title}", "", *_OUTCOME_HEAD]
        for group, rows in tomllib.loads(path.read_text("utf-8")).items():
            for row in rows:
                names = [one.strip("[ ]").partition(":")[0] for one in row["fault"].split("]] [[")]
                words = " ".join(said[name] for name in names)
                lines.append(_outcome(row, of_group.get(group, "accepted"), words))
    return "\n".join(lines)


_OUTCOME_HEAD = [
    "| what happened | the request | charged | state | what limner does |",
    "| --- | --- | --- | --- | --- |",
]


def _outcome(row: dict[str, Any], outcome: str, words: str) -> str:
    again = ", repeated" if row.get("repeated") or row.get("sent", 1) > 1 else ""
    key = row["state"] if outcome == "accepted" else outcome + again
    return f"| {words} | {outcome} | {row['charged']} | {row['state']} | {_DOES[key]} |"


def _fault_words() -> dict[str, str]:
    said: dict[str, str] = {}
    for path in sorted((ROOT / "src/limner/sandbox").glob("*.toml")):
        rows = tomllib.loads(path.read_text("utf-8")).get("fault", [])
        said.update({row["name"]: row["en"] for row in rows})
    return said


def _keys(facts: dict[str, Any]) -> list[str]:
    pairs = facts.get("credentials", [])
    if not pairs:
        return []
    lines = ["A key and an address are one pair; the first pair whose key is set is used.", ""]
    lines += ["| key | its address |", "| --- | --- |"]
    for pair in pairs:
        key = f"`{pair.get('key') or pair.get('file') or 'limner setup'}`"
        base = f"`{pair['base']}`" if "base" in pair else ""
        own = "the gateway's own" if pair.get("default_base") else ""
        lines.append(f"| {key} | {', else '.join(one for one in (base, own) if one)} |")
    return [*lines, ""]


def _models(facts: dict[str, Any], unit: str) -> list[str]:
    if not facts.get("models"):
        return []
    lines = ["| model | price | at worst | takes | use |", "| --- | --- | --- | --- | --- |"]
    for model in facts["models"]:
        known = {**facts["families"][model.get("family", "images")], **model}
        price = known.get("price", "not known")
        most = ", ".join(f"{worst} ({size})" for size, worst in known.get("most", {}).items()) or price
        low, high = known["seconds"]
        uses = ", ".join(known.get("uses", []))
        lines.append(f"| `{known['id']}` | {price} {unit} | {most} | {low}–{high} s | {uses} |")
    return [*lines, ""]


def _endpoints(facts: dict[str, Any]) -> list[str]:
    rows = facts.get("endpoints", [])
    if not rows:
        return []
    lines = ["| host | what is sent | when |", "| --- | --- | --- |"]
    return [*lines, *(f"| `{row['host']}` | {row['what']} | {row['when']} |" for row in rows), ""]


def _repeats(facts: dict[str, Any]) -> list[str]:
    told = []
    for operation, rule in facts.get("repeats", {}).items():
        if isinstance(rule, dict) and rule.get("attempts", 1) > 1:
            told.append(f"{operation.replace('_', ' ')}: at most {rule['attempts']} attempts")
    return [f"Repeats when answers are lost: {'; '.join(told)}.", ""] if told else []


def _code(text: str, language: str) -> str:
    return f"```{language}\n{text.rstrip()}\n```"
