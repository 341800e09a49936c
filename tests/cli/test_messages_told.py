"""`--messages`: what whoever waits is told, as lines of JSON in a pipe and as words at a terminal."""

import json
import re
from typing import Any

import pytest

from .person import Person, Ran


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def steps(text: str) -> list[str]:
    return [line["step"] for line in lines(text)]


def test_in_a_pipe_they_are_lines_of_json_and_nothing_else(person: Person) -> None:
    ran = person.buy("a lighthouse at dusk", "--messages")
    assert (ran.code, ran.err) == (0, "")
    assert steps(ran.out) == ["acknowledge", "start", "success"]
    assert ran.out.count("\n") == 3
    last = lines(ran.out)[-1]
    assert last["picture"] == last["pictures"][0]
    assert last["picture"].endswith(".png")
    assert last["cost"].startswith("¥")
    assert last["language"] == "en"


def test_beside_json_they_go_to_standard_error(person: Person) -> None:
    ran = person.buy("一只杯子", "--messages", "--json")
    assert ran.json["data"]["state"] == "done"
    assert steps(ran.err) == ["acknowledge", "start", "success"]
    assert {line["language"] for line in lines(ran.err)} == {"zh"}


def test_at_a_terminal_they_are_words_and_the_picture(person: Person) -> None:
    quote = person.quote("un gato con sombrero en la playa")
    with person.terminal("run", quote, "--approve", quote, "--messages", columns=120) as terminal:
        assert terminal.end() == 0
        assert "¡Tu imagen está lista!" in terminal.text
        assert re.search(r"^/.*\.png$", terminal.text, re.MULTILINE)
        assert "{" not in terminal.text


FAILURES = {
    "[[401]]": (4, "failure", "the key is not valid"),
    "[[moderation]]": (5, "failure", "put it in other words"),
    "[[lost-after-charge]]": (12, "unknown", "It is not sent again by itself"),
    "[[url]] [[link-404x9]]": (6, "paused", "at no extra cost"),
}


@pytest.mark.parametrize("fault", FAILURES)
def test_a_failure_is_the_last_word_and_keeps_its_exit_code(person: Person, fault: str) -> None:
    code, step, words = FAILURES[fault]
    ran = person.buy(f"a mug {fault}", "--messages")
    assert (ran.code, steps(ran.out)[-1]) == (code, step)
    assert words in lines(ran.out)[-1]["text"]
    assert "details" not in lines(ran.out)[-1]


def test_details_are_for_those_who_ask(person: Person) -> None:
    ran = person.buy("a mug [[401]]", "--messages", "--debug")
    assert lines(ran.out)[-1]["details"]["error"] == "gateway.key_refused"


def test_a_refusal_before_there_is_a_job_is_told_too(stranger: Person) -> None:
    def said(*words: str) -> tuple[Ran, dict[str, Any]]:
        ran = stranger.run("make", *words, "--messages", OMNIMAAS_API_KEY=None, OMNIMAAS_BASE_URL=None)
        return ran, lines(ran.out)[-1]

    ran, last = said("かわいい猫を描いて", "-g", "ima")
    assert (ran.code, last["step"], last["language"], last["job"]) == (3, "failure", "ja", "")
    assert "https://www.imaclaw.ai/imaclaw/apikey" in last["text"]
    assert "No key for IMA Studio" in ran.err or "No key for ima" in ran.err
    _, last = said("a cat", "-g", "ima", "--lang", "ko")
    assert last["language"] == "ko"
    # A question is not a failure.
    waiting = stranger.run("make", "a mug", "--messages", "--no-input")
    assert (waiting.code, steps(waiting.out)) == (10, [])


def test_another_process_follows_a_slow_job_to_its_end(person: Person) -> None:
    person.configure("[messages]\nevery = 1\n")
    quote = person.quote("a mug [[slow:3]]")
    ran = person.run("run", quote, "--approve", quote, "--messages", "--wait", "0")
    assert (ran.code, steps(ran.out)) == (0, ["acknowledge", "start"])
    job = lines(ran.out)[0]["job"]
    assert steps(person.run("status", job, "--messages").out) in (["progress"], ["success"])
    followed = person.run("status", job, "--messages", "--follow")
    told = steps(followed.out)
    assert told[:2] == ["acknowledge", "start"]
    assert told[-1] == "success"
    assert set(told[2:-1]) == {"progress"}
    assert followed.code == 0
    again = person.run("status", job, "--messages", "--follow")
    assert steps(again.out) == ["acknowledge", "start", "success"]
    assert len(person.bills()) == 1


def test_a_quote_that_was_already_run_is_told_in_one_message(person: Person) -> None:
    quote = person.quote("a mug")
    person.run("run", quote, "--approve", quote)
    ran = person.run("run", quote, "--approve", quote, "--messages")
    assert (ran.code, steps(ran.out)) == (0, ["success"])
    assert "nothing is bought again" in ran.err
