"""What the pages do: ask, agree, make, find, close questions, add up. Through HTTP, against bills."""

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from buyer import Buyer
from limner import Output
from limner.errors import ApprovalNeeded, Declined
from limner.forgetting import Keeper

from .hanging import hang
from .visitor import Studio, Visitor

MODEL = "omnimaas|gpt-image-2"


def ended(visitor: Visitor, job: str) -> str:
    """The job's page, once it has ended."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        answer = visitor.http.get(f"/live/job/{job}?once=1")
        if answer.json()["stand"] != "live":
            return visitor.see(f"/job/{job}")
    raise AssertionError(answer.text)


def quoted(visitor: Visitor, prompt: str, **wishes: str) -> str:
    """The address of the card that a wish led to."""
    answer = visitor.press("/make", prompt=prompt, model=MODEL, **wishes)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_from_words_to_a_picture_with_one_yes_and_one_bill(visitor: Visitor, buyer: Buyer) -> None:
    before = len(buyer.bills())
    card = quoted(visitor, "a red mug on oak", size="1024x1024")
    page = visitor.see(card)
    assert "a red mug on oak" in page
    assert len(buyer.bills()) == before
    answer = visitor.press(card, answer="make")
    job = answer.headers["location"].rpartition("/")[2]
    page = ended(visitor, job)
    assert f"/picture/{job}/0" in page
    assert visitor.press(card, answer="make").headers["location"] == f"/job/{job}"
    assert len(buyer.bills()) == before + 1
    assert buyer.client.ledger.approval(card.rpartition("/")[2])["by_whom"] == "studio"  # type: ignore[index]
    assert f"/job/{job}" in visitor.see(card)


def test_an_agents_quote_waits_on_the_wall_and_the_agent_goes_on(visitor: Visitor, buyer: Buyer) -> None:
    quote = buyer.client.quote("an agent's harbour", model="gpt-image-2")
    assert f"/approve/{quote.id}" in visitor.see("/")
    answer = visitor.press(f"/approve/{quote.id}", answer="yes")
    assert answer.headers["location"] == f"/approve/{quote.id}"
    assert buyer.client.ledger.job_of_quote(quote.id) is None
    job = buyer.client.run(quote.id, Output(folder=str(buyer.folder)))
    assert job.state == "done"
    assert f"/approve/{quote.id}" not in visitor.see("/")


def test_where_only_a_persons_own_hand_counts_the_studio_is_one(buyer: Buyer, visitor: Visitor) -> None:
    settings = buyer.home / "config.toml"
    before = settings.read_text("utf-8")
    settings.write_text('approval = { mode = "person" }\n' + before, "utf-8")
    try:
        from limner import Client

        with Client(home=str(buyer.home)) as agent:
            quote = agent.quote("a guarded gate", model="gpt-image-2")
            with pytest.raises(ApprovalNeeded):
                agent.approve(quote.id, by="relay")
            visitor.press(f"/approve/{quote.id}", answer="yes")
            assert agent.ledger.approval(quote.id)["by_whom"] == "studio"  # type: ignore[index]
    finally:
        settings.write_text(before, "utf-8")


@pytest.mark.parametrize("pressed", [("no",), ("yes", "no")], ids=["at once", "after a yes"])
def test_a_no_spends_nothing_and_holds_for_everybody(
    pressed: tuple[str, ...], visitor: Visitor, buyer: Buyer
) -> None:
    before = len(buyer.bills())
    card = quoted(visitor, "never made")
    quote = card.rpartition("/")[2]
    assert visitor.press(card, answer="perhaps").headers["location"] == card
    for answer in pressed:
        location = visitor.press(card, answer=answer).headers["location"]
    assert "declined" in location
    assert "written down" in visitor.see(location)
    assert card not in visitor.see("/")
    assert "You said no to this" in visitor.see(card)
    assert visitor.press(card, answer="make").status_code == 409
    for go_on in (buyer.client.approve, buyer.client.run):
        with pytest.raises(Declined, match=quote):
            go_on(quote)
    assert buyer.client.ledger.approval(quote) is None
    assert len(buyer.bills()) == before


def test_a_no_after_the_picture_changes_nothing(visitor: Visitor, buyer: Buyer) -> None:
    card = quoted(visitor, "made already")
    job = visitor.press(card, answer="make").headers["location"].rpartition("/")[2]
    answer = visitor.press(card, answer="no")
    assert answer.status_code == 409
    assert job in answer.text
    assert f"/picture/{job}/0" in ended(visitor, job)


@pytest.mark.parametrize("quote", ["q_222222222222", "j_x", "%3Cscript%3E"])
def test_a_quote_that_is_none_is_said_plainly(quote: str, visitor: Visitor) -> None:
    assert "There is no quote" in visitor.see(f"/approve/{quote}", 404)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"prompt": ""}, "empty"),
        ({"prompt": "x", "n": "0"}, "not 0"),
        ({"prompt": "x", "n": "-1"}, "-1"),
        ({"prompt": "x", "n": "1000"}, "1000"),
        ({"prompt": "x", "size": "enormous"}, "enormous"),
        ({"prompt": "x", "model": "omnimaas|nothing"}, "no model nothing"),
        ({"prompt": "x", "model": "nowhere|x"}, "no gateway nowhere"),
        ({"prompt": "x", "like": "j_x/0", "keep_like": "1"}, "j_x"),
    ],
)
def test_a_wish_that_cannot_be_is_answered_in_one_sentence(
    fields: dict[str, str], said: str, visitor: Visitor
) -> None:
    answer = visitor.press("/make", **{"model": MODEL, **fields})
    assert answer.status_code in {404, 422}
    assert said in answer.text
    assert "Traceback" not in answer.text


def test_a_reference_goes_along_under_its_own_name(visitor: Visitor, buyer: Buyer) -> None:
    job = buyer.make("a mug", model="gpt-image-2")
    picture = Path(job.pictures[0].path).read_bytes()
    headers = {"origin": visitor.studio.url}
    fields = {"prompt": "the same mug on a beach", "model": MODEL, "csrf": visitor.csrf()}
    files = {"references": ("../../meine Tasse.png", picture, "image/png")}
    answer = visitor.http.post("/make", data=fields, files=files, headers=headers)
    card = str(answer.headers["location"])
    page = visitor.see(card)
    assert "meine-Tasse.png" in page
    quote = buyer.client.ledger.quote(card.rpartition("/")[2])
    assert Path(quote.choice.references[0].source).read_bytes() == picture
    assert buyer.home in Path(quote.choice.references[0].source).parents
    shown = visitor.http.get(f"/reference/{quote.id}/0")
    assert shown.headers["content-type"] == "image/webp"


@pytest.mark.parametrize(("language", "said"), [("en", "You could use instead"), ("zh", "建议改用")])
def test_a_failure_says_why_what_it_cost_and_what_else_could_make_it(
    language: str, said: str, studio: Studio, buyer: Buyer
) -> None:
    job = buyer.make("something [[moderation]]", model="gpt-image-2")
    with studio.visited(language=language) as visitor:
        page = visitor.see(f"/job/{job.id}")
        wall = visitor.see("/?state=failed")
    assert said in page
    assert "❌" not in page
    assert f"/job/{job.id}" in wall


def test_a_dropped_picture_is_kept_while_it_may_be_sent_and_can_be_forgotten(
    visitor: Visitor, buyer: Buyer
) -> None:
    picture = Path(buyer.make("a spoon", model="gpt-image-2").pictures[0].path).read_bytes()
    headers = {"origin": visitor.studio.url}
    fields = {"prompt": "the spoon", "model": MODEL, "csrf": visitor.csrf()}
    visitor.http.post("/make", data=fields, files={"references": ("spoon.png", picture)}, headers=headers)
    visitor.http.post(
        "/make", data={**fields, "prompt": ""}, files={"references": ("idle.png", picture)}, headers=headers
    )
    kept = Keeper(buyer.client.ledger, buyer.client.home).kept(["references"])[0]
    named = [path.name for path in kept.paths]
    assert ("idle.png" in named, "spoon.png" in named) == (True, False)


def test_a_file_that_is_no_picture_is_named_as_the_person_knows_it(visitor: Visitor) -> None:
    headers = {"origin": visitor.studio.url}
    fields = {"prompt": "x", "model": MODEL, "csrf": visitor.csrf()}
    files = {"references": ("notes.png", b"just some notes", "image/png")}
    answer = visitor.http.post("/make", data=fields, files=files, headers=headers)
    assert answer.status_code == 422
    assert "notes.png is not a picture" in answer.text
    assert str(visitor.studio.home) not in answer.text


def test_words_are_understood_and_can_be_taken_literally(visitor: Visitor, buyer: Buyer) -> None:
    told = "a fox in the snow, 1536x1024, two pictures"
    token = visitor.csrf()
    shown = visitor.press("/understand", token=token, prompt=told).text
    assert "1536x1024" in shown
    assert visitor.press("/understand", token=token, prompt=told, literal="1").text.strip() == ""
    read = buyer.client.ledger.quote(quoted(visitor, told).rpartition("/")[2]).choice
    literal = buyer.client.ledger.quote(quoted(visitor, told, literal="1").rpartition("/")[2]).choice
    assert (read.size, read.request.prompt == told) == ("1536x1024", False)
    assert literal.request.prompt == told


def test_going_on_from_a_picture_sends_it_and_remembers_where_it_came_from(
    visitor: Visitor, buyer: Buyer
) -> None:
    first = buyer.make("a paper crane", model="gpt-image-2")
    like = f"{first.id}/0"
    assert "a paper crane" in visitor.see(f"/make?like={like}")
    card = quoted(visitor, "the crane flies", like=like, keep_like="1")
    job = visitor.press(card, answer="make").headers["location"].rpartition("/")[2]
    assert f"/job/{first.id}/0" in ended(visitor, job)
    assert f"/job/{job}/0" in visitor.see(f"/job/{first.id}")


def test_a_question_shows_its_evidence_and_is_closed_by_a_button(visitor: Visitor, buyer: Buyer) -> None:
    job = buyer.make("a storm [[524]]", model="gpt-image-2", attempts=1)
    assert job.state == "unknown"
    page = visitor.see("/questions")
    assert "HTTP 524" in page
    assert f"/job/{job.id}/resolve" in page
    looked = visitor.press(f"/job/{job.id}/recover")
    assert looked.headers["location"].startswith("/questions")
    assert visitor.press(f"/job/{job.id}/resolve", charged="perhaps").status_code == 422
    visitor.press(f"/job/{job.id}/resolve", charged="no")
    assert f"/job/{job.id}/resolve" not in visitor.see("/questions")
    assert buyer.client.job(job.id).charged == "no"
    again = visitor.press(f"/job/{job.id}/resolve", charged="yes")
    assert (again.status_code, buyer.client.job(job.id).charged) == (409, "no")


def test_a_job_that_is_on_its_way_is_called_back_as_far_as_it_can_be(visitor: Visitor, buyer: Buyer) -> None:
    before = len(buyer.bills())
    card = quoted(visitor, "a slow kettle [[slow]]")
    job = visitor.press(card, answer="make").headers["location"].rpartition("/")[2]
    told = visitor.press(f"/job/{job}/cancel").headers["location"]
    assert "called=" in told
    assert 'role="status"' in visitor.see(told)
    page = ended(visitor, job)
    assert len(buyer.bills()) - before == (f"/picture/{job}/0" in page)


def test_a_vague_wish_is_offered_fuller_words_before_the_yes(visitor: Visitor) -> None:
    page = visitor.see(quoted(visitor, "cat", size="1536x1024"))
    fuller = re.search(r'href="(/make[?]q=cat[^"]+)"', page)
    assert fuller is not None
    form = visitor.see(fuller[1].replace("&amp;", "&"))
    assert 'value="1536x1024"' in form
    assert f'value="{MODEL}" selected' in form


def test_a_job_survives_the_studio_that_started_it(buyer: Buyer, studio: Studio) -> None:
    from .visitor import opened

    with opened(buyer.home) as brief, brief.visited() as visitor:
        card = quoted(visitor, "a bridge [[slow]]")
        job = visitor.press(card, answer="make").headers["location"].rpartition("/")[2]
        brief.process.send_signal(signal.SIGKILL)
        brief.process.wait(20)
    with studio.visited() as visitor:
        assert f"/picture/{job}/0" in ended(visitor, job)


def test_spending_is_drawn_with_its_limit_and_told_as_a_table(visitor: Visitor, buyer: Buyer) -> None:
    buyer.make("a kite", model="gpt-image-2")
    page = visitor.see("/spending")
    lines, _ = buyer.client.spend("day")
    assert page.count(str(lines[0].charged)) >= 2
    assert "¥2000.00" in page
    assert "<table>" in page
    for by in ("gateway", "model", "nonsense"):
        for days in ("7", "365", "-1", "x"):
            assert 'class="chart"' in visitor.see(f"/spending?by={by}&days={days}")


def test_a_stopped_gateway_can_be_let_go_on(visitor: Visitor, buyer: Buyer) -> None:
    for _ in range(3):
        lost = buyer.make("[[524]] again", model="gpt-image-2", attempts=1)
        last = lost.id
    page = visitor.see("/setup")
    assert "/setup/omnimaas/resume" in page
    visitor.press("/setup/omnimaas/resume")
    assert "/setup/omnimaas/resume" not in visitor.see("/setup")
    assert buyer.make("calm again", model="gpt-image-2").state == "done"
    assert last in visitor.see("/questions")


def test_a_wall_is_walked_through_page_by_page(visitor: Visitor, buyer: Buyer) -> None:
    hang(buyer, 200)
    seen: list[str] = []
    page = visitor.see("/?q=number")
    while True:
        seen += re.findall(r'href="(/job/j_\w+/\d+)', page)
        found = re.search(r'hx-get="(/more[^"]+)"', page)
        if found is None:
            break
        page = visitor.see(found[1].replace("&amp;", "&"))
    assert len(seen) == len(set(seen)) == 200
    assert visitor.see("/?q=number+14").count("data-tile") == 10
    assert visitor.see("/?q=number&model=omnimaas%7Cdall-e-3").count("data-tile") == 0
    assert visitor.see("/?q=%25").count("data-tile") == 0
    assert visitor.see("/?day=1999-01-01&q=number").count("data-tile") == 0
    today = time.strftime("%Y-%m-%d")
    assert visitor.see(f"/?day={today}&q=number").count("data-tile") == 48
    assert visitor.see("/?day=nonsense&state=nonsense&model=x").count("data-tile") == 0
    middle = visitor.see(f"{seen[100]}?q=number")
    assert f'data-older="{seen[101]}?q=number"' in middle
    assert f'data-newer="{seen[99]}?q=number"' in middle


def test_the_command_opens_the_same(buyer: Buyer) -> None:
    command = [str(Path(sys.executable).with_name("limner")), "studio", "--no-open", "--lang", "zh"]
    process = subprocess.Popen(
        [*command, "--home", str(buyer.home / "other"), "--port", "0"], stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr is not None
        said = process.stderr.readline() + process.stderr.readline()
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert "工作室已打开" in said
    assert "/enter?token=" in said
    assert list((buyer.home / "other" / "studios").iterdir()) == []
