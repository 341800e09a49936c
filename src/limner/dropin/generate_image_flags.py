"""The flags of the CreatOK image script, read as its first version read them."""

from typing import Any, NamedTuple

from limner.errors import Usage

USAGE = (
    "Usage: run.py --run_id <run_id> (--prompt <prompt> [--model nano-banana-2] [--resolution 2K] [--n 1] "
    "[--aspect_ratio W:H] [--reference_images a.png,b.jpg] [--yes] | --task_id <task_id> [--wait]) "
    "[--timeout_sec 300] [--poll_interval 3]"
)
_SWITCHES = ("yes", "wait")


class Options(NamedTuple):
    """The flags, as the skill has them."""

    run_id: str = ""
    prompt: str = ""
    model: str | None = None
    resolution: str | None = None
    n: str = "1"
    aspect_ratio: str | None = None
    reference_images: str = ""
    task_id: str = ""
    timeout_sec: str = "300"
    poll_interval: str = ""
    yes: bool = False
    wait: bool = False

    @property
    def seconds(self) -> float:
        return number(self.timeout_sec, "--timeout_sec")

    def polling(self) -> dict[str, float]:
        """Where the flags speak of looks they go before the engine's own rules."""
        if not self.poll_interval:
            return {"limit": self.seconds}
        every = number(self.poll_interval, "--poll_interval")
        return {"limit": self.seconds, "floor": every, "ceiling": every}


def read(argv: list[str]) -> Options:
    """`--flag value`; an unknown flag swallows the word after it, as it always did."""
    told: dict[str, Any] = {}
    while argv:
        word = argv.pop(0)
        name = word.removeprefix("--")
        if name == word:
            continue
        if name in _SWITCHES:
            told[name] = True
        elif argv and name in Options._fields:
            told[name] = argv.pop(0)
        else:
            del argv[:1]
    return Options(**told)


def number(text: str, flag: str, *, whole: bool = False) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < 1e9 or (whole and number != int(number)):
        key = "usage.whole_number" if whole else "usage.seconds"
        raise Usage(key, option=flag, value=text)
    return number
