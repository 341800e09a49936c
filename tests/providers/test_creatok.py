"""CreatOK: what is sent, what every answer means, and that no task is ever lost."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import pictures
from buyer import Buyer, files
from limner.errors import GatewayError, QuoteChanged, Refused, Usage
from limner.messages import sentence
from limner.money import Money

from .conftest import NewCustomer

NAME = "creatok"
SUBMIT, STATUS = "/creatok/api/open/skills/image-generation", "/creatok/api/open/skills/tasks/status"
SMALL = {"size": "1K"}


@pytest.fixture
def buyer(new_customer: NewCustomer) -> Buyer:
    return new_customer(NAME)


@pytest.fixture
def old_server(buyer: Buyer) -> Buyer:
    """A server of the time before capabilities and uploads."""
    buyer.script("404", match="/capabilities", times=50)
    buyer.script("404", match="/upload/", times=50)
    return buyer


def asked(buyer: Buyer, path: str) -> list[dict[str, Any]]:
    return [one for one in buyer.requests() if one["path"] == path]


def submitted(buyer: Buyer) -> dict[str, Any]:
    """The body of the one order."""
    (order,) = asked(buyer, SUBMIT)
    return dict(order["json"])


def photo(folder: Path, name: str = "shoe.jpg") -> str:
    pictures.saved(pictures.quarters((640, 480)), folder / "real.jpg")
    return str((folder / "real.jpg").rename(folder / name))


# What is sent


def test_an_order_has_2k_square_and_one_picture_unless_it_was_said_otherwise(buyer: Buyer) -> None:
    job = buyer.make("a lighthouse at dusk")
    assert submitted(buyer) == {
        "prompt": "a lighthouse at dusk",
        "model": "nano-banana-2",
        "resolution": "2K",
        "n": 1,
        "aspect_ratio": "1:1",
    }
    assert (job.pictures[0].width, job.pictures[0].height) == (2048, 2048)


def test_what_was_asked_for_is_what_is_sent(buyer: Buyer) -> None:
    job = buyer.make("a mug", model="nano-banana-pro", size="1k", aspect_ratio="16:9", n=3, avoid="hands")
    assert submitted(buyer) == {
        "prompt": "a mug Avoid: hands",
        "model": "nano-banana-pro",
        "resolution": "1K",
        "n": 3,
        "aspect_ratio": "16:9",
    }
    assert [(one.width, one.height) for one in job.pictures] == [(1024, 576)] * 3
    assert all(Path(one.path).exists() and one.url for one in job.pictures)
    assert (job.cost, job.cost_basis, len(buyer.bills())) == (Money(3_000_000, "credit"), "tariff", 3)


def test_more_pictures_than_fit_into_one_order_are_several_orders_said_before_the_yes(buyer: Buyer) -> None:
    quote = buyer.client.quote("a mug", n=6, **SMALL)
    assert [(one.key, one.facts["each"]) for one in quote.choice.adjustments] == [("adjusted.sends", 4)]
    job = buyer.make("a mug", n=6, **SMALL)
    assert [one["json"]["n"] for one in asked(buyer, SUBMIT)] == [4, 2]
    assert (job.state, len(job.pictures), job.sent) == ("done", 6, 2)


def test_a_local_reference_is_uploaded_and_ordered_by_its_object_key(buyer: Buyer) -> None:
    named_wrongly = photo(buyer.folder, "my secret project.png")
    job = buyer.make("the same shoe on sand", references=(named_wrongly,), **SMALL)
    assert job.state == "done", job
    (wish,) = asked(buyer, "/creatok/api/open/skills/upload/image/presigned")
    told = wish["json"]
    assert (told["fileName"], told["fileType"]) == ("reference-1.jpg", "image/jpeg")
    assert told["fileSize"] == Path(named_wrongly).stat().st_size
    (key,) = submitted(buyer)["imageObjectKeys"]
    assert key.startswith("open-skills/reference-images/")
    assert key.endswith(".jpg")
    assert "secret" not in json.dumps(buyer.requests())


def test_several_references_go_up_one_by_one_in_their_order(buyer: Buyer) -> None:
    given = tuple(photo(buyer.folder, f"{place}.jpg") for place in range(3))
    buyer.make("a shoe", references=given, **SMALL)
    paths = [one["path"].rpartition("/")[2] for one in buyer.requests()]
    assert paths.index("image-generation") > max(
        at for at, path in enumerate(paths) if path == "presigned"
    ), "everything is up before anything is ordered"
    assert len(submitted(buyer)["imageObjectKeys"]) == 3


def test_an_upload_that_is_refused_costs_nothing_and_orders_nothing(buyer: Buyer) -> None:
    buyer.script("upload-closed", match="/upload/")
    job = buyer.make("a shoe", references=(photo(buyer.folder),), **SMALL)
    assert (job.state, job.error, job.charged, job.sent) == ("failed", "upload.refused", "no", 0)
    assert asked(buyer, SUBMIT) == []


# What is refused before anything is sent


@pytest.mark.parametrize(
    ("wishes", "key", "named"),
    [
        ({"model": "seedream-5.0-lite", "size": "1K"}, "size.elsewhere", ["2K, 4K", "nano-banana-pro"]),
        ({"model": "nano-banana-2", "size": "8K"}, "size.unknown", ["1K, 2K, 4K"]),
        ({"aspect_ratio": "7:3"}, "ratio.unknown", ["1:1, 16:9, 9:16"]),
        ({"model": "midjourney"}, "model.unknown", ["nano-banana-2", "seedream-5.0-lite"]),
        ({"n": 101}, "n.out_of_range", ["100"]),
        ({"references": tuple("abcdef")}, "reference.too_many", ["5"]),
        ({"extra": {"seed": 7}}, "parameter.none", ["seed"]),
    ],
)
def test_what_a_model_cannot_do_is_refused_naming_what_can(
    buyer: Buyer, wishes: dict[str, Any], key: str, named: list[str]
) -> None:
    with pytest.raises(Usage) as caught:
        buyer.client.quote("a cup", exact=True, **wishes)
    assert caught.value.key == key
    for words in named:
        assert words in str(caught.value)
    assert {one["path"].rpartition("/")[2] for one in buyer.requests()} <= {"capabilities"}


def test_an_explicit_1k_never_lands_on_seedream(new_customer: NewCustomer) -> None:
    first = {"seedream-5.0-lite": {"default": True}, "nano-banana-2": {"default": False}}
    buyer = new_customer(NAME, {"gateways": {NAME: {"models": first}}})
    buyer.script("404", match="/capabilities", times=4)
    assert buyer.client.quote("a cup").choice.model.id == "seedream-5.0-lite"
    assert buyer.client.quote("a cup", size="1K").choice.model.id != "seedream-5.0-lite"


# The gateway's own list


def test_models_limits_and_prices_come_from_the_gateway_itself(buyer: Buyer) -> None:
    quote = buyer.client.quote("a cup", model="gpt-image-2", size="4K", n=2)
    assert quote.price == Money(2_000_000, "credit")
    assert "live" in quote.source
    assert "gpt-image-2" not in [model.id for model in buyer.client.models(NAME)], "the dated table"


def test_an_old_server_is_served_from_the_dated_table_which_says_how_weak_its_prices_are(
    old_server: Buyer,
) -> None:
    quote = old_server.client.quote("a cup", model="nano-banana-pro", size="4K")
    assert quote.price == Money(3_000_000, "credit")
    assert "perhaps not the real price" in quote.source
    assert quote.as_of == "2026-04-23"
    assert old_server.make("a cup", **SMALL).state == "done"


def test_a_list_that_breaks_its_contract_is_told_in_one_sentence(buyer: Buyer) -> None:
    buyer.script("broken-contract:2", match="/capabilities")
    with pytest.raises(GatewayError) as caught:
        buyer.client.quote("a cup")
    assert caught.value.key == "market.contract"
    assert "image.models[1].label" in str(caught.value)
    assert "image.models[1].label" in sentence(caught.value.key, "zh", caught.value.facts)


def test_a_gateway_that_names_no_price_is_bought_from_within_a_limit_of_ones_own(buyer: Buyer) -> None:
    buyer.script("no-prices", match="/capabilities", times=4)
    with pytest.raises(Usage) as caught:
        buyer.client.quote("a cup")
    assert caught.value.key == "quote.price_unknown"
    quote = buyer.client.quote("a cup", max_cost="5")
    assert (quote.price_known, quote.ceiling) == (False, Money(5_000_000, "credit"))


def test_a_price_that_rose_since_the_yes_needs_a_new_one(buyer: Buyer) -> None:
    quote_id = buyer.approved("a cup", **SMALL)
    buyer.script("dearer", match="/capabilities", times=2)
    with pytest.raises(QuoteChanged) as caught:
        buyer.client.run(quote_id)
    assert caught.value.key == "quote.tariff_changed"
    assert asked(buyer, SUBMIT) == []


def test_an_unreachable_list_is_told_and_nothing_is_quoted(buyer: Buyer) -> None:
    buyer.script("502", match="/capabilities")
    with pytest.raises(GatewayError):
        buyer.client.quote("a cup")


# References by address, for a server that knows no uploads


def test_an_old_server_takes_addresses_of_pictures_instead(old_server: Buyer) -> None:
    url = "https://example.com/cat.png"
    job = old_server.make("the same cat", extra={"reference_images": [url]}, **SMALL)
    assert job.state == "done"
    assert submitted(old_server)["reference_images"] == [url]
    assert "imageObjectKeys" not in submitted(old_server)


def test_an_old_server_does_not_take_files_and_says_what_it_takes(old_server: Buyer) -> None:
    job = old_server.make("a shoe", references=(photo(old_server.folder),), **SMALL)
    assert (job.state, job.error, job.charged, job.sent) == ("failed", "upload.unknown", "no", 0)
    assert "reference_images" in sentence(job.error, "en", job.error_facts)
    assert asked(old_server, SUBMIT) == []


@pytest.mark.parametrize(
    "given", ["https://example.com/a.png", [7], ["file:///etc/passwd"], ["https://a/"] * 6]
)
def test_what_is_no_list_of_addresses_is_not_sent(old_server: Buyer, given: Any) -> None:
    job = old_server.make("a cat", extra={"reference_images": given}, **SMALL)
    assert (job.error, job.charged, job.sent) == ("reference.not_addresses", "no", 0)
    assert asked(old_server, SUBMIT) == []


# What an order is answered with


class Row(NamedTuple):
    """A fault, and what has to come of it."""

    fault: str
    state: str
    error: str | None
    charged: str
    bills: int
    said: str = ""


REFUSED = [
    Row("400", "failed", "gateway.said_no", "no", 0, "not valid"),
    Row("401", "failed", "gateway.key_refused", "no", 0, "does not accept the key"),
    Row("402", "failed", "gateway.funds", "no", 0, "not enough"),
    Row("403", "failed", "gateway.forbidden", "no", 0),
    Row("404", "failed", "gateway.refused", "no", 0),
    Row("422", "failed", "gateway.said_no", "no", 0),
    Row("429", "failed", "gateway.rate", "no", 0, "pause"),
    Row("429-retry-after:0", "failed", "gateway.rate", "no", 0),
    Row("500", "failed", "gateway.own_fault", "no", 0, "Internal error"),
    Row("503", "failed", "gateway.own_fault", "no", 0),
    Row("no-funds", "failed", "gateway.funds", "no", 0, "Insufficient credits"),
    Row("moderation", "failed", "gateway.content", "no", 0, "safety system"),
    Row("gemini-blocked", "failed", "gateway.content", "no", 0),
    Row("code-message", "failed", "gateway.said_no", "no", 0, "The order is not valid"),
]
LOST = [
    Row("502", "unknown", "gateway.gave_up", "unknown", 0),
    Row("504", "unknown", "gateway.gave_up", "unknown", 0),
    Row("524", "unknown", "gateway.gave_up", "unknown", 0),
    Row("reset", "unknown", "gateway.broke_off", "unknown", 0),
    Row("lost-after-charge", "unknown", "gateway.broke_off", "unknown", 1),
    Row("524-after-charge", "unknown", "gateway.gave_up", "unknown", 1),
    Row("torn", "unknown", "gateway.broke_off", "unknown", 1),
    Row("not-json", "unknown", "answer.unreadable", "unknown", 1),
    Row("html", "unknown", "answer.unreadable", "unknown", 1),
    Row("raw-picture", "unknown", "answer.unreadable", "unknown", 1),
    Row("code-text", "unknown", "answer.unreadable", "unknown", 1),
    Row("no-task-id", "unknown", "answer.unreadable", "unknown", 1),
]
ENDED = [
    Row("task-failed", "failed", "task.failed", "unknown", 0, "upstream model"),
    Row("task-failed-charged", "failed", "task.failed", "unknown", 1, "upstream model"),
    Row("task-failed]] [[error-text", "failed", "task.failed", "unknown", 0, "upstream model"),
    Row("task-failed]] [[ends-expired", "failed", "task.failed", "unknown", 0),
    Row("task-failed]] [[ends-error", "failed", "task.failed", "unknown", 0),
    Row("task-canceled", "failed", "task.canceled", "unknown", 0),
    Row("task-canceled]] [[ends-cancelled", "failed", "task.canceled", "unknown", 0),
    Row("no-images", "failed", "task.no_pictures", "unknown", 1),
    Row("tiny", "failed", "picture.tiny", "yes", 1),
    Row("truncated-picture", "failed", "picture.broken", "yes", 1),
    Row("not-a-picture", "failed", "picture.broken", "yes", 1),
    Row("expired-link", "collecting", "picture.link_gone", "unknown", 1),
    Row("link-404", "collecting", "picture.link_gone", "unknown", 1),
]
SERVED = [
    Row(name, "done", None, "yes", 1)
    for name in [
        "slow:0.05",
        "task-id-number",
        "odd-status]] [[looks:3",
        "looks:2",
        "object-key-only",
        "relative-url",
        "redirect",
        "mislabelled",
        "wrong-size",
        "blank",
    ]
]


@pytest.mark.parametrize("row", [*REFUSED, *LOST, *ENDED, *SERVED], ids=lambda row: row.fault)
def test_whatever_happens_is_said_and_nothing_is_sent_twice(buyer: Buyer, row: Row) -> None:
    job = buyer.make(f"a cup [[{row.fault}]]", **SMALL)
    assert (job.state, job.error, job.charged) == (row.state, row.error, row.charged), job
    billed = [bill for bill in buyer.bills() if not bill["refunded"]]
    assert len(billed) == row.bills
    assert (job.sent, len(asked(buyer, SUBMIT))) == (1, 1)
    assert len(job.pictures) == (row.state == "done")
    if row.error:
        said = sentence(job.error, "en", job.error_facts)
        assert row.said in said
        assert "?" not in said
    open_question = row.charged == "unknown" and row.state != "collecting"
    assert job.uncertain == (job.ceiling if open_question else Money(0, "credit"))
    assert buyer.told(job)["task_id"] == job.task_id


def test_fewer_pictures_than_ordered_are_kept(buyer: Buyer) -> None:
    job = buyer.make("a cup [[fewer]]", n=3, **SMALL)
    assert (job.state, len(job.pictures)) == ("done", 2)


def test_a_picture_without_an_address_is_had_by_its_object_key(buyer: Buyer) -> None:
    job = buyer.make("a cup [[object-key-only]]", **SMALL)
    assert str(job.pictures[0].url).startswith("open-skills/results/")


# Looks


@pytest.mark.parametrize("fault", ["poll-503x1", "poll-502x1", "poll-resetx1", "poll-htmlx1", "poll-404x1"])
def test_a_look_that_goes_wrong_does_not_end_the_task(buyer: Buyer, fault: str) -> None:
    job = buyer.make(f"a cup [[{fault}]] [[looks:1]]", **SMALL)
    assert (job.state, len(job.pictures), len(asked(buyer, SUBMIT))) == ("done", 1, 1)
    assert len(asked(buyer, STATUS)) == 2


def test_a_pause_that_the_gateway_asks_for_is_kept_and_the_task_goes_on(buyer: Buyer) -> None:
    job = buyer.make("a cup [[poll-429x1]] [[looks:1]]", **SMALL)
    assert job.state == "done"


def test_a_key_that_is_refused_at_a_look_leaves_the_task_to_be_brought_home_later(buyer: Buyer) -> None:
    job = buyer.make("a cup [[poll-401x1]] [[looks:1]]", **SMALL)
    assert (job.state, job.error, job.charged) == ("submitted", "gateway.key_refused", "unknown")
    assert buyer.client.recover(job.id).state == "done"
    assert len(asked(buyer, SUBMIT)) == 1


def test_giving_up_the_waiting_does_not_end_the_task(new_customer: NewCustomer) -> None:
    buyer = new_customer(NAME, {"gateways": {NAME: {"polling": {"limit": 0.1}}}})
    job = buyer.make("a cup [[looks:30]]", **SMALL)
    assert (job.state, job.error, job.task_id is not None) == ("running", "task.still_running", True)
    again = buyer.client.recover(job.id, patience=20)
    assert (again.state, len(again.pictures), len(buyer.bills())) == ("done", 1, 1)
    assert len(asked(buyer, SUBMIT)) == 1


def test_the_task_id_is_on_the_disk_before_the_first_look(buyer: Buyer) -> None:
    known: list[tuple[str | None, int]] = []

    def watch(event: str, facts: Any) -> None:
        if event == "accepted":
            (job,) = buyer.client.jobs()
            known.append((job.task_id, len(asked(buyer, STATUS))))
            assert job.task_id == facts["task"]

    quote_id = buyer.approved("a cup", **SMALL)
    buyer.client.run(quote_id, watch=watch)
    assert [(bool(task), looks) for task, looks in known] == [(True, 0)]


# A task by nothing but its id


def started(new_customer: NewCustomer, prompt: str) -> tuple[Buyer, str]:
    """Somebody without a ledger, with the same key, and the id of a task that another home started."""
    first = new_customer(NAME, {"gateways": {NAME: {"polling": {"limit": 0}}}})
    job = first.make(prompt, n=2, **SMALL)
    assert job.task_id
    return new_customer(NAME, key=first.key), job.task_id


def test_a_task_is_brought_home_by_its_id_alone(new_customer: NewCustomer) -> None:
    buyer, task = started(new_customer, "a cup [[looks:2]]")
    job = buyer.client.recover(buyer.client.adopt(NAME, task), patience=10)
    assert (job.state, job.task_id, len(job.pictures), job.prompt) == ("done", task, 2, "")
    assert all(Path(one.path).exists() and str(one.url).startswith("http") for one in job.pictures)
    assert len(asked(buyer, SUBMIT)) == 1
    assert buyer.client.adopt(NAME, task) == job.id, "it is taken in once"


def test_a_task_at_work_is_looked_at_once_unless_waiting_is_wished(new_customer: NewCustomer) -> None:
    buyer, task = started(new_customer, "a cup [[task-stuck]]")
    job = buyer.client.recover(buyer.client.adopt(NAME, task))
    assert (job.error, job.state) == ("task.still_running", "running")
    assert task in sentence(job.error, "en", job.error_facts)


def test_an_adopted_task_that_failed_says_why(new_customer: NewCustomer) -> None:
    buyer, task = started(new_customer, "a cup [[task-failed]] [[looks:2]]")
    job = buyer.client.recover(buyer.client.adopt(NAME, task), patience=10)
    assert (job.state, job.error) == ("failed", "task.failed")
    assert "upstream model" in sentence(job.error, "en", job.error_facts)


def test_a_task_that_nobody_knows_is_one_sentence_and_leaves_nothing_behind(buyer: Buyer) -> None:
    with pytest.raises(Refused) as caught:
        buyer.client.adopt(NAME, "nothing")
    assert caught.value.key == "task.unknown"
    assert "nothing" in str(caught.value)
    assert buyer.client.jobs() == []


# At the command line


def limner(buyer: Buyer, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).with_name("limner")), *words, "--home", str(buyer.home)],
        capture_output=True,
        text=True,
        cwd=buyer.folder,
        timeout=60,
        check=False,
    )


def test_the_command_line_fetches_a_task_and_gives_files_and_addresses(new_customer: NewCustomer) -> None:
    buyer, task = started(new_customer, "a cup [[looks:2]]")
    ran = limner(buyer, "recover", "--task", task, "--gateway", NAME, "--wait", "20")
    assert ran.returncode == 0, ran
    assert [Path(line).exists() for line in ran.stdout.splitlines()] == [True, True]
    assert ran.stderr.count("http://") == 2
    told = json.loads(limner(buyer, "recover", "--task", task, "-g", NAME, "--json").stdout)
    assert [one["url"] in ran.stderr for one in told["data"]["images"]] == [True, True]


def test_the_command_line_says_that_a_task_is_at_work_or_unknown(new_customer: NewCustomer) -> None:
    buyer, task = started(new_customer, "a cup [[task-stuck]]")
    ran = limner(buyer, "recover", "--task", task, "--gateway", NAME)
    assert (ran.returncode, "still working" in ran.stderr) == (6, True)
    assert "limner status" in ran.stderr
    ran = limner(buyer, "recover", "--task", "nothing", "--gateway", NAME)
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (5, "", 1)


def test_the_list_of_models_prices_the_usual_size_and_every_other(buyer: Buyer) -> None:
    told = json.loads(limner(buyer, "models", "-g", NAME, "--json").stdout)["data"]["items"]
    pro = next(one for one in told if one["id"] == "nano-banana-pro")
    assert (pro["price"], pro["max_price"]) == ("2", "3")
    assert {"size": "4K", "price": "3"} in pro["prices"]


# The key


def test_the_key_is_in_no_file(buyer: Buyer) -> None:
    buyer.make("a cup", references=(photo(buyer.folder),), **SMALL)
    buyer.make("a cup [[lost-after-charge]]", **SMALL)
    for file in files(buyer.home, buyer.folder):
        assert buyer.key.encode() not in file.read_bytes(), file
