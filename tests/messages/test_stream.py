"""What whoever waits is told: whole in six languages, in plain words, in order, then silence."""

import asyncio
import json
import re
from string import Formatter

import pytest

from buyer import Buyer
from conftest import NewBuyer
from limner import AsyncClient, errors, messages
from limner.messages import en, en_stream, es, ja, ko, pt, reasons, stream, zh, zh_stream
from limner.messages.stream import Message, Story
from limner.messages.written import language_of
from limner.narration import Narrator, told

from .outcomes import ERRORS, GOLDEN, page, points

TABLES = {"en": en_stream, "zh": zh_stream, "ja": ja, "ko": ko, "es": es, "pt": pt}
# What the skill whose protocol this is never says to anybody, and the same in the other languages.
NEVER = re.compile(
    r"\bscripts?\b|\.py\b|脚本|スクリプト|스크립트|\bguion\b|automati[oz]|automatiza|自动化|自動化|자동화"
    r"|查询接口|产品列表|自动解析|智能轮询|轮询|接口|attribute_?id|model_?version|form_?config|\bAPIs?\b|\bHTTPS?\b"
    r"|\bJSON\b|\bpolling\b|resource_status|\b(400|401|403|404|429|500|502|503|524|4008|6006|6009|6010)\b"
    r"|invalid product|unauthori[sz]ed\b|task failed|time-?out|connection refused|rate limit|parameter not"
    r"|bad request|status code",
    re.IGNORECASE,
)


def facts_of(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", stream.LANGUAGES)
def test_every_outcome_reads_as_it_was_approved(language: str) -> None:
    assert page(language) == (GOLDEN / f"{language}.txt").read_text("utf-8")


@pytest.mark.parametrize("language", stream.LANGUAGES)
def test_every_language_has_every_message_with_the_same_facts(language: str) -> None:
    own, english = TABLES[language].TEXTS, en_stream.TEXTS
    assert sorted(own) == sorted(english)
    assert {key: facts_of(own[key]) for key in own} == {key: facts_of(english[key]) for key in english}


@pytest.mark.parametrize("language", stream.LANGUAGES)
def test_no_message_says_what_nobody_who_waits_wants_to_hear(language: str) -> None:
    said = {key: NEVER.findall(text) for key, text in TABLES[language].TEXTS.items()}
    assert {key: words for key, words in said.items() if words} == {}


def test_such_words_are_seen_when_they_are_there() -> None:
    for words in (
        "ima_image_create.py",
        "自动解析参数",
        "the script",
        "Error 6010",
        "HTTP 请求",
        "attribute_id",
    ):
        assert NEVER.search(words)
    assert not NEVER.search("this model is for subscribers only")


def test_the_languages_are_told_apart_and_are_those_of_the_tables() -> None:
    assert tuple(TABLES) == stream.LANGUAGES == messages.SPOKEN
    prompts = {
        "en": ("a lighthouse at dusk", "El Capitan at dawn", "São Paulo at night", "", "12345"),
        "zh": ("黄昏的灯塔", "画一只 cat", "奶茶の店 海报设计 温馨"),
        "ja": ("かわいい猫を描いて", "黄昏の灯台", "東京タワーの夜景、写真風"),
        "ko": ("귀여운 고양이 그려줘", "제주도 바다 photo"),
        "es": ("un gato con sombrero en la playa", "un faro al atardecer"),
        "pt": ("uma gata na praia com o mar", "um farol ao entardecer"),
    }
    assert {language: {language_of(one) for one in own} for language, own in prompts.items()} == {
        language: {language} for language in prompts
    }


def test_progress_never_claims_to_be_done_and_keeps_the_model_s_pace() -> None:
    story = Story("j_x", "en", "SeeDream 4.5", (30, 60), 20, points(5), points(5))
    assert [stream.percent(seconds, 60) for seconds in (0, 40, 57, 60, 600)] == [0, 66, 95, 95, 95]
    assert [stream.mark(story, seconds) for seconds in (0, 19, 20, 39, 40, 60)] == [0, 0, 1, 1, 2, 3]
    # What takes very long is reported less often.
    assert stream.mark(story, 180) == 9
    assert [stream.mark(story, seconds) for seconds in (259, 260, 339, 340)] == [9, 10, 10, 11]
    quick = story._replace(seconds=(20, 40), every=15)
    assert [stream.mark(quick, seconds) for seconds in (15, 19, 20, 30)] == [0, 0, 1, 2]


def test_every_reason_is_reached_and_has_words_in_every_language() -> None:
    assert {reason: reasons.plain(error) for reason, error in ERRORS.items()} == {
        reason: reason for reason in ERRORS
    }
    known = {key.removeprefix("reason_") for key in en_stream.TEXTS if key.startswith("reason_")}
    assert known == set(ERRORS)
    assert set(reasons._PLAIN.values()) <= known
    families = [one for one in reasons._PLAIN if not any(key.startswith(one) for key in en.TEXTS)]
    assert families == []


# What a gateway, the disk or a limit can do to a job; none of it may read as something nobody has words for.
FAMILIES = {
    "gateway",
    "task",
    "answer",
    "picture",
    "refused",
    "upload",
    "stream",
    "output",
    "ledger",
    "budget",
}
BESIDE = {"exists", "bad_name", "no_balance", "not_ours"}


def test_whatever_can_happen_to_a_job_has_a_plain_reason_of_its_own() -> None:
    keys = [
        key for key in en.TEXTS if key.partition(".")[0] in FAMILIES | {"key", "stopped", "quote", "home"}
    ]
    unspoken = [key for key in keys if reasons.plain(key) == "other" and key.rpartition(".")[2] not in BESIDE]
    assert unspoken == []


def test_hostile_facts_stay_facts() -> None:
    story = Story("j_x", "zh", "Mod\x1b[2Jel\u202e {x}", (1, 2), 20, points(1), points(1))
    for message in [*stream.opening(story), stream.progress(story, 30)]:
        assert not {"\x1b", "\u202e"} & set(message.text)


def steps(spoken: list[Message]) -> list[str]:
    return [message.step for message in spoken]


def test_a_job_is_told_from_first_to_last_and_then_no_more(buyer: Buyer) -> None:
    job = buyer.make("黄昏的灯塔")
    spoken = list(buyer.client.messages(job.id))
    assert steps(spoken) == ["acknowledge", "start", "success"]
    assert {message.language for message in spoken} == {"zh"}
    last = spoken[-1]
    assert last.pictures == (job.pictures[0].path,)
    assert json.loads(json.dumps(last.told()))["picture"] == job.pictures[0].path
    assert "details" not in last.told()
    narrator = Narrator(buyer.client.engine, job.id)
    assert len(narrator.look(0)) == 3
    assert narrator.look(0) == []


FAILURES = {
    "[[401]]": ("failure", "the key is not valid"),
    "[[no-funds]]": ("failure", "not enough credits"),
    "[[moderation]]": ("failure", "put it in other words"),
    "[[429]]": ("failure", "please wait a moment"),
    "[[400]]": ("failure", "adjust the size or the ratio"),
    "[[not-a-picture]]": ("failure", "not a proper picture"),
    "[[lost-after-charge]]": ("unknown", "no answer came back"),
}


@pytest.mark.parametrize("fault", FAILURES)
def test_a_failure_says_why_what_was_charged_and_nothing_technical(buyer: Buyer, fault: str) -> None:
    job = buyer.make(f"a mug {fault}", model="gpt-image-2")
    *_, last = buyer.client.messages(job.id)
    step, why = FAILURES[fault]
    assert (last.step, why in last.text) == (step, True), last.text
    assert ("nothing was charged" in last.text) == (job.charged == "no")
    assert not NEVER.search(re.sub(r"https://\S+", "", last.text)), last.text
    assert last.details == {}
    *_, debugged = buyer.client.messages(job.id, debug=True)
    assert debugged.details["error"] == job.error
    assert str(job.error) in debugged.text


def test_two_cheaper_ways_are_named_with_the_prices_of_this_moment(buyer: Buyer) -> None:
    job = buyer.make("a mug [[503]]", model="gpt-image-2", attempts=1)
    end = list(buyer.client.messages(job.id))[-1]
    others = [line for line in end.text.split("\n") if line.startswith("  - ")]
    assert len(others) == 2
    assert all("¥" in line for line in others)
    refused = buyer.make("a mug [[401]]", model="gpt-image-2")
    # Nothing else of this gateway would take the same key, and no other gateway is set up.
    assert "  - " not in list(buyer.client.messages(refused.id))[-1].text


def test_another_process_follows_a_job_from_the_ledger(new_buyer: NewBuyer) -> None:
    buyer = new_buyer("[messages]\nevery = 1\n")
    quote = buyer.approved("a mug", model="gpt-image-2")
    ledger = buyer.client.ledger
    job_id, _ = ledger.open_job(ledger.quote(quote), buyer.client.home.runs, {}, buyer.client.engine.owner.id)
    began = ledger.job(job_id).created_at / 1000
    seconds = iter([0.0, 0.5, 1.2, 1.4, 130.0, 600.0, 600.0])
    spoken = told(
        Narrator(buyer.client.engine, job_id),
        500,
        clock=lambda: began + next(seconds),
        pause=lambda _: None,
    )
    heard = list(spoken)
    assert steps(heard) == ["acknowledge", "start", "progress", "progress", "progress"]
    assert [message.percent for message in heard[2:]] == [1, 95, 95]
    assert "almost done" in heard[3].text
    assert "nothing is lost" in heard[4].text


def test_a_job_that_its_process_left_is_paused_not_failed(buyer: Buyer) -> None:
    job = buyer.make("a mug [[url]] [[link-404x9]]", model="gpt-image-2")
    assert buyer.client.is_left(job.id)
    *_, last = buyer.client.messages(job.id)
    assert (last.step, "at no extra cost" in last.text) == ("paused", True)


def test_a_refusal_before_there_is_a_job_is_a_last_word_too() -> None:
    error = errors.SetupNeeded("key.none", gateway="IMA Studio")
    message = stream.refusal(error.key, "ja", page="https://example.com")
    assert (message.step, message.job) == ("failure", "")
    assert "https://example.com" in message.text


def test_amounts_are_written_as_the_language_writes_them() -> None:
    told = [stream.amount(points(1), one) for one in stream.LANGUAGES]
    assert told == ["1 point", "1 积分", "1ポイント", "1포인트", "1 punto", "1 ponto"]
    assert messages.sentence("charged.yes", "zh", {"cost": points(5)}) == "已收费 5 积分。"
    assert zh.TEXTS["charged.yes"] == "已收费 {cost}。"


def test_the_messages_can_be_awaited(buyer: Buyer) -> None:
    job = buyer.make("un gato con sombrero en la playa")

    async def heard() -> list[Message]:
        async with AsyncClient(home=str(buyer.home)) as client:
            return [message async for message in client.messages(job.id)]

    spoken = asyncio.run(heard())
    assert steps(spoken) == ["acknowledge", "start", "success"]
    assert spoken[0].text.startswith("¡Vale!")
