"""A yes is good for what was shown: replayed, edited, forged or late, it buys nothing."""

from pathlib import Path
from typing import Any

import pytest
from agenthost import ERAS, data, error, host, quoted, yes
from mcp.client.client import Client
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, ElicitResult, InputRequiredResult

from buyer import Buyer
from conftest import NewBuyer
from limner.errors import ApprovalNeeded
from limner.records import canonical, digest_of, id_of
from limner.types import Quote
from pictures import quarters, saved

INVENTED = "q_aaaaaaaaaaaa"


def _aged(buyer: Buyer, minutes: int) -> Quote:
    """A quote made that long ago."""
    back = minutes * 60_000
    quote = buyer.client.quote("a cup", model="gpt-image-2")
    old = quote._replace(created_at=quote.created_at - back, expires_at=quote.expires_at - back)
    digest = digest_of(old)
    old = old._replace(digest=digest, id=id_of(digest))
    buyer.client.ledger.add_quote(old)
    return old


def _rewritten(buyer: Buyer) -> Quote:
    """A quote whose document somebody edited on disk, under the id that was shown."""
    quote = buyer.client.quote("a cup", model="gpt-image-2")
    cheaper = quote._replace(ceiling=quote.ceiling._replace(micro=1))
    statement = "UPDATE quote SET document = ? WHERE id = ?"
    buyer.client.ledger.store.do(statement, canonical(cheaper), quote.id)
    return quote


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("passed_on", [True, False])
@pytest.mark.parametrize(
    ("make", "key"), [(lambda buyer: _aged(buyer, 20), "quote.expired"), (_rewritten, "quote.altered")]
)
def test_an_expired_or_edited_quote_buys_nothing(
    buyer: Buyer, era: str, passed_on: bool, make: Any, key: str
) -> None:
    quote = make(buyer)
    approved = {"approved": quote.id} if passed_on else {}
    shown = host(buyer, era, None if passed_on else yes)
    assert error(shown.call("generate_image", quote_id=quote.id, **approved))["key"] == key
    assert shown.asked == []
    assert buyer.bills() == []


@pytest.mark.parametrize("era", ERAS)
def test_a_yes_to_another_quote_or_to_none_buys_nothing(buyer: Buyer, era: str) -> None:
    async def script(client: Client) -> list[str]:
        first, second = await quoted(client), await quoted(client, "something dear")
        told = [
            await client.call_tool("generate_image", {"quote_id": first, "approved": second}),
            await client.call_tool("generate_image", {"quote_id": first, "approved": "yes"}),
            await client.call_tool(
                "generate_image", {"quote_id": "q_aaaaaaaaaaaa", "approved": "q_aaaaaaaaaaaa"}
            ),
            await client.call_tool("generate_image", {"quote_id": first, "approve": True}),
        ]
        return [error(one)["key"] for one in told]

    keys = host(buyer, era).talk(script)
    assert keys == ["approval.other_quote", "approval.other_quote", "quote.not_found", "mcp.unknown_argument"]
    assert buyer.bills() == []


def test_a_changed_picture_after_the_quote_buys_nothing(buyer: Buyer, tmp_path: Path) -> None:
    shown = tmp_path / "cup.png"
    saved(quarters((64, 64)), shown)

    async def script(client: Client) -> CallToolResult:
        quote = await quoted(client, refs=[str(shown)])
        shown.write_bytes(shown.read_bytes() + b"\0")
        return await client.call_tool("generate_image", {"quote_id": quote})

    assert error(host(buyer, person=yes).talk(script))["key"] == "quote.reference_changed"
    assert buyer.bills() == []


Ask = dict[str, Any]


async def _asked(client: Client, arguments: Ask, **back: Any) -> CallToolResult | InputRequiredResult:
    return await client.session.call_tool("generate_image", arguments, allow_input_required=True, **back)


def _yes_to(asked: InputRequiredResult) -> dict[str, Any]:
    requests = asked.input_requests or {}
    return {name: ElicitResult(action="accept", content={"approve": True}) for name in requests}


def test_an_answer_counts_for_the_question_it_was_given_to_and_for_no_other(buyer: Buyer) -> None:
    async def script(client: Client) -> None:
        first, second = (
            {"quote_id": await quoted(client)},
            {"quote_id": await quoted(client, "something dear")},
        )
        asked = await _asked(client, first)
        assert isinstance(asked, InputRequiredResult)
        answers, state = _yes_to(asked), asked.request_state
        assert state is not None
        with pytest.raises(MCPError):
            await _asked(client, second, input_responses=answers, request_state=state)
        with pytest.raises(MCPError):
            await _asked(client, first, input_responses=answers, request_state=state[:-4] + "AAAA")
        forged = await _asked(client, first, input_responses=answers)
        assert isinstance(forged, InputRequiredResult)
        assert buyer.bills() == []
        bought = await _asked(client, first, input_responses=answers, request_state=state)
        again = await _asked(client, first, input_responses=answers, request_state=state)
        assert isinstance(bought, CallToolResult)
        assert isinstance(again, CallToolResult)
        assert data(bought)["job"]["job_id"] == data(again)["job"]["job_id"]

    host(buyer, person=yes).talk(script)
    assert len(buyer.bills()) == 1


@pytest.mark.parametrize("era", ERAS)
def test_a_yes_above_the_persons_limit_buys_nothing(buyer: Buyer, era: str) -> None:
    (buyer.home / "config.toml").write_text('[budget.CNY]\nper_day = "0.10"\n', "utf-8")
    settled = buyer._replace(client=type(buyer.client)(home=str(buyer.home)))
    with settled.client:
        shown = host(settled, era, yes)

        async def script(client: Client) -> CallToolResult:
            return await client.call_tool("generate_image", {"quote_id": await quoted(client)})

        told = error(shown.talk(script))
    assert (told["code"], told["charged"]) == ("budget_exceeded", "no")
    assert buyer.bills() == []


def test_a_dialogs_yes_is_no_persons_own_hand(new_buyer: NewBuyer) -> None:
    buyer = new_buyer('[approval]\nmode = "person"\n')
    quote = buyer.client.quote("a cup", model="gpt-image-2")
    with pytest.raises(ApprovalNeeded):
        buyer.client.approve(quote.id, by="elicitation")
    buyer.client.approve(quote.id, by="studio")
