"""Who may come in, and what nobody gets out: over real HTTP, as other sites and other programs would try."""

import contextlib
import os
import re
import socket
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from buyer import Buyer

from .visitor import Studio, Visitor, opened, stop_sandbox

PATHS = ("/", "/make", "/questions", "/spending", "/setup", "/more", "/work", "/sandbox/", "/sandbox/setup")


@pytest.mark.parametrize(
    "path", [*PATHS, "/job/{job}", "/picture/{job}/0", "/thumb/{job}/0", "/approve/{quote}"]
)
def test_nobody_sees_anything_without_the_link(path: str, studio: Studio, buyer: Buyer) -> None:
    quote = buyer.client.quote("a secret garden")
    path = path.format(job="j_2222222222", quote=quote.id)
    with studio.visited(let_in=False) as stranger:
        page = stranger.http.get(path, follow_redirects=True)
        bare = stranger.http.get(path, headers={"accept": "image/*"})
    assert (page.status_code, bare.status_code) == (403, 403)
    assert page.url.path == "/enter"
    assert "secret" not in page.text + bare.text
    assert not (buyer.home / "sandbox").exists()


def test_the_link_gives_a_cookie_that_scripts_and_other_sites_do_not_get(studio: Studio) -> None:
    with studio.visited(let_in=False) as one:
        answer = one.http.get(f"{studio.link}&to=/spending")
    assert (answer.status_code, answer.headers["location"]) == (303, "/spending")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert studio.token.lower() not in cookie


@pytest.mark.parametrize("worth", ["", "x", "A" * 43])
def test_a_cookie_of_the_right_name_and_another_worth_lets_nobody_in(worth: str, studio: Studio) -> None:
    cookie = {"cookie": f"limner_studio_{studio.port}={worth}"}
    with studio.visited(let_in=False) as stranger:
        page = stranger.http.get("/spending", headers=cookie)
        form = stranger.http.post("/setup/limit", data={}, headers={**cookie, "origin": studio.url})
    assert (page.status_code, form.status_code) == (303, 403)
    assert page.headers["location"].startswith("/enter")


@pytest.mark.parametrize("token", ["", "x", "A" * 32, "é"])
def test_a_wrong_token_lets_nobody_in(token: str, studio: Studio) -> None:
    with studio.visited(let_in=False) as stranger:
        by_link = stranger.http.get("/enter", params={"token": token, "again": "1"})
        by_hand = stranger.http.post("/enter", data={"token": token}, headers={"origin": studio.url})
    assert (by_link.status_code, by_hand.status_code) == (403, 403)
    assert "set-cookie" not in {**by_link.headers, **by_hand.headers}


def test_the_browser_that_is_opened_gets_a_ticket_for_one_entrance(tmp_path: Path) -> None:
    seen, browser = tmp_path / "opened.txt", tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {seen}.part && mv {seen}.part {seen}\n')
    browser.chmod(0o700)
    with opened(tmp_path, opens=str(browser)) as studio, studio.visited(let_in=False) as visitor:
        deadline = time.monotonic() + 20
        while not seen.exists() and time.monotonic() < deadline:
            visitor.http.get("/static/studio.css")
        link = seen.read_text().strip()
        assert studio.token not in link
        assert visitor.http.get(link).headers["location"] == "/"
        visitor.http.cookies.clear()
        assert visitor.http.get(link).status_code == 403


def test_the_link_can_be_pasted_in_another_browser(studio: Studio) -> None:
    with studio.visited(let_in=False) as one:
        answer = one.http.post(
            "/enter", data={"token": studio.link, "to": "/make"}, headers={"origin": studio.url}
        )
        assert (answer.status_code, answer.headers["location"]) == (303, "/make")
        assert "textarea" in one.see("/make")


@pytest.mark.parametrize(
    "to", ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "/enter?to=/"]
)
def test_nobody_is_led_away(to: str, visitor: Visitor) -> None:
    for path in ("/enter", "/language/zh"):
        assert visitor.http.get(path, params={"to": to}).headers["location"] == "/"


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1.evil.example:{port}"]
)
def test_another_name_for_this_machine_is_refused(host: str, visitor: Visitor) -> None:
    answer = visitor.http.get("/", headers={"host": host.format(port=visitor.studio.port)})
    assert answer.status_code == 421


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1:{port}"]
)
def test_a_yes_from_another_page_is_none(origin: str, visitor: Visitor, buyer: Buyer) -> None:
    quote = buyer.client.quote("a lighthouse", model="gpt-image-2")
    answer = visitor.press(
        f"/approve/{quote.id}", origin=origin.format(port=visitor.studio.port), answer="make"
    )
    assert answer.status_code == 403
    assert buyer.client.ledger.approval(quote.id) is None
    assert buyer.client.ledger.job_of_quote(quote.id) is None


@pytest.mark.parametrize("token", ["", "0" * 64, "é" * 64])
def test_a_yes_without_the_pages_own_token_is_none(token: str, visitor: Visitor, buyer: Buyer) -> None:
    quote = buyer.client.quote("a lighthouse", model="gpt-image-2")
    answer = visitor.press(f"/approve/{quote.id}", token=token, answer="make")
    without_origin = visitor.http.post(f"/approve/{quote.id}", data={"answer": "make"})
    assert (answer.status_code, without_origin.status_code) == (403, 403)
    assert buyer.client.ledger.approval(quote.id) is None


def test_looking_at_a_quote_is_no_yes(visitor: Visitor, buyer: Buyer) -> None:
    quote = buyer.client.quote("a lighthouse", model="gpt-image-2")
    visitor.see(f"/approve/{quote.id}?answer=make")
    assert visitor.http.put(f"/approve/{quote.id}").status_code in {403, 405}
    assert buyer.client.ledger.approval(quote.id) is None


@pytest.mark.parametrize(
    "path", ["/", "/nowhere", "/static/studio.js", "/static/../app.py", "/enter", "/favicon.ico"]
)
def test_every_answer_is_dressed(path: str, visitor: Visitor) -> None:
    headers = visitor.http.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    "path",
    [
        "/picture/..%2f..%2fconfig.toml/0",
        "/picture/{job}/1",
        "/picture/{job}/-1",
        "/picture/{job}/0%2f..%2f..",
        "/thumb/{job}/7",
        "/static/..%2f..%2fapp.py",
        "/static/%2e%2e/app.py",
        "/reference/q_222222222222/0",
    ],
)
def test_only_pictures_of_the_ledger_are_served(path: str, visitor: Visitor, buyer: Buyer) -> None:
    job = buyer.make(model="gpt-image-2")
    assert visitor.http.get(path.format(job=job.id)).status_code == 404
    assert visitor.http.get(f"/picture/{job.id}/0").content == Path(job.pictures[0].path).read_bytes()


def test_a_file_that_was_changed_is_not_passed_off_as_the_picture(visitor: Visitor, buyer: Buyer) -> None:
    job = buyer.make(model="gpt-image-2")
    assert visitor.http.get(f"/thumb/{job.id}/0").headers["content-type"] == "image/webp"
    other = buyer.make("another", model="gpt-image-2")
    Path(other.pictures[0].path).write_bytes(Path(job.pictures[0].path).read_bytes())
    assert visitor.http.get(f"/thumb/{other.id}/0").status_code == 404
    Path(other.pictures[0].path).unlink()
    assert visitor.http.get(f"/picture/{other.id}/0").status_code == 404
    assert "no longer" in visitor.see(f"/job/{other.id}")


def test_hostile_words_stay_words(visitor: Visitor, buyer: Buyer) -> None:
    hostile = "<script>alert(1)</script> \" onload=x '\u202eevil {{ 7*7 }} </textarea>"
    quote = buyer.client.quote(hostile, model="gpt-image-2")
    job = buyer.make(hostile, model="gpt-image-2")
    for path in (f"/approve/{quote.id}", "/", f"/job/{job.id}", f"/make?like={job.id}/0", "/?q=<script>"):
        page = visitor.see(path)
        assert "<script>alert" not in page
        assert "\u202e" not in page.replace("&#34;", "") or "<textarea" in page
        assert "49" not in re.sub(r"\d{4,}|[0-9a-f]{10,}", "", page) or "{{ 7*7 }}" in page
        assert '" onload' not in page


def test_a_key_goes_in_and_never_comes_out(visitor: Visitor) -> None:
    key = "sk-creatok-0123456789abcdef"
    assert visitor.press("/setup/creatok/key", key=f" {key} \n").status_code == 303
    kept = visitor.studio.home / "keys" / "creatok"
    assert kept.read_text() == key + "\n"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    for path in ("/setup", "/setup?said=kept", "/make", "/"):
        assert key[:8] not in visitor.see(path)
    assert key[:8] not in visitor.studio.said.read_text()


def test_a_keyring_that_is_not_there_is_said(visitor: Visitor) -> None:
    answer = visitor.press("/setup/skillsvideo/key", key="sk-live-0123456789", keyring="1")
    assert answer.status_code == 422
    assert "keyring" in answer.text
    assert "sk-live" not in answer.text
    assert not (visitor.studio.home / "keys" / "skillsvideo").exists()


def test_a_configuration_that_cannot_be_read_is_said_on_every_page(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("this is = not [toml")
    with opened(tmp_path) as one, one.visited() as visitor:
        for path in ("/", "/make", "/setup", "/spending", "/questions"):
            assert "is not valid TOML" in visitor.see(path, 422)
        (tmp_path / "config.toml").write_text("")
        assert "<form" in visitor.see("/setup")


@pytest.mark.parametrize("key", ["", "two words", "schlüssel"])
def test_what_is_no_key_is_not_kept(key: str, visitor: Visitor) -> None:
    answer = visitor.press("/setup/skillsvideo/key", key=key)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert not key or key not in answer.text
    assert not (visitor.studio.home / "keys" / "skillsvideo").exists()


def test_a_key_for_nobody_is_refused(visitor: Visitor) -> None:
    assert visitor.press("/setup/..%2fevil/key", key="sk-x").status_code == 404
    assert visitor.press("/setup/nobody/key", key="sk-x").status_code == 404


def test_a_body_larger_than_anybodys_pictures_is_refused(visitor: Visitor) -> None:
    port = visitor.studio.port
    request = f"POST /make HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {1 << 40}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(request.encode())
        assert b" 413 " in connection.recv(200)


def test_more_files_than_are_taken_are_refused_in_a_sentence(visitor: Visitor) -> None:
    files = [("references", (f"{number}.png", b"x", "image/png")) for number in range(17)]
    fields = {"prompt": "x", "csrf": visitor.csrf()}
    answer = visitor.http.post("/make", data=fields, files=files, headers={"origin": visitor.studio.url})
    assert answer.status_code == 400
    assert "At most 16 pictures" in answer.text


def test_a_body_that_never_ends_is_cut_off(visitor: Visitor) -> None:
    def endless() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="references"; filename="a"\r\n\r\n'
        for _ in range(220):
            yield bytes(1 << 20)

    headers = {"origin": visitor.studio.url, "content-type": "multipart/form-data; boundary=x"}
    # It may hang up before it has read everything.
    with contextlib.suppress(httpx2.TransportError):
        assert visitor.http.post("/make", content=endless(), headers=headers).status_code == 413
    assert "textarea" in visitor.see("/make")


def test_the_record_says_the_port_and_nothing_secret(studio: Studio) -> None:
    notes = list((studio.home / "studios").iterdir())
    assert str(studio.port) in [path.name for path in notes]
    assert studio.token not in "".join(path.name + path.read_text() for path in notes)


def test_two_studios_keep_to_their_own_cookies(studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    with opened(tmp_path / "second") as second, second.visited() as visitor:
        cookies = "; ".join(f"{name}={value}" for name, value in visitor.http.cookies.items())
        answer = httpx2.get(studio.url, headers={"cookie": cookies, "accept": "text/html"}, trust_env=False)
    assert answer.status_code == 303


def test_a_second_studio_of_one_home_names_the_first_and_leaves_it_be(studio: Studio) -> None:
    with opened(studio.home) as second, second.visited() as visitor:
        visitor.see("/")
    assert studio.url in second.said.read_text("utf-8")
    with studio.visited() as visitor:
        visitor.see("/")
    notes = [path.name for path in (studio.home / "studios").iterdir()]
    assert (str(studio.port) in notes, str(second.port) in notes) == (True, False)


def test_a_port_that_is_taken_is_said(studio: Studio) -> None:
    own = "belongs to a studio of the same home"
    with pytest.raises(AssertionError, match=own), opened(studio.home, "--port", str(studio.port)):
        pass


def test_a_studio_for_play_never_opens_the_real_ledger(tmp_path: Path) -> None:
    try:
        with opened(tmp_path, "--sandbox") as one, one.visited() as visitor:
            assert visitor.http.get("/make?q=x").headers["location"] == "/sandbox/make?q=x"
            assert "SANDBOX" in visitor.see("/sandbox/make")
            assert "SANDBOX" in visitor.see("/sandbox/nowhere", 404)
            assert (
                visitor.press(
                    "/sandbox/setup/creatok/key", token=visitor.csrf("/sandbox/make"), key="sk-x"
                ).status_code
                == 404
            )
        assert not (tmp_path / "ledger.sqlite").exists()
        assert not (tmp_path / "keys").exists()
    finally:
        stop_sandbox(tmp_path)


def test_nothing_is_listened_to_beside_loopback(studio: Studio) -> None:
    own = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for address in own - {"127.0.0.1"} - ({"127.0.1.1"} if os.name == "posix" else set()):
        with pytest.raises(ConnectionError):
            socket.create_connection((address, studio.port), timeout=5).close()
