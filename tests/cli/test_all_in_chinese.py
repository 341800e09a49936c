"""Every command asked in Chinese answers in Chinese: what succeeds, what fails, what is typed wrongly."""

import re
from collections.abc import Iterator

from limner import catalog, gateways
from limner.cli import COMMANDS

from .person import Person

QUOTES = [
    ("一只猫",),
    ("一只猫", "-g", "ima", "--size", "4K", "--ratio", "16:9"),
    ("一只猫", "-g", "creatok", "--ratio", "7:3"),
    ("一只猫", "-m", "midjourney", "--ratio", "16:9"),
    ("一只猫", "--wish", "cheapest"),
    ("一只猫", "--wish", "fast"),
    ("一只猫", "--size", "8K", "-n", "3"),
]
MISTAKES = [
    ("quote",),
    ("quote", "一只猫", "-g", "skillsvideo"),
    ("quote", "一只猫", "-g", "ima", "--max-cost", "2 CNY"),
    ("quote", "一只猫", "-g", "ima", "--max-cost", "1"),
    ("quote", "一只猫", "--max-cost", "x"),
    ("quote", "一只猫", "--ref", "没有.png"),
    ("quote", "一只猫", "-m", "gpt-image-2", "--background", "transparent"),
    ("quote", "一只猫", "-n", "x"),
    ("quote", "一只猫", "--fields", "model"),
    ("quote", "一只猫", "--request", "/"),
    ("quote", "--words", "一只猫，不超过1积分", "-g", "ima"),
    ("quote", "--words", "一只猫，16:9，啊不，9:16，A3，透明背景，用MJ"),
    ("models", "--for", "一张写着“夏天”的海报"),
    ("models", "-m", "x"),
    ("run",),
    ("run", "q_aaaaaaaaaaaa"),
    ("status", "j_aaaaaaaaaa"),
    ("resolve",),
    ("show", "没有.png"),
    ("backup", "/proc/没有/b"),
    ("deliver", "没有.png"),
    ("guide", "没有"),
    ("prefs", "set", "没有"),
    ("gateways", "没有"),
    ("skills", "install", "没有"),
    ("completion", "没有"),
    ("没有",),
]
TOLD = [
    ("models",),
    ("models", "--changes"),
    ("jobs",),
    ("spend",),
    ("doctor",),
    ("gateways",),
    ("gateways", "--hosts"),
    ("guide",),
    ("prefs",),
    ("forget",),
    ("recover",),
    ("skills",),
]
# Names that are the same in every language, and words that are typed exactly so.
NAMES = (
    "JSON TOML UTF HTTP PNG JPEG WebP AVIF HEIC Python Linux IPTC SANDBOX",
    "MCP OpenAI GPT Gemini CNY point_ima",
    "limner done failed unknown canceled output doctor yes true bash zsh fish",
    "creatok-skills generate-image product-shots ai-image-skills IMA Studio",
    "sandbox preview heif keyring mcp studio deliver c2pa",
    "SHELL JOB QUOTE FILE service discord webhook_env",
    "codex cursor windsurf copilot gemini openclaw claude-code",
    "consistency models parameters prompts",
)
STANDING = (
    r"https?://\S+",
    r"(?<![A-Za-z0-9])~?/[^\s：，。；）]+",
    r"\b[qj]_[a-z0-9]+",
    r"`[^`]*`",
    r"limner [a-z][^：，。；（）]*",
    r"--[a-z-]+(?: [A-Z]+\b)?",
    r"\b[\w-]+(?:\.[\w-]+)+\b",
    r"\b[A-Z]+_[A-Z_]+\b",
    r"\[\[?[\w.-]+\]?\]",
)


def names() -> set[str]:
    """Every name for a model or a gateway, and the parameters and commands, as words."""
    told = [*NAMES, *COMMANDS, *gateways.providers()]
    for provider in gateways.providers():
        facts = gateways.facts(provider)
        told.append(facts["gateway"]["title"])
        for model in catalog.models(provider, facts, {}):
            told += [model.id, model.title, *model.parameters]
    return {word.casefold() for one in told for word in re.findall(r"[A-Za-z]{3,}", one)}


def foreign(said: str, known: set[str]) -> Iterator[str]:
    """The words of a text that are neither Chinese nor a name."""
    # The prompt is told as it will be sent.
    said = re.sub(r"描述 [^\n]*", " ", said)
    for pattern in STANDING:
        said = re.sub(pattern, " ", said)
    yield from (word for word in re.findall(r"[A-Za-z]{3,}", said) if word.casefold() not in known)


def test_no_answer_to_a_chinese_reader_is_half_english(person: Person) -> None:
    known, wrong = names(), {}
    shops = {"LIMNER_SANDBOX": "1", "LIMNER_LANG": "zh", "OMNIMAAS_BASE_URL": None}
    lines = [
        *(("quote", *words) for words in QUOTES),
        *(("quote", "一只猫 [[524]]"), ("quote", "一只猫 [[402]]")),
        *MISTAKES,
        *TOLD,
    ]
    for number, words in enumerate(lines):
        ran = person.run(*words, **shops)
        found = list(foreign(ran.out + ran.err, known))
        if ran.code == 0 and words[:1] == ("quote",) and number in (0, 1, 7, 8):
            quote = ran.out.strip()
            made = person.run("run", quote, "--approve", quote, "--no-preview", **shops)
            # What a gateway says in its own words is quoted as it is.
            told = re.sub(r"(?<=：)[A-Z][^\n]*", "", made.out + made.err)
            found += list(foreign(told, known))
        if found:
            wrong[" ".join(words)] = (found, ran)
    assert {line: words for line, (words, _) in wrong.items()} == {}, wrong
