import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import httpx2
import pytest

from limner.sandbox import launch

from .customer import Customer


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real sandbox process of this test run's own."""
    home: Path = tmp_path_factory.mktemp("sandbox")
    url = launch(home, idle_seconds=3600)
    yield url
    os.kill(json.loads((home / "server.json").read_text())["pid"], signal.SIGTERM)


@pytest.fixture
def customer(base: str) -> Iterator[Customer]:
    key = f"sk-test-{token_hex(8)}"
    headers = {"authorization": f"Bearer {key}"}
    with httpx2.Client(base_url=base, headers=headers, timeout=20, trust_env=False) as http:
        yield Customer(http, key)
