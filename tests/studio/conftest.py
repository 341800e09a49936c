from collections.abc import Iterator
from secrets import token_hex

import pytest

from buyer import Buyer
from limner import Client

from .visitor import Studio, Visitor, opened


@pytest.fixture(scope="module")
def buyer(sandbox: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Buyer]:
    """Somebody whose key lies where `limner setup` puts it, so that a studio of their home finds it too."""
    place = tmp_path_factory.mktemp("studio")
    home, folder, key = place / "home", place / "pictures", f"sk-test-{token_hex(20)}"
    for path in (home / "keys", folder):
        path.mkdir(parents=True)
    (home / "keys" / "omnimaas").write_text(key + "\n")
    (home / "keys" / "omnimaas").chmod(0o600)
    settings = f'waits = [0, 0]\n\n[gateways.omnimaas]\nbase_url = "{sandbox}/omnimaas/v1"\n'
    (home / "config.toml").write_text(settings + '\n[budget.CNY]\nper_day = "2000"\n', "utf-8")
    with Client(home=str(home)) as client:
        yield Buyer(sandbox, key, home, folder, client)


@pytest.fixture(scope="module")
def studio(buyer: Buyer) -> Iterator[Studio]:
    """A studio of the buyer's own home; what it buys is on the buyer's bills."""
    with opened(buyer.home) as one:
        yield one


@pytest.fixture
def visitor(studio: Studio) -> Iterator[Visitor]:
    with studio.visited() as one:
        yield one
