"""How it can end, each for real: exit code, sentence, and what was charged."""

from pathlib import Path
from secrets import token_hex

import pytest
from PIL import Image

from .person import Person

# What the sandbox was asked to do, the exit code, the error's code, whether it was charged, what is said.
ENDINGS = {
    "[[401]]": (4, "auth_rejected", "no", "does not accept the key"),
    "[[403]]": (4, "auth_rejected", "no", "does not allow this key to do that"),
    "[[400]]": (5, "request_rejected", "no", "refused the request (HTTP 400)"),
    "[[moderation]]": (5, "request_rejected", "no", "will not paint this"),
    "[[429]]": (7, "rate_limited", "no", "asks for a pause"),
    "[[no-funds]]": (8, "insufficient_funds", "no", "is not enough"),
    "[[lost-after-charge]]": (12, "outcome_unknown", "unknown", "may have been charged"),
    "[[524-after-charge]]": (12, "outcome_unknown", "unknown", "may have been charged"),
    "[[not-a-picture]]": (5, "request_rejected", "yes", "is not a whole picture"),
}


@pytest.mark.parametrize("fault", ENDINGS)
def test_an_ending_has_its_exit_code_and_says_whether_it_was_charged(person: Person, fault: str) -> None:
    code, name, charged, words = ENDINGS[fault]
    ran = person.buy(f"a mug {fault}")
    assert ran.code == code
    assert ran.out == ""
    assert words in ran.err
    assert ("Nothing was charged." in ran.err) == (charged == "no")

    told = person.buy(f"a lamp {fault}", "--json")
    assert told.code == code
    error = told.json["error"]
    assert (error["code"], error["charged"]) == (name, charged)
    assert error["details"]["charged"] == charged
    assert error["retryable"] == (name == "rate_limited")
    # An unknown outcome may be billed; nothing that says "no" ever is.
    assert len(person.bills()) == (0 if charged == "no" else 2)

    chinese = person.buy(f"a vase {fault}", "--lang", "zh")
    assert chinese.code == code
    assert ("没有收费。" in chinese.err) == (charged == "no")


def test_an_unknown_outcome_stays_in_the_list_and_its_money_reserved(person: Person) -> None:
    assert person.buy("a mug [[lost-after-charge]]").code == 12
    listed = person.json("jobs", "--state", "unknown")["data"]["items"]
    assert [job["state"] for job in listed] == ["unknown"]
    reserved = person.json("spend")["data"]["reserved"]
    assert reserved == [{"amount": listed[0]["cost"]["uncertain"], "unit": "CNY"}]
    assert "reserved" in person.run("spend").out
    assert "Jobs with an unknown outcome: 1" in person.run("doctor").out
    looked = person.run("status", listed[0]["job_id"])
    assert looked.code == 12
    again = person.run("recover", listed[0]["job_id"])
    assert again.code == 12
    assert len(person.bills()) == 1


def test_nobody_there_is_exit_6_and_nothing_charged(person: Person) -> None:
    away = {"OMNIMAAS_BASE_URL": "http://127.0.0.1:9/v1"}
    quote = person.run("quote", "a mug", **away).out.strip()
    told = person.run("run", quote, "--approve", quote, "--json", **away)
    assert told.code == 6
    error = told.json["error"]
    assert (error["code"], error["charged"], error["retryable"]) == ("provider_unavailable", "no", True)


def test_another_key_needs_another_quote(person: Person) -> None:
    quote = person.quote()
    ran = person.run("run", quote, "--approve", quote, OMNIMAAS_API_KEY=f"sk-{token_hex(20)}")
    assert ran.code == 11
    assert "was made for another key" in ran.err
    assert person.bills() == []


def test_a_reference_that_changed_needs_another_quote(person: Person) -> None:
    path = person.folder / person.buy("a mug").out.strip()
    told = person.json("quote", "the mug on a beach", "--ref", str(path))
    quote = told["data"]["quote_id"]
    path.write_bytes(path.read_bytes() + b"more")
    ran = person.run("run", quote, "--approve", quote)
    assert ran.code == 11
    assert "has changed since" in ran.err
    assert len(person.bills()) == 1


def test_more_than_may_be_spent_is_refused_before_anything_is_sent(person: Person) -> None:
    told = person.run("make", "a mug", "--max-cost", "0.5", "--json")
    assert told.code == 13
    assert told.json["error"]["code"] == "budget_exceeded"
    assert "above your limit of ¥0.50" in told.json["error"]["message"]


def test_a_picture_whose_link_is_dead_can_be_fetched_later_without_paying_again(person: Person) -> None:
    told = person.buy("a mug [[url]] [[link-404]]", "--json")
    assert told.code == 6
    following = told.json["next"][0]["argv"]
    assert following[:2] == ["limner", "recover"]
    assert person.run(*following[1:]).code == 6
    assert len(person.bills()) == 1


def test_a_job_goes_on_when_nobody_waits_for_it(person: Person) -> None:
    quote = person.quote("a mug [[slow:6]]")
    ran = person.run("run", quote, "--approve", quote, "--wait", "1", "--json")
    assert ran.code == 0
    data = ran.json["data"]
    assert (data["state"], data["images"]) == ("submitting", [])
    assert 0 <= data["progress"] <= 95
    job = data["job_id"]
    following = ran.json["next"][0]["argv"]
    assert following[:3] == ["limner", "status", job]
    looked = person.run("status", job, "--exit-status")
    assert looked.code == 20
    assert "on its way to the gateway" in looked.err
    assert person.run(*following[1:]).json["data"]["state"] == "done"
    assert len(person.bills()) == 1


def test_still_running_is_exit_20_for_those_who_ask(person: Person) -> None:
    ran = person.buy("a mug [[slow:2]]", "--wait", "0", "--exit-status")
    assert ran.code == 20
    assert "limner status j_" in ran.err


def test_nothing_unfinished_is_said(person: Person) -> None:
    assert "Nothing is unfinished." in person.run("recover").err
    assert person.json("recover")["data"] == {"items": [], "unknown": []}


def test_a_question_that_was_closed_is_an_open_one_to_no_program(person: Person) -> None:
    quote = person.quote("a mug [[lost-after-charge]]")
    assert person.run("run", quote, "--approve", quote).code == 12
    (job,) = person.json("jobs", "--state", "unknown")["data"]["items"]
    assert person.run("status", job["job_id"]).code == 12
    assert person.run("resolve", job["job_id"], "--charged", "no").code == 0
    again = person.run("run", quote, "--approve", quote)
    assert (again.code, "Nothing was charged." in again.err) == (6, True)
    error = person.run("status", job["job_id"], "--json").json["error"]
    assert (error["code"], error["charged"]) == ("provider_unavailable", "no")


def test_a_rest_beside_a_picture_is_told_by_recover_with_the_way_to_settle_it(
    person: Person, tmp_path: Path
) -> None:
    red = tmp_path / "red.png"
    Image.new("RGB", (64, 48), (200, 20, 20)).save(red)
    quote = person.quote("a cup [[524-after-chargex1]]", "-m", "gemini-3-pro-image-preview", "-r", str(red))
    ran = person.run("run", quote, "--approve", quote)
    assert (ran.code, "may have been charged besides" in ran.err) == (0, True)
    for language, state, word in (("en", "done", "resolve"), ("zh", "已完成", "了结")):
        told = person.run("recover", "--lang", language)
        assert (told.code, f"  {state}  " in told.out, word in told.out) == (0, True, True), told
    job = told.out.split()[0]
    assert person.run("resolve", job, "--charged", "no").code == 0
    assert "Nothing is unfinished." in person.run("recover").err
