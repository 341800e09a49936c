"""What tests of IMA Studio share: its addresses, its models, what was sent there."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from buyer import Buyer
from limner.money import Money

CREATE, DETAIL, LIST = "/ima/open/v1/tasks/create", "/ima/open/v1/tasks/detail", "/ima/open/v1/product/list"
TOKEN = "/ima/api/rest/oss/getuploadtoken"
SEEDREAM, NANO, PRO, MIDJOURNEY = (
    "doubao-seedream-4.5",
    "gemini-3.1-flash-image",
    "gemini-3-pro-image",
    "midjourney",
)
EARLY = "doubao-seedream-4-5-early"


def sent(buyer: Buyer, path: str) -> list[dict[str, Any]]:
    return [one for one in buyer.requests() if one["path"] == path]


def order(buyer: Buyer) -> dict[str, Any]:
    """The one order of the last create."""
    (one,) = sent(buyer, CREATE)[-1]["json"]["parameters"]
    return dict(one)


def points(amount: int) -> Money:
    return Money(amount * 1_000_000, "point")


def limner(buyer: Buyer, *words: str) -> tuple[str, str]:
    """One command, with the buyer's home and key; standard output and standard error."""
    program = str(Path(sys.executable).with_name("limner"))
    seen = {**os.environ, "LIMNER_HOME": str(buyer.home), "LANG": "C.UTF-8"}
    done = subprocess.run(
        [program, *words], env=seen, cwd=buyer.folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert buyer.key not in done.stdout + done.stderr
    return done.stdout, done.stderr
