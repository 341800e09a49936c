"""A whole sentence as a wish, a task by its id alone, and a picture that really arrives in a chat."""

from collections.abc import Callable
from typing import Any

import pytest
from agenthost import ERAS, data, error, host, text

from buyer import Buyer
from conftest import NewBuyer
from delivery.chats import Discord
from loopback import serving
from providers.conftest import new_customer

__all__ = ["new_customer"]
NewCustomer = Callable[..., Buyer]


@pytest.mark.parametrize("era", ERAS)
def test_a_whole_sentence_is_quoted_and_the_answer_says_what_was_understood(buyer: Buyer, era: str) -> None:
    said = "用香蕉Pro画一座灯塔，16:9，不要文字"
    result = host(buyer, era).call("quote_image", sentence=said)
    told = data(result)
    assert (told["model"], told["aspect_ratio"]) == ("gemini-3-pro-image-preview", "16:9")
    assert told["understood"]["prompt"] == "画一座灯塔"
    assert [one["meaning"] for one in told["understood"]["spans"]] == ["model", "aspect_ratio", "avoid"]
    assert "理解为：用香蕉Pro → Nano Banana Pro；16:9" in text(result)
    assert "limner prefs" in text(result), "and says that nothing is remembered here"
    assert buyer.client.market.preferences().all() == []
    assert buyer.bills() == []


def test_what_is_given_outright_wins_over_the_sentence(buyer: Buyer) -> None:
    said = "three lighthouses at dusk, square, use Nano Banana Pro"
    told = data(host(buyer).call("quote_image", sentence=said, aspect_ratio="16:9", n=2, model="gpt-image-2"))
    assert (told["model"], told["n"], told["aspect_ratio"]) == ("gpt-image-2", 2, "16:9")


def test_a_prompt_is_taken_word_for_word(buyer: Buyer) -> None:
    told = data(host(buyer).call("quote_image", prompt="a lighthouse, 16:9", model="gpt-image-2"))
    assert told["prompt"] == "a lighthouse, 16:9"
    assert told.get("understood") is None


@pytest.mark.parametrize("given", [{"prompt": "a cup", "sentence": "a cup"}, {}])
def test_a_wish_is_either_a_prompt_or_a_sentence(buyer: Buyer, given: dict[str, Any]) -> None:
    assert error(host(buyer).call("quote_image", **given))["key"] == "mcp.prompt_or_sentence"


@pytest.mark.parametrize("era", ERAS)
def test_a_task_that_was_started_elsewhere_is_brought_home_by_its_id(
    new_customer: NewCustomer, era: str
) -> None:
    first = new_customer("ima")
    job = first.make("a fox", model="mj")
    other = new_customer("ima", key=first.key)
    told = data(host(other, era).call("get_job", gateway="ima", task_id=job.task_id, wait_seconds=30))
    assert (told["state"], told["task_id"], told["charged"]) == ("done", job.task_id, "no")
    assert [one["sha256"] for one in told["images"]] == [one.sha256 for one in job.pictures]
    again = data(host(other, era).call("get_job", gateway="ima", task_id=job.task_id))
    assert again["job_id"] == told["job_id"]
    unknown = error(host(other, era).call("get_job", gateway="ima", task_id="no-such-task"))
    assert (unknown["key"], unknown["charged"]) == ("task.unknown", "no")


@pytest.mark.parametrize("given", [{}, {"gateway": "ima"}, {"job_id": "j_1", "task_id": "t"}])
def test_a_job_is_named_by_its_id_or_by_its_task_at_a_gateway(buyer: Buyer, given: dict[str, str]) -> None:
    assert error(host(buyer).call("get_job", **given))["key"] == "mcp.job_or_task"


def test_a_picture_arrives_in_the_chat_once(new_buyer: NewBuyer, monkeypatch: pytest.MonkeyPatch) -> None:
    chat = Discord()
    monkeypatch.setenv("SECRET_DISCORD", "https://discord.com/api/webhooks/123/discord-secret")
    with serving(chat) as opened:
        chat.url = opened.url
        buyer = new_buyer(
            f'waits = [0, 0]\n[targets.team]\nservice = "discord"\nbase_url = "{chat.url}"\n'
            'webhook_env = "SECRET_DISCORD"\n'
        )
        job = buyer.make("a red mug on oak", model="gpt-image-2")
        result = host(buyer).call("deliver_image", job_id=job.id, to="team", caption="Ours")
        (item,) = data(result)["items"]
        assert (item["state"], item["already"], item["image_sent"]) == ("sent", False, True)
        assert [one.sha256 for one in chat.arrived] == [job.pictures[0].sha256]
        assert "Ours" in chat.arrived[0].text
        assert "discord-secret" not in text(result)
        (again,) = data(host(buyer).call("deliver_image", job_id=job.id, to="team", caption="Ours"))["items"]
        assert again["already"] is True
    assert len(chat.arrived) == 1
