"""Setting up without a terminal: servers of one's own, looked at and removed; limits, set and lifted."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from limner import Client
from limner.errors import BudgetExceeded

from .visitor import Visitor, opened

COMMENTED = """\
# mine, since May
waits = [0, 0]   # no pauses

[budget.CNY]
per_day = "30"   # what I can bear
"""


@pytest.fixture
def visitor(tmp_path: Path) -> Iterator[Visitor]:
    (tmp_path / "config.toml").write_text(COMMENTED, "utf-8")
    with opened(tmp_path) as studio, studio.visited() as one:
        yield one


def written(visitor: Visitor) -> str:
    return (visitor.studio.home / "config.toml").read_text("utf-8")


def test_a_server_is_added_looked_at_bought_from_and_removed(visitor: Visitor, sandbox: str) -> None:
    url, key = f"{sandbox}/openai/v1", "sk-local-0123456789abcdef"
    assert visitor.press("/setup", name="studio-pc", url=url, key=key).status_code == 303
    kept = visitor.studio.home / "keys" / "studio-pc"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert key not in visitor.see("/setup") + written(visitor)
    looked = visitor.press("/setup/studio-pc/look")
    assert "It answers, and lists" in looked.text
    priceless = visitor.press("/make", prompt="a mug", model="studio-pc|gpt-image-1")
    assert "Nobody says what gpt-image-1 costs" in priceless.text
    card = visitor.press("/make", prompt="a mug", model="studio-pc|gpt-image-1", max_cost="0.50")
    assert card.headers["location"].startswith("/approve/q_"), card.text
    assert "studio-pc" in visitor.see(card.headers["location"])
    visitor.press("/setup/limit", scope="@studio-pc", limit="per_day", amount="1")
    assert visitor.press("/setup/studio-pc/remove").headers["location"] == "/setup?said=removed"
    assert written(visitor).strip() == COMMENTED.strip()
    assert not kept.exists()
    assert 'id="studio-pc"' not in visitor.see("/setup")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "", "url": "https://x.example/v1"}, "cannot be a gateway"),
        ({"name": "../evil", "url": "https://x.example/v1"}, "cannot be a gateway"),
        ({"name": "Omni", "url": "https://x.example/v1"}, "cannot be a gateway"),
        ({"name": "omnimaas", "url": "https://x.example/v1"}, "already a gateway"),
        ({"name": "mine", "url": "ftp://x.example"}, "is not a URL"),
        ({"name": "mine", "url": ""}, "is not a URL"),
        ({"name": "mine", "url": "http://x.example/v1", "key": "sk-0123456789abcdef"}, "unencrypted"),
        ({"name": "mine", "url": "https://x.example/v1", "key": "two words"}, "not a key"),
        ({"name": "mine", "url": "https://x.example/v1", "price": "-1"}, "amount"),
        ({"name": "mine", "url": 'https://x.example/"\n[budget.CNY]', "price": "cheap"}, "mine"),
    ],
)
def test_what_cannot_be_a_server_is_one_sentence_and_nothing_is_written(
    fields: dict[str, str], said: str, visitor: Visitor
) -> None:
    answer = visitor.press("/setup", **fields)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert said in answer.text
    assert "sk-0123456789" not in answer.text
    assert written(visitor) == COMMENTED
    assert list((visitor.studio.home / "keys").glob("*")) == []


def test_what_comes_back_from_a_server_is_said_plainly(visitor: Visitor, sandbox: str) -> None:
    visitor.press("/setup", name="nobody", url="http://127.0.0.1:1/v1")
    assert "cannot be reached" in visitor.press("/setup/nobody/look").text
    visitor.press("/setup", name="other", url=f"{sandbox}/nothing-here")
    assert "does not list its models" in visitor.press("/setup/other/look").text
    assert visitor.press("/setup/nowhere/look").status_code == 422


def test_limits_are_set_changed_and_lifted_and_comments_stay(visitor: Visitor) -> None:
    visitor.press("/setup/limit", scope="CNY", limit="per_day", amount="12.5")
    assert 'per_day = "12.5"   # what I can bear' in written(visitor)
    assert "# mine, since May" in written(visitor)
    assert "¥12.50" in visitor.see("/setup")
    visitor.press("/setup/limit", scope="@omnimaas", limit="per_run", amount="0.01")
    visitor.press("/setup/limit", scope="point", limit="ask_above", amount="5")
    visitor.press("/setup/omnimaas/key", key="sk-0123456789abcdef")
    with Client(home=str(visitor.studio.home)) as agent:
        quote = agent.quote("a mug", model="gpt-image-2")
        with pytest.raises(BudgetExceeded):
            agent.approve(quote.id)
    visitor.press("/setup/limit", scope="@omnimaas", limit="per_run", amount="", do="lift")
    visitor.press("/setup/limit", scope="CNY", limit="per_day", do="lift")
    assert "per_run" not in written(visitor)
    assert "per_day" not in written(visitor)
    with Client(home=str(visitor.studio.home)) as agent:
        agent.approve(agent.quote("a mug", model="gpt-image-2").id)


@pytest.mark.parametrize(
    "fields",
    [
        {"amount": "-5"},
        {"amount": "lots"},
        {"amount": ""},
        {"amount": "1e3"},
        {"amount": "99999999999999"},
        {"amount": "0.00000001"},
        {"scope": "XYZ"},
        {"scope": "@nowhere"},
        {"limit": "per_fortnight"},
        {"limit": "__class__"},
    ],
)
def test_what_is_no_limit_is_one_sentence_and_nothing_is_written(
    fields: dict[str, str], visitor: Visitor
) -> None:
    answer = visitor.press("/setup/limit", **{"scope": "CNY", "limit": "per_day", "amount": "5", **fields})
    assert answer.status_code == 422
    assert answer.text.count('role="alert"') == 1
    assert written(visitor) == COMMENTED


def test_a_server_stays_while_something_bought_there_is_not_finished(visitor: Visitor, sandbox: str) -> None:
    visitor.press(
        "/setup", name="studio-pc", url=f"{sandbox}/openai/v1", key="sk-0123456789abcdef", price="1"
    )
    card = visitor.press("/make", prompt="a kettle [[524]]", model="studio-pc|gpt-image-1").headers[
        "location"
    ]
    job = visitor.press(card, answer="make").headers["location"].rpartition("/")[2]
    while visitor.http.get(f"/live/job/{job}?once=1").json()["stand"] == "live":
        pass
    refused = visitor.press("/setup/studio-pc/remove")
    assert (refused.status_code, job in refused.text) == (422, True)
    visitor.press(f"/job/{job}/resolve", charged="no")
    assert visitor.press("/setup/studio-pc/remove").status_code == 303
    assert "a kettle" in visitor.see(f"/job/{job}")
