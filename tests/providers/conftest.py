"""Customers of any gateway, made from its facts alone: whatever has an adapter can be bought at."""

from collections.abc import Callable, Iterator
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest

from buyer import Buyer
from conftest import NewBuyer
from limner import Client, gateways

from .skills_shop import QUICK as QUICK_TASKS

QUICK = {"floor": 0.02, "ceiling": 0.05}
NewCustomer = Callable[..., Buyer]
Shop = Callable[..., Buyer]


@pytest.fixture
def new_customer(sandbox: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[NewCustomer]:
    """
    Customers of a gateway with an account of their own each. `over` lies over a configuration in which
    looks at tasks are quick; `key` makes somebody come back with the same account and another home; `host`
    is where the gateway is sought.
    """
    clients: list[Client] = []

    def new(
        name: str, over: dict[str, Any] | None = None, *, key: str | None = None, host: str = sandbox
    ) -> Buyer:
        key = key or f"sk-test-{token_hex(20)}"
        place = tmp_path / f"{name}-{len(clients)}"
        home, folder = place / "home", place / "pictures"
        home.mkdir(parents=True)
        folder.mkdir()
        (home / "config.toml").write_text(_settings(name, host), "utf-8")
        for variable, value in _environment(name, host, key).items():
            monkeypatch.setenv(variable, value)
        client = Client(home=str(home), over={**(over or {}), "gateway": name})
        clients.append(client)
        return Buyer(sandbox, key, home, folder, client, name)

    yield new
    for client in clients:
        client.close()


@pytest.fixture
def shop(new_buyer: NewBuyer) -> Shop:
    """Buyers at skills.video, with an account of their own each; `settings` is their config.toml."""

    def new(settings: str = QUICK_TASKS, url: str = "") -> Buyer:
        return new_buyer(settings, url, "skillsvideo")

    return new


def _settings(name: str, sandbox: str) -> str:
    """Quick looks; and for a template the gateway itself, sold by a price of the person's own."""
    head = gateways.facts(name)["gateway"]
    lines = [f"[gateways.{name}]"]
    if head.get("template"):
        url = sandbox + head["sandbox_path"]
        lines += [f'base_url = "{url}"', 'key_env = "OWN_API_KEY"', 'price = "0.02"', "max_n = 1"]
    lines += [f"[gateways.{name}.polling]", *(f"{rule} = {value}" for rule, value in QUICK.items())]
    if head.get("template"):
        lines += [f"[gateways.{name}.models.local-diffusion]", "seconds = [1, 2]"]
    return "\n".join(lines) + "\n"


def _environment(name: str, sandbox: str, key: str) -> dict[str, str]:
    facts = gateways.facts(name)
    url = sandbox + facts["gateway"]["sandbox_path"]
    if facts["gateway"].get("template"):
        return {"OWN_API_KEY": key}
    pair = next(pair for pair in facts["credentials"] if "key" in pair and "base" in pair)
    hosts = {one["variable"]: sandbox + one["sandbox_path"] for one in facts.get("hosts", {}).values()}
    return {pair["key"]: key, pair["base"]: url, **hosts}
