"""
What every gateway's adapter has to keep, whichever it is: one suite over all that are found by their files.

Nothing here knows a gateway's language. Trouble comes from faults that every dialect of the sandbox has.
"""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from buyer import Buyer, files
from limner import gateways, providers
from limner.errors import GatewayError, Usage
from limner.messages import sentence
from limner.providers.base import Provider
from limner.types import Choice

from .conftest import NewCustomer

SRC, TESTS = Path(gateways.__file__).parent, Path(__file__).parents[1]
ALL = gateways.providers()
TASKS = [name for name in ALL if type(providers.load(name)).poll is not Provider.poll]
AT_ONCE = [name for name in ALL if name not in TASKS]
PAID = [name for name in ALL if not gateways.facts(name)["gateway"].get("template")]
LANGUAGES = ("en", "zh")

every = pytest.mark.parametrize("name", ALL)
every_with_tasks = pytest.mark.parametrize("name", TASKS)


@pytest.fixture
def buyer(new_customer: NewCustomer, name: str) -> Buyer:
    return new_customer(name)


def made(buyer: Buyer, prompt: str, **wishes: Any) -> Any:
    """A job, where a gateway that names no price is given a limit."""
    try:
        return buyer.make(prompt, **wishes)
    except Usage as error:
        if error.key != "quote.price_unknown":
            raise
        return buyer.make(prompt, max_cost="1000", **wishes)


def paid(buyer: Buyer) -> list[dict[str, Any]]:
    """The requests that cost: those whose body has the prompt."""
    return [one for one in buyer.requests() if "[[" in str(one["json"]) or "[[" in str(one["parts"])]


def standing(buyer: Buyer) -> list[dict[str, Any]]:
    return [bill for bill in buyer.bills() if not bill["refunded"]]


def assert_said(key: str, facts: Mapping[str, Any]) -> None:
    """The reason is a sentence in every language, with every fact in its place."""
    for language in LANGUAGES:
        said = sentence(key, language, facts)
        assert said != sentence("unexpected", language)
        assert not re.search(r"\{\w+\}", said)
        assert "Traceback" not in said


# Pictures


@every
def test_an_order_ends_in_pictures_on_the_disk(buyer: Buyer, name: str) -> None:
    job = made(buyer, "a lighthouse [[slow:0]]")
    assert (job.state, job.error, job.gateway) == ("done", None, name)
    (picture,) = job.pictures
    with Image.open(picture.path) as image:
        assert image.size == (picture.width, picture.height)
    assert Path(picture.path).parent == buyer.folder
    assert Path(picture.sidecar).exists()
    assert (job.sent, len(paid(buyer))) == (1, 1)
    assert (job.task_id is not None) == (name in TASKS)


@every
def test_every_picture_of_an_order_is_kept_under_a_name_of_its_own(buyer: Buyer, name: str) -> None:
    most = max(model.max_n for model in buyer.client.models(name)) if buyer.client.models(name) else 1
    job = made(buyer, "a lighthouse [[slow:0]]", n=min(3, most) if most > 1 else 2)
    assert (job.state, len(job.pictures)) == ("done", job.n)
    assert len({one.path for one in job.pictures}) == job.n
    assert all(Path(one.path).exists() for one in job.pictures)


# What is refused, what is lost


@every
@pytest.mark.parametrize("fault", ["401", "429", "503", "no-funds", "moderation"])
def test_a_refusal_is_one_and_costs_nothing(buyer: Buyer, name: str, fault: str) -> None:
    job = made(buyer, f"a cup [[{fault}]]", attempts=1)
    assert (job.state, job.charged, job.uncertain.micro) == ("failed", "no", 0), job
    assert (job.sent, len(paid(buyer)), standing(buyer)) == (1, 1, [])
    assert buyer.attempts(job) == ["refused"]
    assert_said(job.error, job.error_facts)


@every
@pytest.mark.parametrize(
    "fault", ["502", "524", "reset", "lost-after-charge", "524-after-charge", "torn", "html"]
)
def test_a_lost_answer_leaves_the_question_open_and_is_not_sent_again(
    buyer: Buyer, name: str, fault: str
) -> None:
    job = made(buyer, f"a cup [[{fault}]]", attempts=1)
    assert (job.sent, len(paid(buyer))) == (1, 1)
    assert len(standing(buyer)) <= 1
    assert buyer.attempts(job) == ["unknown"]
    free = not job.ceiling.micro
    assert job.state == ("failed" if free else "unknown")
    assert job.uncertain == job.ceiling
    assert free or job.charged == "unknown"
    assert_said(job.error, job.error_facts)
    again = buyer.client.recover(job.id)
    assert (again.state, len(paid(buyer))) == (job.state, 1), "nobody sends it again by himself"


@every
def test_no_quote_is_good_for_two_orders(buyer: Buyer, name: str) -> None:
    job = made(buyer, "a cup [[slow:0]]")
    assert buyer.client.run(job.quote_id).id == job.id
    assert len(paid(buyer)) == 1


@every
def test_what_never_left_was_not_sent(new_customer: NewCustomer, name: str) -> None:
    """A gateway with a list of its own cannot even be quoted then."""
    buyer = new_customer(name, host="http://127.0.0.1:1")
    try:
        job = made(buyer, "a cup [[slow:0]]")
    except GatewayError as error:
        assert (error.key, error.charged) == ("gateway.unreachable", "no")
    else:
        assert (job.state, job.error, job.charged) == ("failed", "gateway.unreachable", "no")
        assert (job.sent, job.uncertain.micro) == (0, 0)
    assert paid(buyer) == []


def _approved(buyer: Buyer, prompt: str = "a cup [[slow:0]]") -> str:
    try:
        return buyer.approved(prompt)
    except Usage as error:
        if error.key != "quote.price_unknown":
            raise
        return buyer.approved(prompt, max_cost="1000")


# Tasks


@every_with_tasks
def test_a_word_that_nobody_knows_is_not_an_end(buyer: Buyer, name: str) -> None:
    job = made(buyer, "a cup [[odd-status]] [[looks:2]] [[stream-ends]]")
    assert (job.state, len(job.pictures), len(paid(buyer))) == ("done", 1, 1), job


@every_with_tasks
@pytest.mark.parametrize("fault", ["poll-503x1", "poll-resetx1", "poll-502x1"])
def test_a_look_that_fails_ends_nothing(buyer: Buyer, name: str, fault: str) -> None:
    job = made(buyer, f"a cup [[{fault}]] [[looks:2]] [[stream-ends]]")
    assert (job.state, len(job.pictures), len(paid(buyer))) == ("done", 1, 1), job


@every_with_tasks
@pytest.mark.parametrize("fault", ["task-failed", "task-canceled"])
def test_a_task_that_ends_badly_says_so_and_is_not_ordered_again(buyer: Buyer, name: str, fault: str) -> None:
    job = made(buyer, f"a cup [[{fault}]]")
    assert job.state in {"failed", "canceled"}
    assert (job.pictures, job.sent, len(paid(buyer)), standing(buyer)) == ((), 1, 1, [])
    assert_said(job.error, job.error_facts)


@every_with_tasks
def test_giving_up_the_waiting_loses_nothing(new_customer: NewCustomer, name: str) -> None:
    buyer = new_customer(name, {"gateways": {name: {"polling": {"limit": 0}}}})
    job = made(buyer, "a cup [[looks:4]] [[stream-ends]]")
    assert (job.state in {"submitted", "running"}, job.pictures) == (True, ())
    assert job.task_id
    home = buyer.client.recover(job.id, patience=30)
    assert (home.state, len(home.pictures), home.task_id) == ("done", 1, job.task_id)
    assert len(paid(buyer)) == 1


@every_with_tasks
def test_an_interrupted_job_is_brought_home_by_the_next_process(new_customer: NewCustomer, name: str) -> None:
    """The one that ordered is stopped the moment its task is known; another opens the same ledger."""
    buyer = new_customer(name)
    quote = _approved(buyer, "a cup [[looks:2]] [[stream-ends]]")

    def stop(event: str, _: Any) -> None:
        if event == "accepted":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        buyer.client.run(quote, watch=stop)
    (left,) = buyer.client.jobs()
    assert left.task_id
    buyer.client.close()
    home = buyer.client.recover(left.id, patience=30)
    assert (home.state, len(home.pictures), len(paid(buyer))) == ("done", 1, 1), home


@every_with_tasks
def test_a_task_is_brought_home_by_its_id_alone(new_customer: NewCustomer, name: str) -> None:
    first = new_customer(name, {"gateways": {name: {"polling": {"limit": 0}}}})
    task = made(first, "a cup [[looks:3]] [[stream-ends]]").task_id
    buyer = new_customer(name, key=first.key)
    job = buyer.client.recover(buyer.client.adopt(name, task), patience=30)
    assert (job.state, len(job.pictures), job.task_id, len(paid(buyer))) == ("done", 1, task, 1)


@every_with_tasks
def test_a_task_that_nobody_knows_is_a_sentence_and_leaves_nothing(buyer: Buyer, name: str) -> None:
    with pytest.raises(GatewayError) as caught:
        buyer.client.adopt(name, "nothing")
    assert "nothing" in str(caught.value)
    assert_said(caught.value.key, caught.value.facts)
    assert buyer.client.jobs() == []


# What an adapter cannot do, it says


@pytest.mark.parametrize("name", AT_ONCE)
def test_a_gateway_without_tasks_says_that_it_cannot_look(buyer: Buyer, name: str) -> None:
    with pytest.raises(GatewayError) as caught:
        buyer.client.adopt(name, "a-task")
    assert caught.value.key == "gateway.cannot_look"
    assert "a-task" in str(caught.value)


@every
def test_a_balance_is_told_or_said_to_be_unknown(buyer: Buyer, name: str) -> None:
    if type(providers.load(name)).balance is not Provider.balance:
        assert buyer.client.balance(name)
        return
    with pytest.raises(GatewayError) as caught:
        buyer.client.balance(name)
    assert caught.value.key == "gateway.no_balance"


# The key


@every
def test_the_key_is_in_no_file_and_reaches_no_other_host(buyer: Buyer, name: str) -> None:
    made(buyer, "a cup [[slow:0]]")
    made(buyer, "a cup [[lost-after-charge]]", attempts=1)
    made(buyer, "a cup [[401]]")
    for file in files(buyer.home, buyer.folder):
        assert buyer.key.encode() not in file.read_bytes(), file
    for one in buyer.requests():
        assert buyer.key not in str(one["json"])
        assert one["gateway"] == name


# The facts


@every
def test_the_four_files_are_there(name: str) -> None:
    for path in (
        SRC / "providers" / f"{name}.py",
        SRC / "providers" / f"{name}.toml",
        SRC / "sandbox" / f"{name}.py",
    ):
        assert path.exists(), path
    tests = [*(TESTS / "providers").glob(f"test_{name}.py"), *(TESTS / "sandbox").glob(f"test_{name}.py")]
    assert tests, "nothing tests it"


@every
def test_the_facts_are_complete_and_dated(name: str) -> None:
    facts = gateways.facts(name)
    head = facts["gateway"]
    for field in ("title", "unit", "source", "sandbox_path", "style"):
        assert isinstance(head[field], str), field
        assert head[field].strip(), field
    assert date.fromisoformat(head["checked"]) <= date.today()  # noqa: DTZ011 - a day as the file has it
    limits = facts["limits"]
    for field in ("prompt_characters", "reference_side", "reference_bytes", "concurrency"):
        assert isinstance(limits[field], int), field
        assert limits[field] > 0, field
    assert set(limits["reference_types"]) <= {"image/jpeg", "image/png", "image/webp", "image/gif"}
    assert set(facts["repeats"]) == {"text_to_image", "image_to_image"}
    assert all(1 <= rule["attempts"] <= 6 for rule in facts["repeats"].values())
    if name in TASKS:
        assert 0 < facts["polling"]["floor"] <= facts["polling"].get("ceiling", 60)


@pytest.mark.parametrize("name", PAID)
def test_a_key_and_an_address_are_found_in_pairs_and_the_own_address_is_encrypted(name: str) -> None:
    facts = gateways.facts(name)
    assert facts["gateway"]["base_url"].startswith("https://")
    assert facts["gateway"]["keys_from"].startswith("https://")
    assert any(pair.get("limner") for pair in facts["credentials"]), "what `limner setup` stored"
    assert any("key" in pair and "base" in pair for pair in facts["credentials"])
    for pair in facts["credentials"]:
        assert pair.get("base"), pair


@pytest.mark.parametrize("name", PAID)
def test_every_model_has_a_source_a_date_and_a_time(new_customer: NewCustomer, name: str) -> None:
    models = new_customer(name).client.models(name)
    assert models
    assert sum(model.default for model in models) <= 1 or len({model.operations for model in models}) > 1
    for model in models:
        assert model.source.strip(), model.id
        assert date.fromisoformat(model.as_of), model.id
        assert 0 < model.seconds[0] <= model.seconds[1], model.id
        assert model.max_n >= 1, model.id
        for price in model.prices:
            assert 0 <= price.each.micro <= price.most.micro, model.id


@every
def test_a_quote_says_where_its_price_comes_from(buyer: Buyer, name: str) -> None:
    quote = buyer.client.ledger.quote(_approved(buyer))
    if quote.source == "config.toml":
        assert quote.as_of == "", "a price of one's own has the day that its owner says, if any"
    else:
        assert quote.source.strip()
        assert date.fromisoformat(quote.as_of)
    assert quote.ceiling.unit == gateways.facts(name)["gateway"]["unit"]


@every
def test_an_adapter_holds_no_state_and_reaches_nothing_by_itself(name: str) -> None:
    text = (SRC / "providers" / f"{name}.py").read_text("utf-8")
    for module in (
        "os",
        "time",
        "socket",
        "pathlib",
        "httpcore2",
        "sqlite3",
        "apsw",
        "threading",
        "subprocess",
    ):
        assert not re.search(rf"^\s*(import|from) {module}\b", text, re.MULTILINE), module
    assert not vars(providers.load(name)), "nothing is kept between two calls"
    others = [other for other in ALL if other != name]
    for other in others:
        assert not re.search(rf"^from limner\.providers(\.| import ){other}\b", text, re.MULTILINE), other


def test_repairs_never_cost_more_than_was_agreed(new_customer: NewCustomer) -> None:
    for name in ALL:
        buyer = new_customer(name)
        quote = buyer.client.ledger.quote(_approved(buyer))
        choice: Choice = quote.choice
        assert choice.gateway == name
        assert all(one.price.micro <= quote.ceiling.micro for one in quote.repairs)
