"""
The command line: parse, ask, print.

A start loads what its command needs and nothing else: the help text is a file, each command is a
module of its own, and its parser is built when it was named.
"""

import sys

from limner import __version__

COMMANDS = (
    "make",
    "quote",
    "approve",
    "run",
    "status",
    "jobs",
    "cancel",
    "recover",
    "resolve",
    "show",
    "deliver",
    "models",
    "prefs",
    "guide",
    "gateways",
    "spend",
    "setup",
    "doctor",
    "backup",
    "forget",
    "skills",
    "sandbox",
    "studio",
    "mcp",
    "completion",
)
_GLOBAL = {"--json", "--sandbox", "--no-input", "--no-color", "-q", "--quiet"}
_GLOBAL_WITH_VALUE = {"--lang", "--home", "--fields"}


_OBJECTS = 50_000
"""New objects before the collector looks for circles among them: no short command makes that many."""


def process() -> int:
    """The program `limner`: as `main`, for a process that has nothing else to do."""
    import gc

    from limner.cli import streams

    gc.set_threshold(_OBJECTS)
    streams.stand()
    code = main()
    _leave(code)
    return code


def _leave(code: int) -> None:
    """Python would take the process apart object by object, longer than many a command works."""
    import atexit
    import os

    if "threading" in sys.modules and sys.modules["threading"].active_count() > 1:
        return
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        pass
    atexit._run_exitfuncs()
    os._exit(code)


def main(argv: list[str] | None = None) -> int:
    """Run one command; its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    leading, words = _leading_options(words)
    if words[:1] == ["help"] and not words[-1].startswith("-") and words[1:]:
        words = [*words[1:], "--help"]
    if not words or words[0] in {"-h", "--help", "help"}:
        return _say(help_text(_language([*leading, *words])))
    if words[0] == "--version":
        return _say(f"limner {__version__}\n")
    from limner.cli.command import execute

    return execute(words[0], [*words[1:], *leading] if "--" not in words else [*leading, *words[1:]])


def _say(text: str) -> int:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        pass
    except OSError as error:
        from limner.messages import sentence

        facts = {"reason": error.strerror}
        sys.stderr.write(sentence("stdout.not_written", _language([]), facts) + "\n")
        return 1
    return 0


def help_text(language: str) -> str:
    with open(f"{__path__[0]}/help.{language}.txt", encoding="utf-8") as file:  # noqa: PTH123  # pathlib is slow to load
        return file.read()


def module(command: str) -> str:
    return f"limner.cli.{command}"


def _leading_options(words: list[str]) -> tuple[list[str], list[str]]:
    """Options that stand before the command belong to it all the same."""
    place = 0
    while place < len(words):
        if words[place] in _GLOBAL or (
            words[place].partition("=")[0] in _GLOBAL_WITH_VALUE and "=" in words[place]
        ):
            place += 1
        elif words[place] in _GLOBAL_WITH_VALUE:
            place += 2
        else:
            break
    return words[:place], words[place:]


def _language(options: list[str]) -> str:
    import os

    given = ""
    for place, option in enumerate(options):
        if option == "--lang":
            given = options[place + 1] if place + 1 < len(options) else ""
        elif option.startswith("--lang="):
            given = option.partition("=")[2]
    chosen = given or os.environ.get("LIMNER_LANG", "")
    if chosen in {"en", "zh"}:
        return chosen
    return "zh" if locale_language() == "zh" else "en"


def locale_language() -> str:
    """The language of the person's surroundings, as POSIX variables tell it."""
    import os

    value = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return value[:2].lower()
