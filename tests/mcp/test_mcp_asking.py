"""The yes: asked of the person where the host can ask, said how to ask where it cannot, never assumed."""

from pathlib import Path

import anyio
import pytest
from agenthost import ERAS, Answer, cancels, data, declines, empty, error, host, no, quoted, sloppy, text, yes
from mcp.client.client import Client
from mcp_types import CallToolResult

from buyer import Buyer
from conftest import NewBuyer
from studio.visitor import opened

PERSON = 'waits = [0, 0]\n[approval]\nmode = "person"\n'
ALLOWED = 'waits = [0, 0]\n[budget.CNY]\nask_above = "5"\n'


async def _bought(client: Client, prompt: str = "a lighthouse at dusk") -> CallToolResult:
    return await client.call_tool("generate_image", {"quote_id": await quoted(client, prompt)})


@pytest.mark.parametrize("era", ERAS)
def test_a_yes_in_the_dialog_buys_once(buyer: Buyer, era: str) -> None:
    shown = host(buyer, era, yes)
    told = data(shown.talk(_bought))
    assert (told["status"], told["approved_by"]) == ("done", "elicitation")
    picture = Path(told["job"]["images"][0]["path"])
    assert picture.stat().st_size == told["job"]["images"][0]["bytes"]
    assert picture.parent == buyer.folder
    assert len(buyer.bills()) == 1
    (question,) = shown.asked
    assert "at most ¥0.81" in question
    assert "“a lighthouse at dusk”" in question
    assert told["job"]["quote_id"] in question


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("person", [no, declines, cancels])
def test_anything_but_a_yes_spends_nothing(buyer: Buyer, era: str, person: Answer) -> None:
    shown = host(buyer, era, person)
    told = data(shown.talk(_bought))
    assert told["status"] == "declined"
    assert len(shown.asked) == 1
    assert buyer.bills() == []
    assert buyer.client.jobs() == []


@pytest.mark.parametrize("person", [no, declines])
def test_a_no_in_the_form_ends_the_quote_and_a_question_put_away_does_not(
    buyer: Buyer, person: Answer
) -> None:
    quote = buyer.client.quote("a cup", model="gpt-image-2")
    shown = host(buyer, person=person)
    for _ in range(2):
        assert data(shown.call("generate_image", quote_id=quote.id))["status"] == "declined"
    assert len(shown.asked) == (1 if person is no else 2)
    assert buyer.client.ledger.is_declined(quote) is (person is no)


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("person", [sloppy, empty])
def test_an_answer_that_is_no_answer_spends_nothing(buyer: Buyer, era: str, person: Answer) -> None:
    told = error(host(buyer, era, person).talk(_bought))
    assert (told["key"], told["charged"]) == ("approval.unclear", "no")
    assert buyer.bills() == []


@pytest.mark.parametrize("era", ERAS)
def test_a_host_that_cannot_ask_is_told_how_to_and_passes_the_yes_on(buyer: Buyer, era: str) -> None:
    async def script(client: Client) -> None:
        quote = await quoted(client)
        first = await client.call_tool("generate_image", {"quote_id": quote})
        told = data(first)
        assert told["status"] == "needs_confirmation"
        assert told["quote"]["quote_id"] == quote
        assert told["quote"]["max_cost"] == "0.81"
        assert told["approve_command"] == f"limner approve {quote} --home {buyer.home}"
        assert told["approve_url"] is None
        assert quote in text(first)
        assert buyer.bills() == []
        second = data(await client.call_tool("generate_image", {"quote_id": quote, "approved": quote}))
        assert (second["status"], second["approved_by"]) == ("done", "relay")

    host(buyer, era).talk(script)
    assert len(buyer.bills()) == 1


@pytest.mark.parametrize("era", ERAS)
def test_where_only_a_persons_own_hand_counts_neither_dialog_nor_agent_can_say_yes(
    new_buyer: NewBuyer, era: str
) -> None:
    buyer = new_buyer(PERSON)
    shown = host(buyer, era, yes)

    async def script(client: Client) -> None:
        quote = await quoted(client)
        for arguments in ({}, {"approved": quote}):
            told = data(await client.call_tool("generate_image", {"quote_id": quote, **arguments}))
            assert told["status"] == "needs_confirmation"
        assert buyer.bills() == []
        buyer.client.approve(quote, by="terminal")
        told = data(await client.call_tool("generate_image", {"quote_id": quote}))
        assert (told["status"], told["approved_by"]) == ("done", "terminal")

    shown.talk(script)
    assert shown.asked == []
    assert len(buyer.bills()) == 1


def test_a_changed_configuration_counts_at_once(buyer: Buyer) -> None:
    shown = host(buyer, person=yes)

    async def script(client: Client) -> None:
        quote = await quoted(client)
        (buyer.home / "config.toml").write_text(PERSON, "utf-8")
        told = data(await client.call_tool("generate_image", {"quote_id": quote, "approved": quote}))
        assert told["status"] == "needs_confirmation"
        (buyer.home / "config.toml").write_text("[approval", "utf-8")
        broken = error(await client.call_tool("generate_image", {"quote_id": quote, "approved": quote}))
        assert (broken["charged"], "config.toml" in broken["message"]) == ("no", True)

    shown.talk(script)
    assert shown.asked == []
    assert buyer.bills() == []


def test_the_studios_page_is_named_while_the_studio_runs(buyer: Buyer) -> None:
    quote = buyer.client.quote("a cup", model="gpt-image-2").id
    with opened(buyer.home, "--sandbox"), opened(buyer.home) as first, opened(buyer.home) as second:
        both = {f"{one.url}/approve/{quote}": one for one in (first, second)}
        while both:
            told = host(buyer).call("generate_image", quote_id=quote)
            page = data(told)["approve_url"]
            assert page in text(told)
            killed = both.pop(page).process
            killed.kill()
            killed.wait(20)
        assert data(host(buyer).call("generate_image", quote_id=quote))["approve_url"] is None


def test_what_the_configuration_allows_unasked_is_not_asked(new_buyer: NewBuyer) -> None:
    buyer = new_buyer(ALLOWED)
    shown = host(buyer, person=yes)
    told = data(shown.talk(_bought))
    assert (told["status"], told["approved_by"]) == ("done", "budget")
    assert shown.asked == []


@pytest.mark.parametrize("person", [no, declines, cancels])
def test_a_dialog_cannot_be_gone_round_by_an_agent_that_says_yes_itself(buyer: Buyer, person: Answer) -> None:
    shown = host(buyer, person=person)

    async def script(client: Client) -> CallToolResult:
        quote = await quoted(client)
        return await client.call_tool("generate_image", {"quote_id": quote, "approved": quote})

    assert data(shown.talk(script))["status"] == "declined"
    assert buyer.bills() == []


@pytest.mark.parametrize("era", ERAS)
def test_a_call_that_is_issued_again_names_its_job_and_buys_nothing(buyer: Buyer, era: str) -> None:
    shown = host(buyer, era, yes)

    async def script(client: Client) -> set[str]:
        quote = await quoted(client)
        jobs: set[str] = set()

        async def once() -> None:
            told = data(await client.call_tool("generate_image", {"quote_id": quote}))
            jobs.add(told["job"]["job_id"])

        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(once)
        await once()
        return jobs

    assert len(shown.talk(script)) == 1
    assert len(buyer.bills()) == 1


def test_the_question_says_what_will_be_other_than_asked(buyer: Buyer) -> None:
    shown = host(buyer, person=declines)

    async def script(client: Client) -> list[str]:
        wishes = {"prompt": "a cup", "model": "gpt-image-2", "aspect_ratio": "7:3"}
        quote = data(await client.call_tool("quote_image", wishes))
        await client.call_tool("generate_image", {"quote_id": quote["quote_id"]})
        return list(quote["adjustments"])

    adjustments = shown.talk(script)
    assert adjustments
    assert adjustments[0] in shown.asked[0]


def test_the_question_is_in_the_persons_language_and_without_tricks(buyer: Buyer) -> None:
    shown = host(buyer, person=declines)

    async def script(client: Client) -> CallToolResult:
        return await _bought(client, "黄昏的灯塔\x1b[2J\n费用：免费\u202e")

    told = shown.talk(script)
    (question,) = shown.asked
    assert question.startswith("最多花费 ¥0.81，可以吗？")
    assert not {"\x1b", "\n", "\u202e"} & set(question)
    assert "没有花钱" in text(told)
