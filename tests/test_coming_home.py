"""Pictures that come one by one: each is fetched once, and a link that is over is told from a bad line."""

import base64
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from buyer import Buyer
from limner import configuring
from limner import home as homes
from limner.answers import Answer
from limner.wire import replay
from loopback import Reply, Seen, proxying, serving
from pictures import noise, saved

NewBuyer = Callable[..., Buyer]
GPT = "gpt-image-2"
OVER = "?Expires=1577836860"
LATER = "?Expires=4102444800"


@pytest.fixture
def picture(tmp_path: Path) -> bytes:
    return saved(noise((96, 96)), tmp_path / "noise.png").read_bytes()


def linking(*links: str, get: Callable[[Seen], Reply | None]) -> Callable[[Seen], Reply | None]:
    """A gateway that answers with these links, and `get` behind them."""
    said = json.dumps({"data": [{"url": link} for link in links]}).encode()
    return lambda seen: Reply(200, said) if seen.method == "POST" else get(seen)


def test_a_picture_that_came_is_not_fetched_again_for_another_that_did_not(
    new_buyer: NewBuyer, picture: bytes, tmp_path: Path
) -> None:
    other = saved(noise((96, 80)), tmp_path / "other.png").read_bytes()
    behind = {"/one.png": Reply(200, picture), "/two.png": Reply(500)}
    with serving(linking("/one.png", "/two.png", get=lambda seen: behind[seen.path])) as gateway:
        buyer = new_buyer(url=f"{gateway.url}/v1")
        job = buyer.make(model=GPT, n=2, out="cups.png")
        assert (job.state, job.charged, len(job.pictures)) == ("collecting", "unknown", 1)
        behind["/two.png"] = Reply(200, other)
        job = buyer.client.recover(job.id)
        fetched = [one.path for one in gateway.seen if one.method == "GET"]
    assert (job.state, len(job.pictures)) == ("done", 2)
    assert fetched.count("/one.png") == 1
    assert len(list(buyer.folder.glob("*.png"))) == 2


def test_links_are_good_until_the_first_of_them_ends(new_buyer: NewBuyer) -> None:
    links = (f"/one.png{LATER}", f"/two.png{OVER}")
    with serving(linking(*links, get=lambda _: Reply(500))) as gateway:
        buyer = new_buyer(url=f"{gateway.url}/v1")
        job = buyer.make(model=GPT, n=2)
    assert buyer.client.ledger.links_until() == {job.id: 1_577_836_860_000}


def test_a_bad_line_is_not_taken_for_the_end_of_a_link(new_buyer: NewBuyer) -> None:
    with serving(linking(f"/one.png{OVER}", get=lambda _: None)) as gateway:
        buyer = new_buyer(url=f"{gateway.url}/v1")
        job = buyer.make(model=GPT)
        for _ in range(3):
            job = buyer.client.recover(job.id)
            assert (job.state, job.error) == ("collecting", "picture.link_failed")


def test_an_answer_that_is_read_again_leaves_what_was_delivered_of_it_alone(
    tmp_path: Path, picture: bytes
) -> None:
    spool = tmp_path / "attempt-1.answer"
    spool.write_bytes(b"{}")
    spool.with_name(spool.name + ".head.json").write_text('{"status": 200, "headers": {}}')
    part = spool.with_name(spool.name + ".part0")
    part.write_bytes(picture)
    delivered = tmp_path / "cup.png"
    delivered.hardlink_to(part)
    assert isinstance(replay(spool), Answer)
    part.write_bytes(b"another picture, or half of one")
    assert delivered.read_bytes() == picture


def test_a_configuration_keeps_who_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("# mine\n", "utf-8")
    for mode in (0o600, 0o640):
        file.chmod(mode)
        configuring.set_limit(homes.find(str(tmp_path)), None, "CNY", "per_day", "5")
        assert stat.S_IMODE(file.stat().st_mode) == mode


def test_what_was_paid_for_is_on_the_disk_before_the_ledger_says_so(
    new_buyer: NewBuyer, picture: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can cut the power in a test, so what is asked of the disk is noted on its way there."""
    real, synced = os.fsync, set[int]()

    def fsync(file: int) -> None:
        real(file)
        synced.add(os.fstat(file).st_ino)

    monkeypatch.setattr(os, "fsync", fsync)
    behind = {"/one.png": Reply(200, picture), "/two.png": Reply(500)}
    with serving(linking("/one.png", "/two.png", get=lambda seen: behind[seen.path])) as gateway:
        job = new_buyer(url=f"{gateway.url}/v1").make(model=GPT, n=2)
    answer, kept = Path(job.folder) / "attempt-1.answer", Path(job.pictures[0].path)
    assert {answer.stat().st_ino, kept.stat().st_ino} <= synced


def test_a_late_answer_beside_a_served_repeat_neither_costs_again_nor_is_thrown_away(
    new_buyer: NewBuyer, picture: bytes, red: str
) -> None:
    posts = iter([None, Reply(200, b'{"data": [{"url": "/one.png"}]}')])
    behind = [Reply(500)]
    with serving(lambda seen: next(posts) if seen.method == "POST" else behind[0]) as gateway:
        buyer = new_buyer(url=f"{gateway.url}/v1")
        job = buyer.make("a hat", model=GPT, references=(red,))
        assert (job.state, buyer.attempts(job)) == ("collecting", ["unknown", "accepted"])
        late = Path(job.folder) / "attempt-1.answer"
        late.write_bytes(b'{"data": [{"url": "/late.png"}]}')
        late.with_name(late.name + ".head.json").write_text('{"status": 200, "headers": {}}')
        behind[0] = Reply(200, picture)
        job = buyer.client.recover(job.id)
    price = buyer.client.ledger.quote(job.quote_id).price
    assert (job.state, len(job.pictures), job.cost) == ("done", 1, price)
    assert (job.uncertain.micro > 0, late.exists()) == (True, True)


def test_what_the_gateway_said_is_kept_while_one_of_its_pictures_is_missing(
    new_buyer: NewBuyer, picture: bytes
) -> None:
    came = [base64.b64encode(one).decode() for one in (picture, picture[:-2_000])]
    said = json.dumps({"data": [{"b64_json": one} for one in came]}).encode()
    with serving(lambda _: Reply(200, said)) as gateway:
        job = new_buyer(url=f"{gateway.url}/v1").make(model=GPT, n=2)
    assert (job.state, len(job.pictures), job.error) == ("done", 1, "picture.broken")
    assert (Path(job.folder) / "attempt-1.answer").exists()


def test_a_configuration_kept_elsewhere_stays_there(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    real, file = tmp_path / "mine" / "limner.toml", tmp_path / "config.toml"
    real.write_text("# mine\n", "utf-8")
    file.symlink_to(real)
    configuring.set_limit(homes.find(str(tmp_path)), None, "CNY", "per_day", "5")
    assert file.is_symlink()
    assert 'per_day = "5"' in real.read_text("utf-8")


def test_no_proxy_is_asked_for_an_address_of_somebodys_own_network(new_buyer: NewBuyer) -> None:
    link = "http://169.254.169.254/latest/one.png"
    with proxying() as proxy, serving(linking(link, get=lambda _: Reply(404))) as gateway:
        buyer = new_buyer(f'proxy = "{proxy.url}"\n', url=f"{gateway.url}/v1")
        job = buyer.make(model=GPT)
    assert job.state == "collecting"
    assert [one.path for one in proxy.seen if "169.254" in one.path] == []
