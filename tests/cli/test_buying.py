"""From a quote to a picture, as an agent does it and as a person does it."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image

from .person import LIMNER, Person

QUOTE = {
    "quote_id": str,
    "digest": str,
    "gateway": str,
    "model": str,
    "operation": str,
    "n": int,
    "prompt": str,
    "references": list,
    "price": str,
    "max_cost": str,
    "unit": str,
    "attempts": int,
    "tariff": dict,
    "eta_s": list,
    "expires_at": int,
    "needs_approval": bool,
    "adjustments": list,
    "summary": str,
    "sandbox": bool,
}
JOB = {
    "job_id": str,
    "quote_id": str,
    "state": str,
    "gateway": str,
    "model": str,
    "sent": int,
    "n": int,
    "images": list,
    "cost": dict,
    "charged": str,
    "seconds": float,
    "folder": str,
    "message": str,
    "progress": int,
    "sandbox": bool,
}


def test_an_agent_quotes_shows_the_price_and_runs_what_it_was_told_to(person: Person) -> None:
    quoted = person.json("quote", "a lighthouse at dusk", "-m", "gpt-image-2")
    assert list(quoted) == ["v", "ok", "kind", "data", "warnings", "next"]
    assert (quoted["v"], quoted["ok"], quoted["kind"]) == (1, True, "quote")
    assert {name: type(quoted["data"][name]) for name in QUOTE} == QUOTE
    assert "¥" in quoted["data"]["summary"]
    assert person.bills() == []

    argv = quoted["next"][0]["argv"]
    assert argv[0] == "limner"
    made = person.run(*argv[1:]).json
    assert (made["ok"], made["kind"]) == (True, "job")
    assert {name: type(made["data"][name]) for name in JOB} == JOB
    assert made["data"]["state"] == "done"
    assert len(person.bills()) == 1
    with Image.open(made["data"]["images"][0]["path"]) as picture:
        assert picture.size == (1024, 1024)


def test_without_json_the_path_is_all_that_standard_output_has(person: Person) -> None:
    ran = person.buy()
    assert ran.code == 0
    assert Path(ran.out.strip()).is_file()
    assert ran.out.count("\n") == 1
    assert "Done: 1 of 1 saved, ¥" in ran.err


def test_make_in_a_pipe_stops_with_the_quote_and_spends_nothing(person: Person) -> None:
    ran = person.run("make", "a lighthouse at dusk")
    assert (ran.code, ran.out) == (10, "")
    assert "somebody has to say yes first" in ran.err
    assert "limner run q_" in ran.err
    assert person.bills() == []

    told = person.run("make", "a lighthouse at dusk", "--json")
    assert told.code == 10
    error = told.json["error"]
    assert (error["code"], error["charged"], error["retryable"]) == ("approval_needed", "no", False)
    assert error["details"]["quote_id"] in told.json["next"][0]["argv"]
    assert person.run(*told.json["next"][0]["argv"][1:]).code == 0


def test_a_yes_to_another_quote_is_no_yes(person: Person) -> None:
    quote, other = person.quote(), person.quote("a mug")
    ran = person.run("run", quote, "--approve", other)
    assert ran.code == 10
    assert other in ran.err
    assert person.bills() == []


def test_two_runs_of_one_quote_at_once_buy_once(person: Person) -> None:
    quote = person.quote("a lighthouse [[slow:1]]")
    with ThreadPoolExecutor(2) as both:
        ran = list(both.map(lambda _: person.run("run", quote, "--approve", quote, "--json"), range(2)))
    assert [one.code for one in ran] == [0, 0]
    assert len({one.json["data"]["job_id"] for one in ran}) == 1
    again = person.run("run", quote, "--approve", quote)
    assert again.code == 0
    assert "nothing is bought again" in again.err
    assert len(person.bills()) == 1


def test_a_person_at_a_terminal_sees_the_card_says_yes_and_gets_the_path(person: Person) -> None:
    with person.terminal("make", "a lighthouse at dusk [[slow:1]]", "-o", "light.png") as terminal:
        terminal.until("Spend at most ¥1.00? [y/N]")
        for word in ("Quote q_", "Nano Banana Pro", "a lighthouse at dusk", "about ¥1.00", "omnimaas"):
            assert word in terminal.text
        assert person.bills() == []
        terminal.type("y\n")
        terminal.until("waiting for OmniMaaS")
        assert terminal.end() == 0
    assert "Done: 1 of 1 saved" in terminal.text
    # The gateway answered with a JPEG, and it is named for what it is.
    assert str(person.folder / "light.jpg") in terminal.text
    assert (person.folder / "light.jpg").is_file()
    assert len(person.bills()) == 1


def test_a_person_who_says_no_pays_nothing(person: Person) -> None:
    for answer in ("n\n", "\n", "\x04", "perhaps\n"):
        with person.terminal("make", "a lighthouse") as terminal:
            terminal.until("[y/N]")
            terminal.type(answer)
            assert terminal.end() == 14
        assert "You said no. Nothing was sent, nothing was spent." in terminal.text
        found = re.search(r"q_[a-z2-7]{12}", terminal.text)
        assert found is not None
        after = person.run("run", found[0], "--approve", found[0])
        assert (after.code, "You said no to" in after.err) == (14, True)
    assert person.bills() == []


def test_a_chinese_wish_is_answered_in_chinese(person: Person) -> None:
    with person.terminal("make", "黄昏的灯塔") as terminal:
        terminal.until("最多花 ¥1.00，同意吗？")
        assert "描述" in terminal.text
        terminal.type("好\n")
        assert terminal.end() == 0
    assert "完成：已保存 1/1 张" in terminal.text


def test_where_only_a_persons_own_hand_counts_an_agents_word_is_not_enough(person: Person) -> None:
    person.configure('[approval]\nmode = "person"\n')
    quote = person.quote()
    ran = person.run("run", quote, "--approve", quote)
    assert ran.code == 10
    assert f"limner approve {quote}" in ran.err
    assert f"limner run {quote}" not in ran.err
    (told,) = person.json("quote", "a lighthouse")["next"]
    assert told["argv"][1] == "approve"
    assert person.run("approve", quote).code == 2
    assert person.bills() == []

    with person.terminal("approve", quote) as terminal:
        terminal.until("[y/N]")
        terminal.type("yes\n")
        assert terminal.end() == 0
    assert f"limner run {quote}" in terminal.text
    assert person.run("run", quote, "--approve", quote).code == 0
    assert len(person.bills()) == 1


def test_a_misspelt_approval_mode_stops_instead_of_meaning_the_weaker_one(person: Person) -> None:
    person.configure('[approval]\nmode = "persn"\n')
    quote = person.quote()
    ran = person.run("run", quote, "--approve", quote)
    assert ran.code == 2
    assert "relay or person" in ran.err
    assert person.bills() == []


def test_a_quiet_run_says_nothing_but_the_path(person: Person) -> None:
    quote = person.quote()
    ran = person.run("run", quote, "--approve", quote, "-q")
    assert Path(ran.out.strip()).is_file()
    assert ran.err == ""


def test_what_to_do_next_leads_back_to_the_same_home_and_the_same_play_money(person: Person) -> None:
    other = person.home / "other place"
    told = person.run("make", "a mug", "--home", str(other), "--sandbox", "--json")
    argv = told.json["next"][0]["argv"]
    assert argv[0] == "limner"
    done = person.run(*argv[1:], LIMNER_HOME=None)
    assert done.json["data"]["sandbox"] is True
    typed = person.run("make", "a mug", "--home", str(other), "--sandbox").err.splitlines()[-1]
    assert f"--home '{other}' --sandbox" in typed
    assert person.bills() == []


def test_fields_choose_what_json_tells(person: Person) -> None:
    told = person.json("quote", "a mug", "--fields", "quote_id,max_cost")
    assert list(told["data"]) == ["quote_id", "max_cost"]
    assert list(person.json("models", "--fields", "id")["data"]["items"][0]) == ["id"]
    odd = person.json("quote", "a mug", "--fields", "quote_id,prize")
    assert list(odd["data"]) == ["quote_id"]
    assert "There is no field prize" in odd["warnings"][0]


def test_json_can_be_chosen_by_a_variable(person: Person) -> None:
    assert person.run("models", LIMNER_OUTPUT="json").json["kind"] == "models"
    assert person.run("mdoels", LIMNER_OUTPUT="json").json["error"]["code"] == "usage"


def test_a_picture_tells_its_story(person: Person) -> None:
    path = person.buy("a red mug on oak").out.strip()
    ran = person.run("show", path)
    assert ran.code == 0
    assert "a red mug on oak" in ran.out
    story = person.json("show", path)["data"]
    assert story["job"]["images"][0]["path"] == path
    assert story["sidecar"]["quote_id"] == story["job"]["quote_id"]
    moved = Path(path).rename(Path(path).with_name("other.png"))
    assert person.run("show", str(moved)).code == 0
    strange = person.folder / "strange.png"
    strange.write_bytes(b"not ours")
    assert person.run("show", str(strange)).code == 9
    assert person.run("show", "nowhere.png").code == 2


def test_jobs_come_newest_first_and_page_by_page(person: Person) -> None:
    assert "There are no jobs yet." in person.run("jobs").err
    made = [json.loads(person.buy(f"mug {n}", "--json").out)["data"]["job_id"] for n in range(3)]
    first = person.json("jobs", "--limit", "2")["data"]
    assert [job["job_id"] for job in first["items"]] == made[:0:-1]
    last = person.json("jobs", "--limit", "2", "--cursor", first["next_cursor"])["data"]
    assert [job["job_id"] for job in last["items"]] == made[:1]
    assert last["next_cursor"] is None
    assert [line.split()[0] for line in person.run("jobs").out.splitlines()] == made[::-1]
    assert person.json("jobs", "--state", "failed")["data"]["items"] == []
    assert person.run("jobs", "--cursor", "j_none").code == 9


def test_spending_adds_up_to_what_the_gateway_billed(person: Person) -> None:
    assert "Nothing has been spent yet." in person.run("spend").err
    person.buy("a mug")
    person.buy("a lamp")
    for by in ("day", "gateway", "model"):
        told = person.json("spend", "--by", by)["data"]
        assert sum(line["pictures"] for line in told["items"]) == 2
    billed = sum(bill["micro"] for bill in person.bills())
    charged = sum(round(float(line["charged"]) * 1_000_000) for line in told["items"])
    assert abs(charged - billed) <= 4
    assert person.json("spend", "--since", "2999-01-01")["data"]["items"] == []


def test_the_command_is_the_one_that_was_installed() -> None:
    assert Path(LIMNER).is_file()


def test_a_picture_that_is_not_what_its_name_says_is_renamed_and_that_is_said(person: Person) -> None:
    quote = person.json("quote", "a mug", "-m", "gemini-3-pro-image-preview")["data"]["quote_id"]
    ran = person.run("run", quote, "--approve", quote, "--out", "mug.png", "--json")
    assert Path(ran.json["data"]["images"][0]["path"]).name == "mug.jpg"
    said = "mug.png was saved as mug.jpg: the picture is JPEG, whatever it was to be called."
    assert said in ran.json["warnings"]
    other = person.json("quote", "a cup", "-m", "gemini-3-pro-image-preview")["data"]["quote_id"]
    assert "was saved as" not in person.run("run", other, "--approve", other, "--out", "cup.jpeg").err
