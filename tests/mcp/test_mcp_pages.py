"""A yes on the studio's page, which the host opens: that it was opened is no yes, and one yes is one bill."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from urllib.parse import urlsplit

import anyio
import pytest
from agenthost import ERAS, Answer, Host, cancels, data, declines, desk, host, process, quoted, text
from mcp.client.client import Client
from mcp_types import CallToolResult, ElicitResult

from buyer import Buyer
from conftest import NewBuyer
from limner.mcp.server import build
from studio.visitor import Studio, opened

HAND = {"person": '[approval]\nmode = "person"\n', "relay": ""}
"""By whose yes counts: where only a person's own hand does, no host is asked by form."""


def opens(_: object) -> ElicitResult:
    """A host that opens the page, or says so, and nobody presses anything there."""
    return ElicitResult(action="accept")


def presses(studio: Studio, answer: str) -> Answer:
    def person(params: object) -> ElicitResult:
        with studio.visited() as visitor:
            visitor.press(urlsplit(str(params.url)).path, answer=answer)  # type: ignore[attr-defined]
        return ElicitResult(action="accept")

    return person


class Person:
    """What the person at the host does next."""

    def __init__(self) -> None:
        self.does: Answer = declines

    def __call__(self, params: object) -> ElicitResult:
        return self.does(params)


Settle = Callable[[str], AbstractContextManager[tuple[Buyer, Studio]]]


@pytest.fixture
def at_home(new_buyer: NewBuyer, sandbox: str) -> Settle:
    """A buyer whose key lies where a studio of the same home finds it too, and that studio."""

    @contextmanager
    def settled(more: str) -> Iterator[tuple[Buyer, Studio]]:
        buyer = new_buyer(f'waits = [0, 0]\n[gateways.omnimaas]\nbase_url = "{sandbox}/omnimaas/v1"\n{more}')
        (buyer.home / "keys").mkdir(mode=0o700)
        (buyer.home / "keys" / "omnimaas").write_text(buyer.key)
        (buyer.home / "keys" / "omnimaas").chmod(0o600)
        with opened(buyer.home) as studio:
            yield buyer, studio

    return settled


@pytest.mark.parametrize("mode", HAND)
@pytest.mark.parametrize("era", ERAS)
def test_a_page_that_was_opened_is_no_yes_and_a_yes_on_it_buys_once(
    at_home: Settle, era: str, mode: str
) -> None:
    person = Person()

    async def script(client: Client) -> str:
        async def again(**more: object) -> CallToolResult:
            return await client.call_tool("generate_image", {"quote_id": quote, **more})

        quote = await quoted(client)
        for person.does in (declines, cancels):
            assert data(await again(approved=quote))["status"] == "declined"
        person.does = opens
        told = await again(approved=quote, wait_seconds=0)
        assert data(told)["status"] == "needs_confirmation"
        assert "no yes has been given there yet" in text(told)
        assert "approved set to" not in text(told)
        assert data(told)["approve_url"] == f"{studio.url}/approve/{quote}"
        assert buyer.client.jobs() == []
        person.does = presses(studio, "yes")
        done = data(await again())
        assert (done["status"], done["approved_by"]) == ("done", "studio")
        person.does = declines
        assert data(await again())["job"]["job_id"] == done["job"]["job_id"]
        return quote

    with at_home(HAND[mode]) as (buyer, studio):
        shown = Host(build(desk(buyer)), era, person, [], only_pages=mode == "relay")
        quote = shown.talk(script)
    assert shown.asked == [f"{studio.url}/approve/{quote}"] * 4
    assert len(buyer.bills()) == 1


@pytest.mark.parametrize("era", ERAS)
def test_a_yes_that_comes_while_the_call_waits_is_seen_and_a_page_that_makes_it_itself_too(
    at_home: Settle, era: str
) -> None:
    with at_home(HAND["person"]) as (buyer, studio):

        async def script(client: Client) -> None:
            quote = await quoted(client)

            async def press() -> None:
                with anyio.fail_after(30):
                    while not shown.asked:
                        await anyio.sleep(0.02)
                await anyio.to_thread.run_sync(presses(studio, "make"), _At(f"/approve/{quote}"))

            async with anyio.create_task_group() as group:
                group.start_soon(press)
                told = data(await client.call_tool("generate_image", {"quote_id": quote}))
            assert (told["status"], told["approved_by"]) == ("done", "studio")

        shown = Host(build(desk(buyer)), era, opens, [], done=[])
        shown.talk(script)
    assert len(buyer.bills()) == len(buyer.client.jobs()) == 1
    # Who is asked by return has had the answer with the call.
    assert len(shown.done or []) == (ERAS[era] == "legacy")


@pytest.mark.parametrize("era", ERAS)
def test_a_no_on_the_page_is_told_at_once_and_is_not_asked_again(at_home: Settle, era: str) -> None:
    with at_home(HAND["person"]) as (buyer, studio):

        async def script(client: Client) -> None:
            quote = await quoted(client)
            for _ in range(2):
                told = await client.call_tool("generate_image", {"quote_id": quote, "approved": quote})
                assert data(told)["status"] == "declined"

        shown = Host(build(desk(buyer)), era, presses(studio, "no"), [])
        shown.talk(script)
    assert len(shown.asked) == 1
    assert buyer.client.jobs() == []


class _At:
    def __init__(self, url: str) -> None:
        self.url = url


def test_over_the_pipe_the_page_is_opened_too(at_home: Settle) -> None:
    async def script(client: Client) -> CallToolResult:
        return await client.call_tool("generate_image", {"quote_id": await quoted(client)})

    with at_home(HAND["person"]) as (buyer, studio):
        for era in ERAS:
            place = process(buyer, era=era, person=presses(studio, "yes"))
            assert data(place.talk(script))["approved_by"] == "studio"
            assert len(place.asked) == 1
    assert len(buyer.bills()) == 2


@pytest.mark.parametrize("era", ERAS)
def test_no_page_is_opened_where_no_studio_runs_or_only_one_of_play_money(
    new_buyer: NewBuyer, era: str
) -> None:
    buyer = new_buyer(f"waits = [0, 0]\n{HAND['person']}")
    shown = Host(build(desk(buyer)), era, opens, [], only_pages=True)

    async def script(client: Client) -> CallToolResult:
        return await client.call_tool("generate_image", {"quote_id": await quoted(client)})

    assert data(shown.talk(script))["approve_url"] is None
    with opened(buyer.home, "--sandbox"):
        assert data(shown.talk(script))["approve_url"] is None
        assert data(shown.call("setup_status"))["studio_url"] is None
    assert shown.asked == []
    assert buyer.bills() == []


@pytest.mark.parametrize("era", ERAS)
def test_where_no_key_is_set_up_the_page_that_takes_one_is_offered_once(
    buyer: Buyer, era: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = Host(build(desk(buyer)), era, opens, [])

    async def script(client: Client) -> None:
        first = await client.call_tool("setup_status", {})
        assert "That page was opened" in text(first)
        assert data(first)["ready"] is False
        assert "That page was opened" not in text(await client.call_tool("setup_status", {}))

    with opened(buyer.home) as studio:
        assert "That page" not in text(shown.call("setup_status"))
        assert shown.asked == []
        monkeypatch.delenv("OMNIMAAS_API_KEY")
        buyer.client.close()
        shown.talk(script)
        assert shown.asked == [f"{studio.url}/setup"]
        assert "That page" not in text(host(buyer).call("setup_status"))
