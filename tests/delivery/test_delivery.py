"""A picture and its caption arrive at a chat once: as bytes, at a target the person named, told truly."""

import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest

from buyer import Buyer, files
from conftest import NewBuyer
from limner import Client
from limner.delivery.parcel import pieces
from limner.delivery.sending import Delivered, Wishes
from limner.errors import DeliveryFailed, LimnerError, NotFound, SetupNeeded, Usage
from limner.results import Job
from loopback import Reply, serving

from .chats import Arrived, Chat, Discord, Feishu, Slack, Telegram, told

SECRETS = {
    "feishu": "feishu-secret",
    "lark": "feishu-secret",
    "discord": "https://discord.com/api/webhooks/123/discord-secret",
    "telegram": "11:telegram-secret",
    "slack": "xoxb-slack-secret",
}
SETTINGS = {
    "feishu": 'app_id = "cli_1"\nchat = "oc_1"\napp_secret_env = "SECRET_FEISHU"',
    "lark": 'app_id = "cli_1"\nchat = "oc_1"\napp_secret_env = "SECRET_LARK"',
    "discord": 'webhook_env = "SECRET_DISCORD"',
    "telegram": 'chat = "-100"\ntoken_env = "SECRET_TELEGRAM"',
    "slack": 'channel = "C1"\ntoken_env = "SECRET_SLACK"',
}
CHATS: dict[str, type[Chat]] = {
    "feishu": Feishu,
    "lark": Feishu,
    "discord": Discord,
    "telegram": Telegram,
    "slack": Slack,
}
PATHS = {
    "feishu": "/im/v1/messages",
    "lark": "/im/v1/messages",
    "discord": "/webhooks/",
    "telegram": "/send",
    "slack": "completeUpload",
}


class Office(NamedTuple):
    """Somebody with pictures and chats."""

    client: Client
    job: Job
    chats: dict[str, Chat]
    home: Path

    def deliver(self, to: str, *, what: str = "", **wishes: object) -> list[Delivered]:
        return self.client.deliver(what or self.job.id, Wishes(to, **wishes))  # type: ignore[arg-type]


@pytest.fixture
def office(new_buyer: NewBuyer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    with ExitStack() as opened:
        chats, settings = {}, "waits = [0, 0]\n"
        for service, chat in CHATS.items():
            chats[service] = chat()
            chats[service].url = opened.enter_context(serving(chats[service])).url
            monkeypatch.setenv(f"SECRET_{service.upper()}", SECRETS[service])
            place = f'service = "{service}"\nbase_url = "{chats[service].url}"'
            settings += f"[targets.{service}]\n{place}\n{SETTINGS[service]}\n"
        buyer: Buyer = new_buyer(settings)
        job = buyer.make("a red mug on oak", n=2, model="gpt-image-2", size="1024x1024")
        yield Office(buyer.client, job, chats, buyer.home)


@pytest.mark.parametrize("service", CHATS)
def test_a_picture_arrives_with_its_caption_as_the_bytes_that_were_bought(
    office: Office, service: str
) -> None:
    (done,) = office.deliver(service, image=2)
    (arrived,) = office.chats[service].arrived
    assert arrived.sha256 == office.job.pictures[1].sha256
    assert "a red mug on oak" in arrived.text
    assert "AI-generated · gpt-image-2" in arrived.text
    assert (done.delivery.state, done.already, done.error) == ("sent", False, None)
    assert (done.delivery.image_sent, done.delivery.text_sent) == (True, True)
    assert done.delivery.message_id != ""


@pytest.mark.parametrize("service", CHATS)
def test_each_picture_goes_to_each_chat_once_unless_somebody_wants_it_again(
    office: Office, service: str
) -> None:
    office.deliver(service)
    again = office.deliver(service)
    assert [(one.already, one.delivery.state) for one in again] == [(True, "sent"), (True, "sent")]
    assert len(office.chats[service].arrived) == 2
    office.deliver(service, image=1, again=True)
    assert len(office.chats[service].arrived) == 3


@pytest.mark.parametrize("service", CHATS)
def test_a_refusal_is_told_in_the_services_words_and_may_be_tried_again(office: Office, service: str) -> None:
    refusals = {"feishu": {"code": 230001, "msg": "no such chat"}, "discord": {"message": "no such chat"}}
    other = {"ok": False, "description": "no such chat", "error": "no such chat"}
    said = refusals.get("feishu" if service == "lark" else service, other)
    office.chats[service].ills.append((PATHS[service], told(said, 400)))
    (done,) = office.deliver(service, image=1)
    assert isinstance(done.error, DeliveryFailed)
    assert "no such chat" in str(done.error)
    assert done.delivery.state == "failed"
    (done,) = office.deliver(service, image=1)
    assert (done.delivery.state, done.already) == ("sent", False)


@pytest.mark.parametrize("service", CHATS)
@pytest.mark.parametrize("ill", [None, Reply(502, b"<html>bad gateway</html>")], ids=["hangs up", "502"])
def test_what_may_have_arrived_is_not_sent_again_without_a_word(
    office: Office, service: str, ill: Reply | None
) -> None:
    office.chats[service].ills.append((PATHS[service], ill))
    (done,) = office.deliver(service, image=1)
    assert done.delivery.state == "unknown"
    (done,) = office.deliver(service, image=1)
    assert done.error is not None
    assert done.error.key == "delivery.not_known"
    assert office.chats[service].arrived == []
    (done,) = office.deliver(service, image=1, again=True)
    assert done.delivery.state == "sent"


@pytest.mark.parametrize("service", ["discord", "telegram", "slack", "feishu"])
def test_a_caption_too_long_for_the_service_comes_in_pieces_and_none_of_it_is_lost(
    office: Office, service: str
) -> None:
    caption = " ".join(f"word{number}" for number in range(2_000))
    office.deliver(service, image=1, caption=caption)
    arrived = office.chats[service].arrived
    assert arrived[0].sha256 == office.job.pictures[0].sha256
    assert len(arrived) > 1
    assert " ".join(one.text for one in arrived).split() == caption.split()


def test_a_picture_whose_words_did_not_follow_is_told_as_a_part(office: Office) -> None:
    office.chats["telegram"].ills.append(("sendMessage", told({"ok": False, "description": "Flood"}, 429)))
    (done,) = office.deliver("telegram", image=1, caption="word " * 400)
    assert (done.delivery.state, done.delivery.image_sent, done.delivery.text_sent) == (
        "partial",
        True,
        False,
    )
    (done,) = office.deliver("telegram", image=1, caption="word " * 400)
    assert done.already


def test_a_document_keeps_the_picture_from_being_pressed_again(office: Office) -> None:
    office.deliver("telegram", image=1, as_file=True)
    office.deliver("discord", image=1, as_file=True)
    kinds = [office.chats[service].arrived[0].kind for service in ("telegram", "discord")]
    assert kinds == ["document", "file"]


def test_one_picture_is_delivered_by_its_path(office: Office) -> None:
    office.deliver("slack", what=office.job.pictures[1].path, caption="the second")
    assert office.chats["slack"].arrived == [Arrived("the second", office.job.pictures[1].sha256, "file")]


def test_an_altered_or_missing_picture_is_not_sent(office: Office) -> None:
    first, second = (Path(one.path) for one in office.job.pictures)
    first.write_bytes(first.read_bytes() + b"more")
    second.unlink()
    for image, key in ((1, "delivery.picture_altered"), (2, "delivery.picture_gone")):
        with pytest.raises(Usage) as raised:
            office.deliver("slack", image=image)
        assert raised.value.key == key
    assert office.chats["slack"].arrived == []


@pytest.mark.parametrize(
    ("settings", "name", "kind", "words"),
    [
        ("", "team", NotFound, "names none"),
        ('[targets.team]\nservice = "discord"\nwebhook_env = "NO_SUCH"', "other", NotFound, "Allowed: team"),
        ('[targets.team]\nservice = "fax"', "team", Usage, "Allowed: feishu, lark"),
        ('[targets.team]\nservice = "discord"\nwebhook_env = "NO_SUCH"', "team", SetupNeeded, "$NO_SUCH"),
        ('[targets.team]\nservice = "telegram"\ntoken_env = "T"', "team", SetupNeeded, "lacks chat"),
        (
            '[targets.team]\nservice = "slack"\nchannel = "C"\ntoken = "xoxb"',
            "team",
            SetupNeeded,
            "token_file",
        ),
        (
            '[targets.team]\nservice = "slack"\nchannel = "C"\ntoken_env = "T"\nbase_url = "http://chat.example"',
            "team",
            SetupNeeded,
            "https",
        ),
        ('[targets.team]\nservice = "discord"\nwebhook_env = "T"', "team", SetupNeeded, "not an address"),
    ],
)
def test_a_target_that_is_not_set_up_is_said_before_anything_is_sent(
    new_buyer: NewBuyer,
    monkeypatch: pytest.MonkeyPatch,
    settings: str,
    name: str,
    kind: type[LimnerError],
    words: str,
) -> None:
    monkeypatch.setenv("T", "a-token")
    buyer = new_buyer("waits = [0, 0]\n" + settings)
    job = buyer.make(model="gpt-image-2")
    with pytest.raises(kind) as raised:
        buyer.client.deliver(job.id, Wishes(name))
    assert words in str(raised.value)


def test_no_secret_of_a_chat_is_written_anywhere(office: Office) -> None:
    for service in CHATS:
        office.chats[service].ills.append((PATHS[service], None))
        office.deliver(service, image=1)
        office.deliver(service, image=2)
    written = b"".join(path.read_bytes() for path in files(office.home))
    for secret in (b"feishu-secret", b"discord-secret", b"telegram-secret", b"slack-secret", b"t-token-of"):
        assert secret not in written


def test_a_secret_file_may_be_named(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "token"
    secret.write_text("11:telegram-secret\n")
    secret.chmod(stat.S_IRUSR)
    settings = f'[targets.t]\nservice = "telegram"\nchat = "-100"\ntoken_file = "{secret}"\n'
    settings += f'base_url = "{office.chats["telegram"].url}"\n'
    (office.home / "config.toml").write_text(settings)
    with Client(home=str(office.home)) as client:
        (done,) = client.deliver(office.job.id, Wishes("t", image=1))
    assert done.delivery.state == "sent"


def _openclaw(folder: Path, script: str) -> str:
    program = folder / "openclaw"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return str(program)


@pytest.mark.parametrize(
    ("script", "state"),
    [
        ('echo "$@" > {seen}; echo \'{{"payload": {{"messageId": "m1"}}}}\'', "sent"),
        ("echo 'no such channel' >&2; exit 1", "failed"),
    ],
)
def test_openclaw_sends_through_its_own_command(
    office: Office, tmp_path: Path, script: str, state: str
) -> None:
    seen = tmp_path / "seen"
    program = _openclaw(tmp_path, script.format(seen=seen))
    settings = f'[targets.o]\nservice = "openclaw"\nchannel = "feishu"\nto = "oc_1"\nprogram = "{program}"\n'
    (office.home / "config.toml").write_text(settings)
    with Client(home=str(office.home)) as client:
        (done,) = client.deliver(office.job.id, Wishes("o", image=1, caption="a mug; $(touch /tmp/never)"))
    assert done.delivery.state == state
    if state == "sent":
        words = seen.read_text()
        path = office.job.pictures[0].path
        assert words.startswith(
            f"message send --channel feishu --target oc_1 --json --media {path} --message=a mug"
        )
        assert "$(touch" in words
        assert done.delivery.message_id == "m1"
    else:
        assert "no such channel" in str(done.error)


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")
def test_apprise_brings_a_picture_to_other_services(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("apprise")
    with serving(lambda _: Reply(200, b"{}")) as server:
        monkeypatch.setenv("PLACE", server.url.replace("http://", "json://"))
        settings = '[targets.a]\nservice = "apprise"\nurl_env = "PLACE"\n'
        (office.home / "config.toml").write_text(settings)
        with Client(home=str(office.home)) as client:
            (done,) = client.deliver(office.job.id, Wishes("a", image=1, caption="a mug"))
        (request,) = server.seen
    assert done.delivery.state == "sent"
    assert b"a mug" in request.body
    assert os.path.basename(office.job.pictures[0].path).encode() in request.body  # noqa: PTH119


@pytest.mark.parametrize("text", ["", "short", "word " * 900, "字" * 5_000, "a\n" * 3_000])
def test_a_text_in_pieces_keeps_all_its_letters(text: str) -> None:
    found = pieces(text, 100, 1_000)
    assert "".join("".join(found).split()) == "".join(text.split())
    assert len(found[0]) <= 100
    assert all(len(piece) <= 1_000 for piece in found)
