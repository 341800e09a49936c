"""Pages that are made from the project's own files, so that they cannot fall behind them."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
FACTS = ROOT / "src" / "limner" / "providers"


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Fill in the marks that a page may hold."""
    marks = {
        "<!-- gateways -->": gateways,
        "<!-- commands -->": commands,
        "<!-- wire -->": wire,
        "<!-- schema -->": lambda: _code((ROOT / "src/limner/ledger/schema.sql").read_text("utf-8"), "sql"),
        "<!-- faults -->": faults,
        "<!-- outcomes -->": outcomes,
        "<!-- changelog -->": lambda: (ROOT / "CHANGELOG.md").read_text("utf-8"),
    }
    for mark, made in marks.items():
        if mark in markdown:
            markdown = markdown.replace(mark, made())
    return markdown


def commands() -> str:
    """What `limner --help` and `limner COMMAND --help` print."""
    whole = _help()
    names = re.findall(r"^  (\w+) {2,}\S", whole, re.MULTILINE)
    return "\n\n".join(
        [_code(whole, "text"), *(f"## {name}\n\n{_code(_help(name), 'text')}" for name in names)]
    )


def _help(*command: str) -> str:
    limner = str(Path(sys.executable).with_name("limner"))
    ran = subprocess.run(
        [limner, *command, "--help", "--lang", "en"], capture_output=True, check=True, timeout=60
    )
    return ran.stdout.decode()


_NOT_CERTAIN = re.compile(
    r"guess|perhaps|nobody|nowhere|nothing (?:public )?says|names no |nothing says|not documented|unknown",
    re.IGNORECASE,
)


def wire() -> str:
    """How each gateway is spoken to: what its adapter says of it, and where its facts are not certain."""
    sections = []
    for path in sorted(FACTS.glob("*.toml")):
        facts = tomllib.loads(path.read_text("utf-8"))
        rooms = [path.with_suffix(".py"), *sorted(FACTS.glob(f"{path.stem}_*.py"))]
        if path.stem in ("omnimaas", "openai_compatible"):
            rooms.append(FACTS / "openai_dialect.py")
        said = [_docstring(room) for room in rooms]
        played = _docstring(ROOT / "src/limner/sandbox" / f"{path.stem}.py")
        lines = [f"## {facts['gateway']['title']}", "", *said[:1], "", *_pace(facts), ""]
        if len(said) > 1:
            lines += [f"### {facts['gateway']['title']}: the parts", "", *(f"{one}\n" for one in said[1:])]
        guesses = [one for one in _comments(path) if _NOT_CERTAIN.search(one)]
        if guesses:
            lines += [
                f"### {facts['gateway']['title']}: not certain",
                "",
                *(f"- {one}" for one in guesses),
                "",
            ]
        lines += [f"### {facts['gateway']['title']}: in the sandbox", "", played]
        sections.append("\n".join(lines))
    return "\n\n".join(sections)


def _docstring(path: Path) -> str:
    told = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    # A block that is set in would read as code that is not there.
    return re.sub(r"^ +", "", told, flags=re.MULTILINE)


def _comments(path: Path) -> list[str]:
    """The comments of a facts file, a run of lines as one; those on one model with its name."""
    text, told = path.read_text("utf-8"), []
    for found in re.finditer(r"(?:^#.*\n)+", text, re.MULTILINE):
        said = re.sub(r"\s*\n?^# ?", " ", found[0], flags=re.MULTILINE).strip()
        before, after = text[: found.start()], text[found.end() :]
        # Above the first model stands what is true of all of them.
        above = after.startswith("[[models]]") and "[[models]]" in before
        table = after if above else before[before.rfind("\n[") :].lstrip()
        name = re.search(r'^id = "(.+)"$', table, re.MULTILINE) if table.startswith("[[models]]") else None
        told.append(f"`{name[1]}`: {said}" if name else said)
    return told


def _pace(facts: dict[str, Any]) -> list[str]:
    """The figures that decide how often something is sent, asked and waited for."""
    polling, evidence, limits = facts.get("polling", {}), facts.get("evidence", {}), facts.get("limits", {})
    rows = [
        (
            "way",
            {"synchronous": "the answer brings the pictures"}.get(
                facts["gateway"]["style"], "a task, followed by its id"
            ),
        )
    ]
    if polling:
        rows.append(
            ("looks", f"every {polling['floor']} to {polling['ceiling']} s, for {polling['limit']} s")
        )
    for operation, rule in facts.get("repeats", {}).items():
        tries = rule.get("attempts", 1)
        again = f", again on {_ranges(rule['statuses'])}" if rule.get("statuses") else ""
        rows.append((f"attempts, {operation.replace('_', ' ')}", f"{tries}{again}"))
    rows.append(("evidence of a lost answer", "the balance" if evidence.get("balance") else "none"))
    if limits:
        rows.append(("at once", str(limits["concurrency"])))
        rows.append(("longest prompt", f"{limits['prompt_characters']} characters"))
    return ["| | |", "| --- | --- |", *(f"| {name} | {told} |" for name, told in rows)]


def _ranges(numbers: list[int]) -> str:
    """500, 502 to 504."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


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
