"""Odd answers and odd links: nothing here may end in a traceback, or reach where it should not."""

import base64
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from limner.gateways import Key
from loopback import Reply, Seen, serving
from pictures import noise, saved


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return saved(noise((96, 96)), tmp_path_factory.mktemp("picture") / "noise.png").read_bytes()


def answer(**item: Any) -> Reply:
    return Reply(200, json.dumps({"created": 1, "data": [item]}).encode())


def shop(first: Reply, then: Callable[[Seen], Reply | None]) -> Callable[[Seen], Reply | None]:
    """The first answer to what is paid for, the second to whatever else is asked."""
    return lambda seen: first if seen.method == "POST" else then(seen)


def test_a_link_at_the_gateways_own_origin_is_fetched_with_the_key(new_buyer, picture: bytes) -> None:
    with serving(shop(answer(url="/made/one.png"), lambda _: Reply(200, picture))) as server:
        buyer = new_buyer(url=f"{server.url}/v1")
        job = buyer.make(model="gpt-image-2")
    assert (job.state, server.seen[1].path) == ("done", "/made/one.png")
    assert server.seen[1].headers["authorization"] == f"Bearer {buyer.key}"
    assert Path(job.pictures[0].path).read_bytes() == picture


def test_a_link_to_another_port_of_the_gateway_is_fetched_without_the_key(new_buyer, picture: bytes) -> None:
    with (
        serving(lambda _: Reply(200, picture)) as far,
        serving(lambda _: answer(url=f"{far.url}/x.png")) as near,
    ):
        job = new_buyer(url=f"{near.url}/v1").make(model="gpt-image-2")
    assert (job.state, len(far.seen)) == ("done", 1)
    assert "authorization" not in far.seen[0].headers


def test_a_redirected_link_is_followed_and_loses_the_key(new_buyer, picture: bytes) -> None:
    with serving(lambda _: Reply(200, picture)) as far:
        moved = Reply(302, b"", {"Location": f"{far.url}/there.png"})
        with serving(shop(answer(url="/here.png"), lambda _: moved)) as near:
            job = new_buyer(url=f"{near.url}/v1").make(model="gpt-image-2")
    assert job.state == "done"
    assert "authorization" in near.seen[1].headers
    assert [(seen.path, "authorization" in seen.headers) for seen in far.seen] == [("/there.png", False)]


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.2", "[::1]", "0.0.0.0", "10.1.2.3", "169.254.169.254"]
)
@pytest.mark.parametrize("way", ["link", "redirect"])
def test_a_link_to_a_private_address_is_not_followed(new_buyer, host: str, way: str) -> None:
    with serving(lambda _: Reply(200, b"secret")) as inner:
        port = inner.url.rpartition(":")[2]
        target = f"http://{host}:{port}/x.png"
        first = answer(url=target if way == "link" else "/here.png")
        moved = Reply(302, b"", {"Location": target})
        with serving(shop(first, lambda _: moved)) as near:
            job = new_buyer(url=f"{near.url}/v1").make(model="gpt-image-2")
    assert inner.seen == []
    assert (job.state, job.error, job.pictures) == ("collecting", "picture.link_failed", ())


ODD = [
    "http://[bad/x.png",
    "http://gateway.example:99999/x.png",
    "https://exa mple.invalid/x.png",
    "https://b\u00fccher.invalid/\u00fc.png",
    "http://nowhere.invalid/x.png",
    "http://127.0.0.1:1/x.png",
    "//nowhere.invalid/x.png",
    "https://nowhere.invalid/" + "x" * 10_000 + ".png",
    "http://nowhere.invalid/\r\nHost: evil",
]


@pytest.mark.parametrize("url", ODD)
def test_an_odd_link_leaves_the_job_to_be_collected_later(new_buyer, url: str) -> None:
    with serving(lambda _: answer(url=url)) as server:
        job = new_buyer(url=f"{server.url}/v1").make(model="gpt-image-2")
    assert job.state == "collecting"
    assert job.error in {"picture.link_odd", "picture.link_failed"}


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://h/x.png", "javascript:alert(1)", "x.png", ""])
def test_what_is_no_web_link_is_not_taken_for_one(new_buyer, url: str) -> None:
    with serving(lambda _: answer(url=url)) as server:
        job = new_buyer(url=f"{server.url}/v1").make(model="gpt-image-2")
    assert (job.state, job.error, len(server.seen)) == ("unknown", "answer.unreadable", 1)


LINKS = {
    "redirects without end": (
        lambda _: Reply(302, b"", {"Location": "/again.png"}),
        "picture.link_redirects",
    ),
    "redirects to nowhere": (lambda _: Reply(302), "picture.link_gone"),
    "redirects to a file": (
        lambda _: Reply(302, b"", {"Location": "file:///etc/passwd"}),
        "picture.link_odd",
    ),
    "redirects to nonsense": (lambda _: Reply(302, b"", {"Location": "http://[bad"}), "picture.link_odd"),
    "hangs up": (lambda _: None, "picture.link_failed"),
    "stops half way": (lambda _: Reply(200, b"half", {"Content-Length": "999"}), "picture.link_failed"),
    "is packed badly": (
        lambda _: Reply(200, b"no gzip", {"Content-Encoding": "gzip"}),
        "picture.link_failed",
    ),
}


@pytest.mark.parametrize("way", LINKS)
def test_a_link_that_fails_in_any_way_leaves_the_job_to_be_collected_later(new_buyer, way: str) -> None:
    then, error = LINKS[way]
    with serving(shop(answer(url="/one.png"), then)) as server:
        buyer = new_buyer(url=f"{server.url}/v1")
        job = buyer.make(model="gpt-image-2")
        assert (job.state, job.error, job.charged) == ("collecting", error, "unknown")
        assert [seen.method for seen in server.seen].count("POST") == 1


def test_a_link_that_works_again_is_brought_home_by_recover(new_buyer, picture: bytes) -> None:
    works: list[bool] = []

    def then(_: Seen) -> Reply:
        return Reply(200, picture) if works else Reply(503)

    with serving(shop(answer(url="/one.png"), then)) as server:
        buyer = new_buyer(url=f"{server.url}/v1")
        job = buyer.make(model="gpt-image-2")
        works.append(True)
        again = buyer.client.recover(job.id)
        assert (job.state, again.state, again.charged, again.error) == ("collecting", "done", "yes", None)
        assert Path(again.pictures[0].path).read_bytes() == picture
        assert [seen.method for seen in server.seen] == ["POST", "GET", "GET"]


def test_an_empty_page_behind_a_link_is_no_picture(new_buyer) -> None:
    with serving(shop(answer(url="/one.png"), lambda _: Reply())) as server:
        job = new_buyer(url=f"{server.url}/v1").make(model="gpt-image-2")
    assert (job.state, job.error, job.charged) == ("failed", "picture.broken", "yes")


@pytest.mark.parametrize("coding", ["gzip", "x-gzip"])
def test_an_answer_that_was_packed_against_our_wish_is_read(new_buyer, picture: bytes, coding: str) -> None:
    packed = gzip.compress(answer(b64_json=base64.b64encode(picture).decode()).body)
    with serving(lambda _: Reply(200, packed, {"Content-Encoding": coding})) as server:
        job = new_buyer(url=f"{server.url}/v1").make(model="gpt-image-2")
    assert job.state == "done"


def test_an_answer_that_was_packed_badly_is_unknown(new_buyer) -> None:
    with serving(lambda _: Reply(200, b"no gzip", {"Content-Encoding": "gzip"})) as server:
        job = new_buyer(url=f"{server.url}/v1").make(model="gpt-image-2")
    assert (job.state, job.error, job.charged) == ("unknown", "answer.unreadable", "unknown")


USAGES: list[Any] = [
    {"input_tokens": 10**30, "output_tokens": 10**30, "total_tokens": 10**30},
    {"input_tokens": -5, "output_tokens": -5, "total_tokens": -10},
    {"input_tokens": "12", "output_tokens": "x", "total_tokens": True},
    {"input_tokens": 1.5, "output_tokens": None, "total_tokens": []},
    [1, 2],
    "many",
    7,
]


@pytest.mark.parametrize("usage", USAGES, ids=str)
def test_a_count_of_tokens_that_cannot_be_one_is_not_believed(new_buyer, picture: bytes, usage: Any) -> None:
    item = {"b64_json": base64.b64encode(picture).decode()}
    body = json.dumps({"data": [item], "usage": usage}).encode()
    with serving(lambda _: Reply(200, body)) as server:
        job = new_buyer(url=f"{server.url}/v1").make(model="gpt-image-2")
    assert (job.state, job.cost_basis, str(job.cost)) == ("done", "tariff", "¥0.35")


BODIES: list[Any] = [
    [],
    {},
    None,
    "words",
    3,
    {"data": None},
    {"data": {}},
    {"data": [None, 1, []]},
    {"data": [{"b64_json": 5, "url": 6}]},
    {"choices": [None, {"message": None}, {"message": {"content": [None, 3]}}]},
    {"candidates": [{"content": 5}, {"content": {"parts": None}}]},
    {"error": None},
    {"choices": [{"message": {"content": '{"imageUrl": 5}'}}]},
    {"choices": [{"message": {"content": '{"data": ' + "[" * 5_000}}]},
]


@pytest.mark.parametrize("body", BODIES, ids=lambda body: str(body)[:40])
def test_an_answer_of_any_shape_without_a_picture_ends_in_words(new_buyer, body: Any) -> None:
    with serving(lambda _: Reply(200, json.dumps(body).encode())) as server:
        job = new_buyer(url=f"{server.url}/v1").make()
    assert job.state in {"unknown", "failed"}
    assert job.error in {"answer.unreadable", "answer.words_only"}
    assert job.uncertain == job.ceiling


@pytest.mark.parametrize(
    "body", [{"error": "no"}, {"error": {"message": 5}}, {"error": {"code": 7}}, {"detail": "x"}]
)
@pytest.mark.parametrize("status", [200, 400, 401, 429, 500])
def test_an_error_of_any_shape_ends_in_words(new_buyer, body: Any, status: int) -> None:
    with serving(lambda _: Reply(status, json.dumps(body).encode())) as server:
        job = new_buyer(url=f"{server.url}/v1").make()
    assert job.state in {"unknown", "failed"}
    assert job.error and job.error.startswith(("gateway.", "answer."))


def test_a_gateway_that_hangs_up_leaves_the_job_unknown(new_buyer) -> None:
    with serving(lambda _: None) as server:
        job = new_buyer(url=f"{server.url}/v1").make()
    assert (job.state, job.error, len(server.seen)) == ("unknown", "gateway.broke_off", 1)


def test_an_address_that_speaks_no_tls_was_sent_nothing(new_buyer) -> None:
    with serving(lambda _: Reply()) as server:
        job = new_buyer(url=server.url.replace("http:", "https:") + "/v1").make()
    assert (job.state, job.charged, job.sent, server.seen) == ("failed", "no", 0, [])


@pytest.mark.parametrize("size", [1, 3, 19, 20, 21, 64, 5000])
def test_a_key_is_hidden_wherever_a_chunk_ends_inside_it(size: int) -> None:
    secret = "sk-" + "".join(Random(2).choices("abcdef0123456789", k=37))
    said = (b"x" * 17 + secret.encode() + b"sk-" + secret[:20].encode() + secret.encode() * 2 + b"end") * 9
    chunks = [said[at : at + size] for at in range(0, len(said), size)]
    told = b"".join(Key(secret, "").hidden(chunks))
    assert told == said.replace(secret.encode(), str(Key(secret, "")).encode())
    assert secret.encode() not in told


def test_a_word_that_serves_as_a_key_is_left_alone(new_buyer) -> None:
    assert b"".join(Key("none", "").hidden([b"none of this"])) == b"none of this"
