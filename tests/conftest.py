import contextlib
import json
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
from PIL import Image

from buyer import Buyer
from limner import Client, gateways
from limner.sandbox import launch

_PLACE = pytest.StashKey[Path]()
_PROXIES = ("ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


def pytest_configure(config: pytest.Config) -> None:
    told = getattr(config, "workerinput", {}).get("sandbox")
    config.stash[_PLACE] = Path(told or tempfile.mkdtemp(prefix="limner-tests-"))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["sandbox"] = str(node.config.stash[_PLACE])


def pytest_unconfigure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return
    with contextlib.suppress(OSError, ValueError):
        os.kill(json.loads((config.stash[_PLACE] / "server.json").read_text())["pid"], signal.SIGTERM)
    shutil.rmtree(config.stash[_PLACE], ignore_errors=True)


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A machine on which nobody has set anything up."""
    for name in _variables():
        monkeypatch.delenv(name, raising=False)
    for name in _PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.delenv("LIMNER_HOME", raising=False)
    monkeypatch.delenv("LIMNER_SANDBOX", raising=False)
    person = tmp_path_factory.mktemp("person")
    monkeypatch.setenv("HOME", str(person))
    monkeypatch.chdir(person)


def _variables() -> Iterator[str]:
    """Every variable that a gateway's facts would read a key or an address from."""
    for provider in gateways.providers():
        facts = gateways.facts(provider)
        for pair in facts.get("credentials", []):
            yield from (pair[name] for name in ("key", "base") if name in pair)
        yield from (host["variable"] for host in facts.get("hosts", {}).values())


@pytest.fixture(scope="session")
def sandbox(pytestconfig: pytest.Config) -> str:
    """The address of the one sandbox process that all tests share."""
    return launch(pytestconfig.stash[_PLACE], idle_seconds=3600)


NewBuyer = Callable[..., Buyer]
_AT = {
    "omnimaas": ("OMNIMAAS", "/omnimaas/v1"),
    "skillsvideo": ("SKILLS_VIDEO", "/skillsvideo/api/v1"),
}


@pytest.fixture
def new_buyer(sandbox: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[NewBuyer]:
    """Buyers with an account of their own each; `settings` is their config.toml, `url` where they look."""
    clients: list[Client] = []

    def new(settings: str = "waits = [0, 0]\n", url: str = "", at: str = "omnimaas") -> Buyer:
        variable, path = _AT[at]
        key = f"sk-test-{token_hex(20)}"
        home, folder = tmp_path / f"home-{len(clients)}", tmp_path / f"pictures-{len(clients)}"
        home.mkdir()
        folder.mkdir()
        (home / "config.toml").write_text(settings, "utf-8")
        monkeypatch.setenv(f"{variable}_API_KEY", key)
        monkeypatch.setenv(f"{variable}_BASE_URL", url or sandbox + path)
        clients.append(Client(home=str(home)))
        return Buyer(sandbox, key, home, folder, clients[-1], at)

    yield new
    for client in clients:
        client.close()


@pytest.fixture
def buyer(new_buyer: NewBuyer) -> Buyer:
    return new_buyer()


@pytest.fixture
def red(tmp_path: Path) -> str:
    path = tmp_path / "red.png"
    Image.new("RGB", (64, 48), (200, 20, 20)).save(path)
    return str(path)
