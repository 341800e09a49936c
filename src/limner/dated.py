"""
Dated data files, read.

They are written as TOML. An installed limner has each of them as JSON besides, made when it was packed:
reading TOML is a third of what a quick command costs.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any


@cache
def read(path: Path) -> Mapping[str, Any]:
    """What the TOML file at `path` says, dates as text. Not to be written to: everybody gets the same one."""
    try:
        return dict(json.loads(path.with_suffix(".json").read_bytes()))
    except FileNotFoundError:
        return dict(json.loads(packed(path)))


def packed(path: Path) -> str:
    """A TOML file as JSON."""
    import tomllib

    with path.open("rb") as file:
        return json.dumps(tomllib.load(file), ensure_ascii=False, separators=(",", ":"), default=str)
