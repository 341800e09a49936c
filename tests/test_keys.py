"""A key goes to its own service's address, in one header, and nowhere else."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from buyer import Buyer, files
from limner import Client
from limner.errors import LimnerError, SetupNeeded
from loopback import Reply, Seen, proxying, serving

NAMES = ("OMNIMAAS", "PRODUCT_SHOTS_IMAGEGEN", "RENDER", "CANVASFLOW_IMAGEGEN")
FILES = {
    ".product_shots_imagegen_api_key": "PRODUCT_SHOTS_IMAGEGEN",
    ".product_shots_render_api_key": "RENDER",
    ".canvasflow_imagegen_api_key": "CANVASFLOW_IMAGEGEN",
}
OWN = "https://api.omnimaas.com/v1"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    path = tmp_path / "home"
    path.mkdir()
    return path


@pytest.fixture
def client(home: Path) -> Iterator[Client]:
    with Client(home=str(home)) as made:
        yield made


def write(path: Path, text: str, mode: int = 0o600) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    path.chmod(mode)


def in_file(name: str, key: str) -> None:
    write(Path.home() / name, key)


def found(client: Client) -> tuple[str, str] | str:
    """The key and the address it would be sent to, or the word for why there are none."""
    try:
        gateway = client.gateway("omnimaas")
    except SetupNeeded as error:
        return error.key
    assert gateway.key
    return gateway.key.reveal(), gateway.base_url


@pytest.mark.parametrize("key_of", NAMES)
@pytest.mark.parametrize("base_of", [None, *NAMES])
def test_a_key_in_a_variable_goes_to_the_address_of_its_own_pair(
    client: Client, monkeypatch: pytest.MonkeyPatch, key_of: str, base_of: str | None
) -> None:
    monkeypatch.setenv(f"{key_of}_API_KEY", "sk-" + key_of)
    if base_of:
        monkeypatch.setenv(f"{base_of}_BASE_URL", f"https://{base_of.lower()}.example/v1/")
    if base_of == key_of:
        wanted: Any = ("sk-" + key_of, f"https://{key_of.lower()}.example/v1".replace("_", "_"))
    elif key_of == "OMNIMAAS":
        wanted = ("sk-" + key_of, OWN)
    else:
        wanted = "key.without_address"
    assert found(client) == wanted


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("base_of", [None, *NAMES])
def test_a_key_in_a_file_goes_to_the_address_of_its_own_pair(
    client: Client, monkeypatch: pytest.MonkeyPatch, file: str, base_of: str | None
) -> None:
    in_file(file, "sk-file\n")
    if base_of:
        monkeypatch.setenv(f"{base_of}_BASE_URL", "https://elsewhere.example/v1")
    if base_of == FILES[file]:
        wanted: Any = ("sk-file", "https://elsewhere.example/v1")
    elif file == ".product_shots_imagegen_api_key":
        wanted = ("sk-file", OWN)
    else:
        wanted = "key.without_address"
    assert found(client) == wanted


@pytest.mark.parametrize("base_of", [None, *NAMES])
def test_limners_own_key_file_goes_with_the_services_own_pair(
    client: Client, home: Path, monkeypatch: pytest.MonkeyPatch, base_of: str | None
) -> None:
    write(home / "keys" / "omnimaas", "sk-own")
    if base_of:
        monkeypatch.setenv(f"{base_of}_BASE_URL", "https://elsewhere.example/v1")
    wanted = "https://elsewhere.example/v1" if base_of == "OMNIMAAS" else OWN
    assert found(client) == ("sk-own", wanted)


def test_pairs_are_tried_in_the_documented_order(
    client: Client, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in FILES:
        in_file(name, name)
    write(home / "keys" / "omnimaas", "limner")
    for name in NAMES:
        monkeypatch.setenv(f"{name}_API_KEY", name)
        monkeypatch.setenv(f"{name}_BASE_URL", "https://all.example/v1")
    order = []
    for name in NAMES:
        order.append(found(client)[0])
        monkeypatch.delenv(f"{name}_API_KEY")
    order.append(found(client)[0])
    (home / "keys" / "omnimaas").unlink()
    for name in FILES:
        order.append(found(client)[0])
        (Path.home() / name).unlink()
    assert order == [*NAMES, "limner", *FILES]
    assert found(client) == "key.none"


@pytest.mark.parametrize("empty", ["", "  \n"])
def test_an_empty_variable_counts_as_unset(
    client: Client, monkeypatch: pytest.MonkeyPatch, empty: str
) -> None:
    monkeypatch.setenv("OMNIMAAS_API_KEY", empty)
    in_file(".product_shots_imagegen_api_key", "sk-file")
    assert found(client) == ("sk-file", OWN)
    monkeypatch.setenv("OMNIMAAS_API_KEY", " sk-spaced \n")
    monkeypatch.setenv("OMNIMAAS_BASE_URL", empty)
    assert found(client) == ("sk-spaced", OWN)


@pytest.mark.parametrize("text", ["sk two", "sk-\N{EN DASH}", "sk-\x07", "Bearer sk"])
def test_what_cannot_stand_in_a_header_is_no_key(
    client: Client, home: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("OMNIMAAS_API_KEY", text)
    assert found(client) == "key.not_a_key"
    monkeypatch.delenv("OMNIMAAS_API_KEY")
    in_file(".product_shots_imagegen_api_key", text)
    assert found(client) == "key.not_a_key"
    monkeypatch.setenv("MINE", text)
    settings = 'provider = "openai_compatible"\nbase_url = "https://x.example/v1"\nkey_env = "MINE"\n'
    write(home / "config.toml", "[gateways.mine]\n" + settings)
    with Client(home=str(home)) as again, pytest.raises(SetupNeeded) as caught:
        again.gateway("mine")
    assert caught.value.key == "key.not_a_key"
    assert text not in str(caught.value)


def test_a_key_file_that_others_can_read_is_warned_of(client: Client, home: Path) -> None:
    write(home / "keys" / "omnimaas", "sk-own", 0o644)
    told = client.gateway("omnimaas").warnings
    assert told == (("key.file_open", {"path": str(home / "keys" / "omnimaas")}),)
    (home / "keys" / "omnimaas").chmod(0o600)
    assert client.gateway("omnimaas").warnings == ()


def test_a_key_file_nobody_can_read_does_not_stand_before_a_variable(
    client: Client, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(home / "keys" / "omnimaas", "")
    (home / "keys" / "omnimaas").write_bytes(b"\xff\xfe\xff")
    assert found(client) == "key.file_unreadable"
    monkeypatch.setenv("OMNIMAAS_API_KEY", "sk-env")
    assert found(client) == ("sk-env", OWN)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://gateway.example/v1", "address.not_encrypted"),
        ("http://10.0.0.7/v1", "address.not_encrypted"),
        ("http://127.evil.example/v1", "address.not_encrypted"),
        ("http://127.0.0.1.evil.example/v1", "address.not_encrypted"),
        ("http://localhost.evil.example/v1", "address.not_encrypted"),
        ("ftp://gateway.example/v1", "address.not_a_url"),
        ("gateway.example/v1", "address.not_a_url"),
        ("https://", "address.not_a_url"),
        ("https://[::1/v1", "address.not_a_url"),
        ("https://gateway.example:0/v1", "address.not_a_url"),
        ("https://gateway.example:99999/v1", "address.not_a_url"),
        ("https://sk-secret@gateway.example/v1", "address.not_a_url"),
        ("https://:sk-secret@gateway.example/v1", "address.not_a_url"),
        ("https://me:sk-secret@gateway.example/v1?key=sk-secret", "address.not_a_url"),
    ],
)
def test_an_address_that_would_betray_the_key_is_refused(
    client: Client, monkeypatch: pytest.MonkeyPatch, url: str, key: str
) -> None:
    monkeypatch.setenv("OMNIMAAS_API_KEY", "sk-env")
    monkeypatch.setenv("OMNIMAAS_BASE_URL", url)
    with pytest.raises(SetupNeeded) as caught:
        client.gateway("omnimaas")
    assert caught.value.key == key
    assert "sk-" not in str(caught.value)
    assert "sk-secret" not in repr(caught.value.facts)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "localhost", "LOCALHOST", "[::1]"])
def test_this_machine_may_be_spoken_to_without_encryption(
    client: Client, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("OMNIMAAS_API_KEY", "sk-env")
    monkeypatch.setenv("OMNIMAAS_BASE_URL", f"http://{host}:8080/v1")
    assert found(client) == ("sk-env", f"http://{host}:8080/v1")


def test_a_key_prints_as_its_beginning(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    key = "sk-0123456789abcdefghij"
    monkeypatch.setenv("OMNIMAAS_API_KEY", key)
    gateway = client.gateway("omnimaas")
    for told in (repr(gateway), str(gateway), repr(gateway.key), f"{gateway.key}"):
        assert key not in told
        assert key[9:] not in told
    assert str(gateway.key) == "sk-01234…"
    monkeypatch.setenv("OMNIMAAS_API_KEY", "short")
    assert str(client.gateway("omnimaas").key) == "sh…"


# One line per way in which a job can go; `{}` is where the key would be told if somebody did.
WAYS = [
    "a cup",
    "a cup [[401]]",
    "a cup [[moderation]]",
    "a cup [[524]]",
    "a cup [[reset]]",
    "a cup [[torn]]",
    "a cup [[html]]",
    "a cup [[refusal]]",
    "a cup [[tiny]]",
    "a cup [[link-404]]",
    "a cup [[url]]",
]


@pytest.mark.parametrize("prompt", WAYS)
@pytest.mark.parametrize("model", ["gpt-image-2", "gemini-3-pro-image-preview"])
def test_no_file_ever_holds_the_key(buyer: Buyer, prompt: str, model: str, capfd: Any) -> None:
    told: list[str] = []
    quote = buyer.approved(prompt, model=model)
    job = buyer.client.run(quote, watch=lambda event, facts: told.append(f"{event} {facts}"))
    buyer.client.close()
    seen = [path for path in files(buyer.home, buyer.folder, Path.home()) if path.name != "config.toml"]
    assert any(path.name == "ledger.sqlite" for path in seen)
    assert any(path.name == "result.json" for path in seen)
    secret = buyer.key.encode()
    assert [path for path in seen if secret in path.read_bytes()] == []
    assert buyer.key not in f"{job!r} {told}"
    assert buyer.key not in "".join(capfd.readouterr())


@pytest.mark.parametrize("status", [200, 400, 401, 500, 502])
def test_a_gateway_that_repeats_the_key_does_not_get_it_written_down(new_buyer, status: int) -> None:
    def echo(seen: Seen) -> Reply:
        key = seen.headers["authorization"]
        body = f'{{"error": {{"message": "Incorrect key: {key}", "code": "odd"}}}}'
        return Reply(status, body.encode(), {"X-Echo": key})

    with serving(echo) as server:
        buyer = new_buyer(url=f"{server.url}/v1")
        job = buyer.make()
        assert job.state in {"failed", "unknown"}
        assert buyer.key not in repr(job)
        buyer.client.close()
        secret = buyer.key.encode()
        assert [path for path in files(buyer.home) if secret in path.read_bytes()] == []


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "http://127.0.0.1:1", "nonsense"])
def test_a_proxy_left_in_the_environment_changes_nothing(
    buyer: Buyer, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    for name in ("ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, proxy)
        monkeypatch.setenv(name.lower(), proxy)
    assert buyer.make("a cup [[url]]", model="gpt-image-2").state == "done"


@pytest.mark.parametrize("place", ["", "[gateways.omnimaas]\n"])
def test_a_proxy_in_the_configuration_is_used(new_buyer, place: str) -> None:
    with proxying() as proxy:
        buyer = new_buyer(f'{place}proxy = "{proxy.url}"\n')
        job = buyer.make("a cup", model="gpt-image-2")
        assert job.state == "done"
        assert [one.path for one in proxy.seen] == [f"{buyer.url}/omnimaas/v1/images/generations"]


def test_a_proxy_is_asked_for_a_tunnel_to_an_encrypted_gateway(new_buyer) -> None:
    with proxying() as proxy, serving(lambda _: None) as server:
        where = server.url.removeprefix("http://")
        buyer = new_buyer(f'proxy = "{proxy.url}"\n', f"https://{where}/v1")
        job = buyer.make()
        assert [(one.method, one.path) for one in proxy.seen] == [("CONNECT", where)]
        assert (job.state, job.charged, server.seen) == ("failed", "no", [])


def test_a_proxy_of_an_unknown_kind_is_refused_before_anything_is_sent(new_buyer) -> None:
    buyer = new_buyer('proxy = "gopher://127.0.0.1:1"\n')
    with pytest.raises(LimnerError) as caught:
        buyer.make()
    assert caught.value.key == "proxy.scheme"
    assert buyer.requests() == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_of_the_paid_request_is_not_followed(new_buyer, status: int) -> None:
    with (
        serving(lambda _: Reply()) as far,
        serving(lambda _: Reply(status, b"", {"Location": far.url})) as near,
    ):
        buyer = new_buyer(url=f"{near.url}/v1")
        job = buyer.make()
        assert (job.state, job.error, job.charged) == ("failed", "gateway.redirected", "no")
        assert (len(near.seen), far.seen) == (1, [])


def test_the_key_rides_in_one_header_and_the_request_names_its_sender(new_buyer) -> None:
    with serving(lambda _: Reply(400, b"{}")) as server:
        buyer = new_buyer(url=f"{server.url}/v1/")
        buyer.make()
        (seen,) = server.seen
    assert seen.headers["authorization"] == f"Bearer {buyer.key}"
    assert seen.path == "/v1/chat/completions"
    assert seen.headers["user-agent"].startswith("limner/")
    holding = [name for name, value in seen.headers.items() if buyer.key in value]
    assert holding == ["authorization"]
    assert buyer.key not in seen.path
    assert buyer.key.encode() not in seen.body


def test_the_key_is_not_in_the_process_list(buyer: Buyer) -> None:
    buyer.make("a cup", model="gpt-image-2")
    lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if os.access(path, os.R_OK)]
    assert lines
    assert not any(buyer.key.encode() in line for line in lines)


def test_an_address_in_the_configuration_gets_no_other_pairs_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.toml").write_text('[gateways.omnimaas]\nbase_url = "https://mine.example/v1"\n')
    monkeypatch.delenv("OMNIMAAS_API_KEY", raising=False)
    monkeypatch.setenv("RENDER_API_KEY", "sk-of-another-service")
    with pytest.raises(SetupNeeded) as caught:
        Client(home=str(tmp_path)).gateway("omnimaas")
    assert caught.value.key == "key.without_address"
