"""What a snapshot of skills.video says: whose id, which state, which pictures, what was billed."""

import json
from typing import Any

import pytest

from limner.events import Event
from limner.money import Money
from limner.providers import skillsvideo_snapshots as snapshots
from limner.results import Inline, Link

PICTURE = {"id": "img_1", "status": "ready", "url": "https://x/1.png"}


def of(body: dict[str, Any], name: str = "") -> snapshots.Snapshot:
    found = snapshots.of_event(Event(name, json.dumps(body)), "credit")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("body", "task"),
    [
        ({"id": "g"}, "g"),
        ({"id": "g", "data": {"id": "d", "status": "ready"}}, "g"),
        ({"generationId": "g", "id": "event-7"}, "g"),
        ({"status": "IN_QUEUE", "data": {"id": "d"}}, ""),
        ({"status": "COMPLETED", "data": {"images": [PICTURE], "image": PICTURE}}, ""),
        ({"type": "update", "data": {"id": "g", "status": "IN_QUEUE"}}, "g"),
        ({"type": "update", "generation": {"task_id": "g"}}, "g"),
        ({"input": {"id": "i", "status": "x"}, "usage": {"id": "u", "status": "x"}}, ""),
        ({"id": 7, "status": "IN_QUEUE"}, ""),
    ],
)
def test_an_id_is_only_what_stands_where_a_generation_s_id_stands(body: dict[str, Any], task: str) -> None:
    assert of(body).id == task


@pytest.mark.parametrize(
    ("body", "name", "state"),
    [
        ({"status": "IN_QUEUE"}, "", "running"),
        ({"status": " completed "}, "", "done"),
        ({"status": "succeeded"}, "", "done"),
        ({"state": "FAILED"}, "", "failed"),
        ({"queue_state": "CANCELLED"}, "", "canceled"),
        ({"predictionStatus": "canceled"}, "", "canceled"),
        ({"status": "WARMING_UP"}, "", "running"),
        ({"id": "g"}, "", "running"),
        ({"id": "g"}, "failed", "failed"),
        ({"id": "g"}, "Failure", "failed"),
        ({"id": "g"}, "canceled", "canceled"),
        ({"id": "g"}, "completed", "done"),
        ({"id": "g"}, "error", "running"),
        ({"id": "g", "status": "FAILED"}, "done", "failed"),
        ({"id": "g", "data": {"status": "COMPLETED"}}, "", "done"),
        ({"id": "g", "status": "IN_PROGRESS", "data": {"status": "COMPLETED"}}, "", "running"),
        ({"id": "g", "data": {"images": [{"status": "FAILED"}]}}, "", "running"),
        ({"id": "g", "input": {"status": "FAILED"}}, "", "running"),
    ],
)
def test_the_state_is_the_task_s_own_word_else_the_event_s_name(
    body: dict[str, Any], name: str, state: str
) -> None:
    assert of(body, name).progress.state == state


@pytest.mark.parametrize(
    ("data", "sources"),
    [
        (
            {"images": [{"url": "https://x/1"}, {"url": "https://x/2"}]},
            (Link("https://x/1"), Link("https://x/2")),
        ),
        ({"images": [PICTURE], "image": {"url": PICTURE["url"]}}, (Link("https://x/1.png"),)),
        ({"images": ["https://x/1", "/pictures/2"]}, (Link("https://x/1"), Link("/pictures/2"))),
        ({"image": {"url": "data:image/png;base64,aa\nbb"}}, (Inline("aabb"),)),
        ({"images": [{"url": "ftp://x/1"}, {"url": None}, 3]}, ()),
        (None, ()),
    ],
)
def test_pictures_are_told_once_and_in_order(data: Any, sources: tuple[Any, ...]) -> None:
    ended = of({"id": "g", "status": "COMPLETED", "data": data, "input": {"image_urls": ["https://in/1"]}})
    assert ended.progress.sources == sources
    assert of({"id": "g", "status": "FAILED", "data": data}).progress.sources == ()


@pytest.mark.parametrize(
    ("usage", "cost", "charged"),
    [
        ({"total": 12}, Money(12_000_000, "credit"), "yes"),
        ({"total": 0.5}, Money(500_000, "credit"), "yes"),
        ({"total": "3.25"}, Money(3_250_000, "credit"), "yes"),
        ({"total": 0}, Money(0, "credit"), "no"),
        ({"total": True}, None, "unknown"),
        ({"total": "much"}, None, "unknown"),
        (None, None, "unknown"),
    ],
)
def test_what_was_billed_is_the_total(usage: Any, cost: Money | None, charged: str) -> None:
    progress = of({"id": "g", "status": "FAILED", "code": "X", "message": "no", "usage": usage}).progress
    assert (progress.usage.cost, progress.charged, progress.reason) == (cost, charged, "no")


@pytest.mark.parametrize("data", ["[DONE]", "words", "[1]", '{"id": ', "[" * 100_000])
def test_what_is_no_snapshot_is_passed_over(data: str) -> None:
    assert snapshots.of_event(Event("", data), "credit") is None


@pytest.mark.parametrize(
    ("body", "code", "reason"),
    [
        ({"code": "A", "error": "B", "message": "m"}, "A", "m"),
        ({"error": "B", "message": "m"}, "B", "m"),
        ({"error": {"code": "C", "message": "n"}}, "C", "n"),
        ({"message": "m"}, "", "m"),
        ({"error": "B"}, "B", "B"),
        ({}, "", ""),
    ],
)
def test_every_generation_of_bodies_names_its_code_and_its_reason(
    body: dict[str, Any], code: str, reason: str
) -> None:
    assert (snapshots.code(body), snapshots.reason(body)) == (code, reason)
