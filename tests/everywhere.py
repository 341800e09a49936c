"""Somebody with a key at every gateway, all of them the shared sandbox's."""

from pathlib import Path
from secrets import token_hex

import pytest

from buyer import Buyer
from limner import Client, gateways

QUICK = "".join(f"[gateways.{name}.polling]\nfloor = 0.02\nceiling = 0.05\n" for name in ("ima", "creatok"))
RATES = '[rates]\npoint_ima = "0.01 CNY"\ncredit_creatok = "0.05 USD"\nUSD = "7.1 CNY"\n'


def buyer(
    sandbox: str, place: Path, monkeypatch: pytest.MonkeyPatch, settings: str = RATES, *, only: str = ""
) -> Buyer:
    """`only`: one gateway, as if nothing else were set up."""
    key = f"sk-test-{token_hex(20)}"
    for name in gateways.providers():
        facts = gateways.facts(name)
        if facts.get("credentials") and only in ("", name):
            first = facts["credentials"][0]
            monkeypatch.setenv(first["key"], key)
            monkeypatch.setenv(first["base"], sandbox + facts["gateway"]["sandbox_path"])
            for host in facts.get("hosts", {}).values():
                monkeypatch.setenv(host["variable"], sandbox + host["sandbox_path"])
    home, folder = place / "home", place / "pictures"
    home.mkdir()
    folder.mkdir()
    (home / "config.toml").write_text(settings + QUICK, "utf-8")
    return Buyer(sandbox, key, home, folder, Client(home=str(home)))
