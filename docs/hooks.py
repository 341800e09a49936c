"""Pages that are made from the project's own files, so that they cannot fall behind them."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
FACTS = ROOT / "src" / "limner" / "providers"


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Fill in the marks that a page may hold, in the page's language."""
    marks = {
        "<!-- gateways -->": gateways,
        "<!-- commands -->": commands,
        "<!-- wire -->": wire,
        "<!-- schema -->": lambda _: _code((ROOT / "src/limner/ledger/schema.sql").read_text("utf-8"), "sql"),
        "<!-- faults -->": faults,
        "<!-- outcomes -->": outcomes,
        "<!-- changelog -->": lambda _: (ROOT / "CHANGELOG.md").read_text("utf-8"),
    }
    for mark, made in marks.items():
        if mark in markdown:
            lang = "zh" if page.file.src_uri.startswith("zh/") else "en"
            markdown = markdown.replace(mark, made(lang))
    return markdown


def commands(lang: str) -> str:
    """What `limner --help` and `limner COMMAND --help` print."""
    whole = _help(lang)
    names = re.findall(r"^  (\w+) {2,}\S", _help("en"), re.MULTILINE)
    return "\n\n".join(
        [_code(whole, "text"), *(f"## {name}\n\n{_code(_help(lang, name), 'text')}" for name in names)]
    )


def _help(lang: str, *command: str) -> str:
    limner = str(Path(sys.executable).with_name("limner"))
    ran = subprocess.run(
        [limner, *command, "--help", "--lang", lang], capture_output=True, check=True, timeout=60
    )
    return ran.stdout.decode()


_NOT_CERTAIN = re.compile(
    r"guess|perhaps|nobody|nowhere|nothing (?:public )?says|names no |nothing says|not documented|unknown",
    re.IGNORECASE,
)


def wire(lang: str) -> str:
    """How each gateway is spoken to: what its adapter says of it, and where its facts are not certain."""
    sections, say = [], _speaker(lang)
    for path in sorted(FACTS.glob("*.toml")):
        facts = tomllib.loads(path.read_text("utf-8"))
        rooms = [path.with_suffix(".py"), *sorted(FACTS.glob(f"{path.stem}_*.py"))]
        if path.stem in ("omnimaas", "openai_compatible"):
            rooms.append(FACTS / "openai_dialect.py")
        said = [_docstring(room) for room in rooms]
        played = _docstring(ROOT / "src/limner/sandbox" / f"{path.stem}.py")
        lines = [f"## {facts['gateway']['title']}", "", *said[:1], "", *_pace(facts, lang), ""]
        if len(said) > 1:
            lines += [
                f"### {facts['gateway']['title']}{say(': the parts')}",
                "",
                *(f"{one}\n" for one in said[1:]),
            ]
        guesses = [one for one in _comments(path) if _NOT_CERTAIN.search(one)]
        if guesses:
            lines += [
                f"### {facts['gateway']['title']}{say(': not certain')}",
                "",
                *(f"- {one}" for one in guesses),
                "",
            ]
        lines += [f"### {facts['gateway']['title']}{say(': in the sandbox')}", "", played]
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


def _pace(facts: dict[str, Any], lang: str) -> list[str]:
    """The figures that decide how often something is sent, asked and waited for."""
    say = _speaker(lang)
    polling, evidence, limits = facts.get("polling", {}), facts.get("evidence", {}), facts.get("limits", {})
    at_once = facts["gateway"]["style"] == "synchronous"
    rows = [(say("way"), say("the answer brings the pictures" if at_once else "a task, followed by its id"))]
    if polling:
        rows.append((say("looks"), say("every {floor} to {ceiling} s, for {limit} s").format(**polling)))
    for operation, rule in facts.get("repeats", {}).items():
        told = str(rule.get("attempts", 1))
        if rule.get("statuses"):
            told += say(", again on {statuses}").format(statuses=_ranges(rule["statuses"], say))
        rows.append((say("attempts, ") + say(operation.replace("_", " ")), told))
    rows.append((say("evidence of a lost answer"), say("the balance" if evidence.get("balance") else "none")))
    if limits:
        rows.append((say("at once"), str(limits["concurrency"])))
        most = say("{n} characters").format(n=limits["prompt_characters"])
        rows.append((say("longest prompt"), most))
    return ["| | |", "| --- | --- |", *(f"| {name} | {told} |" for name, told in rows)]


def _ranges(numbers: list[int], say: Callable[[str], str]) -> str:
    """500, 502 to 504."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    to = say("{low} to {high}")
    return say(", ").join(
        to.format(low=run[0], high=run[-1]) if len(run) > 1 else str(run[0]) for run in runs
    )


def gateways(lang: str) -> str:
    """One section per facts file: where it is, what it sells, for how much, as of when, and says who."""
    sections, say = [], _speaker(lang)
    for path in sorted(FACTS.glob("*.toml")):
        facts = tomllib.loads(path.read_text("utf-8"))
        head = facts["gateway"]
        told = say("`{name}`, as of {checked}. Source: {source}.").format(
            name=path.stem, **{**head, "source": head[_SOURCE[lang]]}
        )
        lines = [f"## {head['title']}", "", told, ""]
        if "base_url" in head:
            lines += [
                say("Address: `{base_url}`. Unit: {unit}.").format(**{**head, "unit": say(head["unit"])}),
                "",
            ]
        lines += _keys(facts, say) + _models(facts, head["unit"], say)
        lines += _endpoints(facts, say, lang) + _repeats(facts, say)
        sections.append("\n".join(lines))
    return "\n\n".join(sections)


def faults(lang: str) -> str:
    say, rows = _speaker(lang), []
    for path in sorted((ROOT / "src/limner/sandbox").glob("*.toml")):
        rows += tomllib.loads(path.read_text("utf-8")).get("fault", [])
    lines = _head(say, "word", "charges", "what happens")
    lines += [
        f"| `[[{row['name']}]]` | {say('yes' if row['charges'] else 'no')} | {row[lang]} |" for row in rows
    ]
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


def outcomes(lang: str) -> str:
    """What the tests hold every gateway to: one table for all, one per gateway."""
    folder, say = ROOT / "tests" / "outcomes", _speaker(lang)
    head = _head(say, "what happened", "the request", "charged", "state", "what limner does")
    every = tomllib.loads((folder / "every.toml").read_text("utf-8"))["row"]
    lines = [f"## {say('Every gateway, every operation')}", "", *head]
    lines += [_outcome(row, row["outcome"], str(row[lang]), say) for row in every]
    said = _fault_words(lang)
    of_group = {"refused": "refused", "lost": "unknown"}
    for path in sorted(folder.glob("*.toml")):
        if path.stem == "every":
            continue
        title = tomllib.loads((FACTS / f"{path.stem}.toml").read_text("utf-8"))["gateway"]["title"]
        lines += ["", f"## {title}", "", *head]
        for group, rows in tomllib.loads(path.read_text("utf-8")).items():
            for row in rows:
                names = [one.strip("[ ]").partition(":")[0] for one in row["fault"].split("]] [[")]
                words = say(" ").join(said[name] for name in names)
                lines.append(_outcome(row, of_group.get(group, "accepted"), words, say))
    return "\n".join(lines)


def _outcome(row: dict[str, Any], outcome: str, words: str, say: Callable[[str], str]) -> str:
    again = ", repeated" if row.get("repeated") or row.get("sent", 1) > 1 else ""
    key = row["state"] if outcome == "accepted" else outcome + again
    return f"| {words} | {say(outcome)} | {say(row['charged'])} | {row['state']} | {say(_DOES[key])} |"


def _fault_words(lang: str) -> dict[str, str]:
    said: dict[str, str] = {}
    for path in sorted((ROOT / "src/limner/sandbox").glob("*.toml")):
        rows = tomllib.loads(path.read_text("utf-8")).get("fault", [])
        said.update({row["name"]: row[lang] for row in rows})
    return said


_SOURCE = {"en": "source", "zh": "source_zh"}
_PAIRS = "A key and an address are one pair; the first pair whose key is set is used."


def _keys(facts: dict[str, Any], say: Callable[[str], str]) -> list[str]:
    pairs = facts.get("credentials", [])
    if not pairs:
        return []
    lines = [say(_PAIRS), ""]
    lines += _head(say, "key", "its address")
    for pair in pairs:
        key = f"`{pair.get('key') or pair.get('file') or 'limner setup'}`"
        base = f"`{pair['base']}`" if "base" in pair else ""
        own = say("the gateway's own") if pair.get("default_base") else ""
        lines.append(f"| {key} | {say(', else ').join(one for one in (base, own) if one)} |")
    return [*lines, ""]


def _models(facts: dict[str, Any], unit: str, say: Callable[[str], str]) -> list[str]:
    if not facts.get("models"):
        return []
    lines = _head(say, "model", "price", "at worst", "takes", "use")
    for model in facts["models"]:
        known = {**facts["families"][model.get("family", "images")], **model}
        price = _amounts(known["price"], say) + f" {say(unit)}" if "price" in known else say("not known")
        most = _amounts(known["most"], say) + f" {say(unit)}" if "most" in known else price
        if "most_per_megapixel" in known:
            each = f"{known['most_per_megapixel']} {say(unit)}"
            most = say("{each} per million pixels, {price} at least").format(each=each, price=price)
        low, high = known["seconds"]
        uses = say(", ").join(map(say, known.get("uses", [])))
        lines.append(f"| `{known['id']}` | {price} | {most} | {low}–{high} s | {uses} |")
    return [*lines, ""]


def _amounts(known: str | dict[str, str], say: Callable[[str], str]) -> str:
    """One amount, or one per size."""
    if isinstance(known, str):
        return known
    return say(", ").join(worst if size == "*" else f"{size}: {worst}" for size, worst in known.items())


def _endpoints(facts: dict[str, Any], say: Callable[[str], str], lang: str) -> list[str]:
    rows = facts.get("endpoints", [])
    if not rows:
        return []
    lines = _head(say, "host", "what is sent", "when")
    return [*lines, *(f"| `{row['host']}` | {row['what'][lang]} | {row['when'][lang]} |" for row in rows), ""]


def _repeats(facts: dict[str, Any], say: Callable[[str], str]) -> list[str]:
    told = []
    for operation, rule in facts.get("repeats", {}).items():
        if isinstance(rule, dict) and rule.get("attempts", 1) > 1:
            most = say("{what}: at most {attempts} attempts")
            told.append(most.format(what=say(operation.replace("_", " ")), attempts=rule["attempts"]))
    return [say("Repeats when answers are lost: {told}.").format(told="; ".join(told)), ""] if told else []


def _head(say: Callable[[str], str], *columns: str) -> list[str]:
    return [f"| {' | '.join(say(one) for one in columns)} |", f"|{' --- |' * len(columns)}"]


def _speaker(lang: str) -> Callable[[str], str]:
    """What says the few words of the tables in a page's language."""
    if lang == "en":
        return lambda words: words
    words: dict[str, str] = tomllib.loads((Path(__file__).parent / "tables-zh.toml").read_text("utf-8"))
    return words.__getitem__


def _code(text: str, language: str) -> str:
    return f"```{language}\n{text.rstrip()}\n```"
