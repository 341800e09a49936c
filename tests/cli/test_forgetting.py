"""What limner keeps can be removed: shown first, removed on a second word, never the money."""

import hashlib
import json
from pathlib import Path

import pytest

from limner import Client
from limner.money import decimal

from .person import Person

WORDS = "an unheard-of lighthouse"


def holding(words: str, *folders: Path) -> list[str]:
    """The files below these folders that hold such words, in whatever form."""
    needle = words.encode()
    found = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return sorted(str(path) for path in found if needle in path.read_bytes())


def money(person: Person) -> object:
    with Client(home=str(person.home)) as client:
        rows = client.ledger.store.rows("SELECT kind, amount, unit FROM entry ORDER BY id")
        return rows, [(one.label, decimal(one.charged), one.jobs) for one in client.spend()[0]]


def kinds(told: dict[str, object]) -> dict[str, int]:
    items = told["items"]
    assert isinstance(items, list)
    return {one["kind"]: one["count"] for one in items}


def test_nothing_is_removed_until_somebody_says_what_and_says_it_twice(person: Person) -> None:
    person.buy(WORDS)
    before = sorted(path for path in person.home.rglob("*") if "owners" not in str(path))
    shown = person.json("forget")
    assert (shown["kind"], shown["data"]["done"]) == ("kept", False)
    assert kinds(shown["data"])["prompts"] == 1
    asked = person.json("forget", "--prompts", "--jobs", "--pictures")
    assert asked["data"]["done"] is False
    assert asked["next"][0]["argv"][-2:] == ["--yes-forget", "--json"]
    assert "Nothing was removed" in person.run("forget", "--logs").err
    assert sorted(path for path in person.home.rglob("*") if "owners" not in str(path)) == before


def test_words_are_gone_from_everywhere_and_the_money_stays(person: Person) -> None:
    picture = person.buy(WORDS).out.strip()
    person.run("quote", f"{WORDS}, never bought", "-m", "gpt-image-2")
    assert holding(WORDS, person.home, person.folder)
    counted = money(person)
    gone = person.json("forget", "--prompts", "--yes-forget")
    assert (gone["kind"], kinds(gone["data"])) == ("forgotten", {"prompts": 1})
    # The quote that can still be said yes to is not over yet.
    left = [path for path in holding(WORDS, person.home, person.folder) if "ledger" not in path]
    assert left == []
    assert money(person) == counted
    assert Path(picture).exists()
    assert json.loads(Path(f"{picture}.json").read_text("utf-8"))["request"]["prompt"] == ""
    assert person.run("show", picture).code == 0
    assert person.json("doctor")["data"]["ledger"]["sound"] is True


def test_a_job_can_be_reduced_to_what_it_cost(person: Person) -> None:
    picture = person.buy(f"{WORDS} [[moderation]]")
    assert picture.code == 5
    job = person.json("jobs")["data"]["items"][0]
    counted = money(person)
    assert person.run("forget", "--jobs", "--yes-forget").code == 0
    assert holding(WORDS, person.home) == []
    assert not Path(job["folder"]).exists()
    kept = person.json("jobs")["data"]["items"][0]
    assert (kept["job_id"], kept["state"], kept["cost"]) == (job["job_id"], "failed", job["cost"])
    assert money(person) == counted
    assert person.json("doctor")["data"]["ledger"]["sound"] is True


def test_a_job_with_an_open_question_is_left_alone(person: Person) -> None:
    person.buy(f"{WORDS} [[lost-after-charge]]")
    assert kinds(person.json("forget")["data"])["jobs"] == 0
    person.run("forget", "--jobs", "--prompts", "--spools", "--yes-forget")
    job = person.json("jobs", "--state", "unknown")["data"]["items"][0]
    assert holding(WORDS, Path(job["folder"]))
    assert job["cost"]["uncertain"] != "0"


def test_pictures_go_only_when_they_are_still_what_was_saved(person: Person) -> None:
    first, second = (Path(person.buy().out.strip()) for _ in range(2))
    second.write_bytes(second.read_bytes() + b"mine now")
    gone = person.json("forget", "--pictures", "--yes-forget")
    assert kinds(gone["data"]) == {"pictures": 1}
    assert (first.exists(), second.exists()) == (False, True)
    assert not first.with_name(first.name + ".json").exists()


def test_small_copies_go_with_what_they_are_of(person: Person) -> None:
    kept, by_hand = (Path(person.buy(words).out.strip()) for words in ("a quay", "a pier"))
    with Client(home=str(person.home)) as client:
        of_picture, of_removed, of_reference = (
            client.home.thumbnail(sha256)
            for sha256 in (
                *(hashlib.sha256(one.read_bytes()).hexdigest() for one in (kept, by_hand)),
                "c" * 64,
            )
        )
    for copy in (of_picture, of_removed, of_reference):
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(b"small")
    by_hand.unlink()
    assert kinds(person.json("forget", "--references", "--yes-forget")["data"]) == {"references": 1}
    assert (of_picture.exists(), of_removed.exists(), of_reference.exists()) == (True, True, False)
    assert kinds(person.json("forget", "--pictures", "--yes-forget")["data"]) == {"pictures": 2}
    assert not (kept.exists() or of_picture.exists() or of_removed.exists())


def test_only_what_is_old_enough_goes(person: Person) -> None:
    person.buy(WORDS)
    assert set(kinds(person.json("forget", "--before", "2026-01-01")["data"]).values()) == {0}
    ran = person.run("forget", "--prompts", "--before", "2026-01-01", "--yes-forget")
    assert "There is nothing of that kind" in ran.err
    for day in ("2026-02-30", "yesterday"):
        assert person.run("forget", "--before", day).code == 2


@pytest.mark.parametrize(("answer", "gone"), [("n", False), ("y", True)])
def test_at_a_terminal_the_question_is_asked(person: Person, answer: str, gone: bool) -> None:
    person.buy(WORDS)
    with person.terminal("forget", "--prompts") as terminal:
        terminal.until("[y/N]")
        assert "What was spent stays on record" in terminal.text
        terminal.type(f"{answer}\n")
        assert terminal.end() == (0 if gone else 14)
    assert (kinds(person.json("forget")["data"])["prompts"] == 0) == gone


def test_every_host_that_is_spoken_to_can_be_listed(person: Person) -> None:
    person.configure('[gateways.own]\nprovider = "openai_compatible"\nbase_url = "http://127.0.0.1:9/v1"\n')
    told = person.json("gateways", "--hosts")["data"]["items"]
    hosts = {one["host"]: one for one in told}
    assert {"api.imastudio.com", "imapi.liveme.com", "www.creatok.ai", "127.0.0.1:9"} <= set(hosts)
    assert "the key" in hosts["api.imastudio.com"]["what"]
    assert "no key" in hosts["127.0.0.1:9"]["what"]
    assert {one["gateway"] for one in person.json("gateways", "ima", "--hosts")["data"]["items"]} == {"ima"}
    assert "密钥" in person.run("gateways", "--hosts", "--lang", "zh").out
