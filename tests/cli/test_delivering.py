"""`limner deliver` at a command line, in both languages."""

import pytest

from delivery.chats import Discord, told
from loopback import serving

from .person import Person


@pytest.fixture
def made(person: Person) -> str:
    """The id of a job with one picture."""
    quote = person.quote("a red mug")
    return str(person.json("run", quote, "--approve", quote, "--wait", "30")["data"]["job_id"])


def _config(person: Person, url: str) -> None:
    target = f'[targets.team]\nservice = "discord"\nwebhook_env = "HOOK"\nbase_url = "{url}"\n'
    (person.home / "config.toml").write_text(target)


HOOK = "https://discord.com/api/webhooks/123/discord-secret"


def test_a_job_is_delivered_once_and_the_second_time_says_so(person: Person, made: str) -> None:
    chat = Discord()
    with serving(chat) as server:
        _config(person, server.url)
        first = person.run("deliver", made, "--to", "team", HOOK=HOOK)
        second = person.run("deliver", made, "--to", "team", HOOK=HOOK)
        chinese = person.run("deliver", made, "--to", "team", "--lang", "zh", HOOK=HOOK)
    assert (first.code, second.code, len(chat.arrived)) == (0, 0, 1)
    assert first.out.startswith("Sent to team (Discord): ")
    assert second.out.startswith("Was sent to team (Discord) before, so not again: ")
    assert chinese.out.startswith("之前已发送到 team（Discord），不再重复发送：")


def test_a_dry_run_says_what_would_be_sent_and_sends_nothing(person: Person, made: str) -> None:
    with serving(Discord()) as server:
        _config(person, server.url)
        ran = person.run("deliver", made, "--to", "team", "--dry-run", HOOK=HOOK)
    assert (ran.code, server.seen) == (0, [])
    assert "Would be sent to team (Discord): " in ran.out
    assert "AI-generated · gpt-image-2" in ran.out


def test_a_failed_delivery_is_exit_code_15_and_says_what_arrived(person: Person, made: str) -> None:
    chat = Discord()
    chat.ills = [("/webhooks/", told({"message": "Unknown Webhook"}, 404))]
    with serving(chat) as server:
        _config(person, server.url)
        ran = person.run("deliver", made, "--to", "team", "--json", HOOK=HOOK)
    error = ran.json["error"]
    assert (ran.code, error["code"]) == (15, "delivery_failed")
    assert "Unknown Webhook" in error["message"]
    assert error["details"]["items"][0]["image_sent"] is False


def test_without_a_target_it_is_said_how_to_name_one(person: Person, made: str) -> None:
    ran = person.run("deliver")
    assert (ran.code, "[targets.team]" in ran.err) == (3, True)
    _config(person, "http://127.0.0.1:1")
    assert person.run("deliver").out == "team  Discord\n"
    ran = person.run("deliver", made)
    assert (ran.code, "There are: team." in ran.err) == (2, True)
