"""What a host is shown: tools that say what they take and do, in the person's language; nothing secret."""

import json
import re
from typing import Any

import pytest
from agenthost import ERAS, data, error, host, quoted, text
from mcp.client.client import Client
from mcp_types import ListToolsResult, TextContent

from buyer import Buyer
from conftest import NewBuyer
from limner.mcp.pictures import BYTES, thumbnail
from limner.messages import en_mcp, zh_mcp
from pictures import noise, saved
from test_messages import facts_of

TOOLS = {
    "list_models": (True, True, False),
    "quote_image": (True, True, True),
    "generate_image": (False, True, True),
    "get_job": (True, True, True),
    "cancel_job": (False, True, False),
    "list_jobs": (True, True, False),
    "deliver_image": (False, True, True),
    "get_spend": (True, True, False),
    "setup_status": (True, True, False),
}


def _listed(buyer: Buyer, era: str = "2026-07-28", language: str | None = None) -> ListToolsResult:
    async def script(client: Client) -> ListToolsResult:
        return await client.list_tools()

    told: ListToolsResult = host(buyer, era, language=language).talk(script)
    return told


@pytest.mark.parametrize("era", ERAS)
def test_the_tools_come_in_one_order_and_say_what_they_may_do(buyer: Buyer, era: str) -> None:
    listed = _listed(buyer, era)
    assert [tool.name for tool in listed.tools] == list(TOOLS)
    for tool in listed.tools:
        hints = tool.annotations
        assert hints is not None
        said = (hints.read_only_hint, hints.idempotent_hint, hints.open_world_hint)
        assert said == TOOLS[tool.name]
        assert hints.destructive_hint is False
    assert [tool.name for tool in _listed(buyer, era).tools] == list(TOOLS)


def test_every_argument_and_result_is_described_and_nothing_else_is_taken(buyer: Buyer) -> None:
    for language in ("en", "zh"):
        for tool in _listed(buyer, language=language).tools:
            assert tool.title
            assert tool.description
            assert tool.input_schema["additionalProperties"] is False
            for argument in tool.input_schema["properties"].values():
                assert argument["description"]
            assert tool.output_schema is not None
            assert tool.output_schema["type"] == "object"
            chinese = re.search("[一-鿿]", tool.description) is not None
            assert chinese == (language == "zh")


def test_a_modern_host_is_told_how_long_to_keep_a_list(buyer: Buyer) -> None:
    listed = _listed(buyer)
    assert listed.ttl_ms > 0
    assert listed.cache_scope == "private"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_instructions_are_short(buyer: Buyer, language: str) -> None:
    async def script(client: Client) -> str:
        return client.instructions or ""

    told = host(buyer, "2025-11-25", language=language).talk(script)
    assert "quote_image" in told
    assert len(told.split()) <= 60
    assert len(told) <= 400


def test_both_languages_have_the_same_texts_with_the_same_facts() -> None:
    assert sorted(en_mcp.TEXTS) == sorted(zh_mcp.TEXTS)
    for key, english in en_mcp.TEXTS.items():
        assert facts_of(zh_mcp.TEXTS[key]) == facts_of(english), key


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"prompt": "x", "aspect": "1:1"}, r"quote_image takes no aspect\. It takes: prompt, .*aspect_ratio"),
        ({}, r"Give either prompt or sentence"),
        ({"prompt": "x", "n": 9}, r"n of quote_image does not fit\. Allowed: 1–8\."),
        ({"prompt": "x", "refs": "cup.png"}, r"refs of quote_image does not fit\. Allowed: array\."),
        ({"prompt": "x", "wish": "dearest"}, r"Allowed: cheapest, best"),
        ({"prompt": ""}, r"The prompt is empty\."),
        ({"prompt": "x", "model": "banan"}, r"."),
    ],
)
def test_a_mistake_is_named_with_what_is_allowed(buyer: Buyer, arguments: dict[str, Any], said: str) -> None:
    told = error(host(buyer).call("quote_image", **arguments))
    assert re.search(said, told["message"])
    assert told["charged"] == "no"
    assert buyer.requests() == []


def test_mistakes_are_told_in_the_language_that_was_chosen(buyer: Buyer) -> None:
    told = error(host(buyer, language="zh").call("quote_image", prompt="x", aspect="1:1"))
    assert told["message"].startswith("quote_image 没有 aspect 这个参数")


def test_models_are_found_by_words_and_paged(buyer: Buyer) -> None:
    shown = host(buyer)
    told = data(shown.call("list_models", query="gpt image", gateway="omnimaas"))
    assert {"gpt-image-1", "gpt-image-2"} <= {one["id"] for one in told["models"]}
    assert all(one["ready"] for one in told["models"])
    few = data(shown.call("list_models", limit=2))
    assert (len(few["models"]), few["total"] > 2) == (2, True)
    edits = data(shown.call("list_models", task="edit", limit=50))
    assert all("image_to_image" in one["operations"] for one in edits["models"])
    assert error(shown.call("list_models", gateway="nobody"))["code"] == "not_found"


def test_jobs_come_page_by_page_and_spending_adds_up(buyer: Buyer) -> None:
    for _ in range(3):
        buyer.make(model="gpt-image-2")
    shown = host(buyer)
    first = data(shown.call("list_jobs", limit=2))
    assert len(first["items"]) == 2
    last = data(shown.call("list_jobs", limit=2, cursor=first["next_cursor"]))
    assert (len(last["items"]), last["next_cursor"]) == (1, None)
    assert error(shown.call("list_jobs", cursor="j_none"))["key"] == "mcp.cursor"
    spent = data(shown.call("get_spend"))
    assert sum(one["jobs"] for one in spent["items"]) == 3
    assert spent["reserved"] == []
    assert error(shown.call("get_spend", since="yesterday"))["key"] == "mcp.bad_argument"


def test_the_setup_is_told_without_a_key_and_never_asks_for_one(buyer: Buyer) -> None:
    shown = host(buyer, person=lambda _: pytest.fail("a key was asked for"))
    result = shown.call("setup_status")
    told = data(result)
    assert {one["name"]: one["ready"] for one in told["gateways"]}["omnimaas"] is True
    assert told["approval_mode"] == "relay"
    assert buyer.key not in json.dumps(told) + text(result)
    assert buyer.key[:12] not in json.dumps(told) + text(result)


def test_without_a_key_the_setup_is_named_and_nothing_is_sent(
    buyer: Buyer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OMNIMAAS_API_KEY")
    shown = host(buyer)
    assert data(shown.call("setup_status"))["ready"] is False
    told = error(shown.call("quote_image", prompt="a cup", model="gpt-image-2"))
    assert told["code"] == "setup_needed"
    assert "limner setup" in told["next"]


def test_a_misspelt_mode_is_no_mode(new_buyer: NewBuyer) -> None:
    buyer = new_buyer('[approval]\nmode = "whoever"\n')

    async def script(client: Client) -> str:
        quote = await quoted(client)
        told = await client.call_tool("generate_image", {"quote_id": quote, "approved": quote})
        return str(error(told)["key"])

    assert host(buyer).talk(script) == "settings.approval_mode"
    assert buyer.bills() == []


def test_a_delivery_goes_to_a_named_chat_or_nowhere(buyer: Buyer) -> None:
    job = buyer.make(model="gpt-image-2")
    told = error(host(buyer).call("deliver_image", job_id=job.id, to="https://evil.example/hook"))
    assert told["charged"] == "no"
    assert error(host(buyer).call("deliver_image", job_id="/etc/passwd", to="me"))["key"] == "job.not_found"


@pytest.mark.parametrize("era", ERAS)
def test_the_prompts_lead_through_a_purchase_and_a_recovery(buyer: Buyer, era: str) -> None:
    async def script(client: Client) -> list[str]:
        listed = await client.list_prompts()
        assert [prompt.name for prompt in listed.prompts] == ["make_image", "recover_job"]
        told = [
            await client.get_prompt("make_image", {"wish": "a red cup"}),
            await client.get_prompt("recover_job", {"job_id": "j_1"}),
            await client.get_prompt("recover_job", {}),
        ]
        contents = [one.messages[0].content for one in told]
        return [one.text for one in contents if isinstance(one, TextContent)]

    make, one, every = host(buyer, era).talk(script)
    assert "a red cup" in make
    assert "needs_confirmation" in make
    assert "j_1" in one
    assert "list_jobs" in every


def test_a_large_picture_is_still_shown_small(buyer: Buyer, tmp_path: Any) -> None:
    raw = thumbnail(saved(noise((1600, 1200), "RGBA"), tmp_path / "large.png"))
    assert raw is not None
    assert len(raw) <= BYTES
    assert thumbnail(tmp_path / "none.png") is None
