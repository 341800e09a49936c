"""Packs every data file as JSON beside its TOML, so that an installed limner starts faster."""

import datetime
import json
import tomllib
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Hook(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable" or self.target_name != "wheel":
            return
        source, made = Path(self.root) / "src", Path(mkdtemp())
        for place, path in enumerate(sorted((source / "limner").rglob("*.toml"))):
            if "sandbox" in path.parts:
                continue
            told = tomllib.loads(path.read_text("utf-8"))
            packed = made / f"{place}.json"
            packed.write_text(
                json.dumps(told, ensure_ascii=False, separators=(",", ":"), default=_date), "utf-8"
            )
            build_data["force_include"][str(packed)] = str(path.relative_to(source).with_suffix(".json"))


def _date(value: datetime.date) -> str:
    return value.isoformat()
