"""Facts of a dialect: the `.toml` beside it."""

import tomllib
from pathlib import Path
from typing import Any


def facts_of(module_file: str) -> dict[str, Any]:
    """What stands in the `.toml` with the same stem as this module."""
    return tomllib.loads(Path(module_file).with_suffix(".toml").read_text(encoding="utf-8"))
