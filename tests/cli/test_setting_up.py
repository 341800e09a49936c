"""Keys, gateways, and what is said when there are none."""

import json
import re
import stat

import pytest

from .person import Person

NOTHING = {"OMNIMAAS_API_KEY": None, "OMNIMAAS_BASE_URL": None}


def test_without_a_key_nothing_is_sent_and_all_three_ways_to_set_one_are_shown(stranger: Person) -> None:
    ran = stranger.run("make", "a lighthouse", **NOTHING)
    assert (ran.code, ran.out) == (3, "")
    for words in (
        "No key for OmniMaaS is set up, so nothing was sent.",
        'export OMNIMAAS_API_KEY="sk-..."',
        "~/.zshrc or ~/.bashrc",
        "limner setup ",
        "https://docs.cloubic.com",
        "--sandbox",
        "limner gateways add local",
    ):
        assert words in ran.err
    assert max(map(len, ran.err.splitlines())) <= 80
    told = stranger.run("quote", "a lighthouse", "--json", **NOTHING).json["error"]
    assert told["code"] == "setup_needed"
    assert "limner setup" in told["next"]


def test_the_set_up_help_is_in_the_persons_language(stranger: Person) -> None:
    for words, variables in (
        (("make", "黄昏的灯塔"), {}),
        (("make", "a lighthouse", "--lang", "zh"), {}),
        (("make", "a lighthouse"), {"LIMNER_LANG": "zh"}),
    ):
        ran = stranger.run(*words, **{**NOTHING, **variables})
        assert ran.code == 3
        assert "还没有设置 OmniMaaS 的密钥，所以什么都没有发送。" in ran.err
        assert "设置方法有三种" in ran.err
        assert "Where the key" not in ran.err


def test_models_and_prices_need_no_key(stranger: Person) -> None:
    ran = stranger.run("models", **NOTHING)
    assert ran.code == 0
    assert "gemini-3-pro-image-preview" in ran.out
    found = stranger.json("models", "banana", "--task", "edit", **NOTHING)["data"]["items"]
    assert found
    assert all("image_to_image" in model["operations"] for model in found)
    assert "No model fits." in stranger.run("models", "zzz", **NOTHING).err


def test_setup_stores_a_key_unseen_in_a_file_only_its_owner_can_read(person: Person) -> None:
    with person.terminal("setup", **NOTHING) as terminal:
        terminal.until("it is not shown while you type")
        terminal.type(person.key + "\n")
        assert terminal.end() == 0
    assert person.key[:8] + "…" in terminal.text
    path = person.home / "keys" / "omnimaas"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().strip() == person.key
    assert [file.name for file in path.parent.iterdir()] == ["omnimaas"]
    ready = person.run("gateways", OMNIMAAS_API_KEY=None)
    assert f"ready, key {person.key[:8]}… from" in ready.out
    assert person.run("quote", "a mug", OMNIMAAS_API_KEY=None).code == 0


@pytest.mark.parametrize(
    ("typed", "code", "words"), [("\n", 2, "No key was entered"), ("a b\n", 2, "is not a key")]
)
def test_what_is_no_key_is_not_stored(person: Person, typed: str, code: int, words: str) -> None:
    with person.terminal("setup", **NOTHING) as terminal:
        terminal.until("not shown")
        terminal.type(typed)
        assert terminal.end() == code
    assert words in terminal.text
    assert not (person.home / "keys" / "omnimaas").exists()


def test_setup_takes_no_key_from_a_pipe(person: Person) -> None:
    ran = person.run("setup", told=person.key + "\n", **NOTHING)
    assert ran.code == 3
    assert "only taken from a terminal" in ran.err
    assert not (person.home / "keys").exists()


def test_a_key_without_its_address_is_said_not_sent(person: Person) -> None:
    odd = {**NOTHING, "RENDER_API_KEY": person.key}
    ran = person.run("gateways", **odd)
    assert "RENDER_API_KEY is set, but not the address it belongs to. Set RENDER_BASE_URL as well" in ran.out
    assert person.run("quote", "a mug", **odd).code == 3


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "your own configuration (config.toml)"), ("zh", "你自己的配置（config.toml）")],
)
def test_a_price_of_ones_own_is_not_told_as_somebody_elses(person: Person, language: str, said: str) -> None:
    person.home.mkdir(parents=True, exist_ok=True)
    (person.home / "config.toml").write_text('[gateways.omnimaas.models."gpt-image-2"]\nprice = "0.12"\n')
    ran = person.run("quote", "a mug", "-m", "gpt-image-2", "--lang", language)
    assert ("¥0.12" in ran.err, said in ran.err) == (True, True), ran
    other = person.run("quote", "a mug", "-m", "gpt-image-1", "--lang", language)
    assert said not in other.err


def test_a_server_of_ones_own_is_free_and_needs_no_yes(person: Person) -> None:
    url = f"{person.url}/openai/v1"
    added = person.run("gateways", "add", "--url", url, "--max-n", "1", "local", **NOTHING)
    assert added.code == 0
    assert added.out == f"The gateway local is added: {url}.\n"
    assert "ready, no key needed" in person.run("gateways", **NOTHING).out
    quote = person.json("quote", "a mug", "-g", "local", "-n", "3", "--size", "512x512", **NOTHING)["data"]
    assert (quote["needs_approval"], quote["max_cost"]) == (False, "0")
    assert quote["tariff"] == {"source": "config.toml", "as_of": ""}
    made = person.run("make", "a mug", "-g", "local", "-n", "3", "--size", "512x512", **NOTHING)
    assert made.code == 0
    assert made.out.count("\n") == 3
    assert "Done: 3 of 3 saved" in made.err
    assert person.bills() == []


BAD = {
    (
        "gateways",
        "add",
        "My Server",
        "--url",
        "http://127.0.0.1:1/v1",
    ): "My Server cannot be a gateway's name.",
    ("gateways", "add", "--url", "http://127.0.0.1:1/v1"): "`limner gateways add` still needs NAME.",
    ("gateways", "add", "omnimaas", "--url", "http://127.0.0.1:1/v1"): "There is already a gateway omnimaas.",
    ("gateways", "add", "mine"): "An address is missing: --url https://",
    ("gateways", "add", "mine", "--url", "ftp://images.example"): "The address of mine is not a URL: ",
    ("gateways", "add", "mine", "--url", "images.example/v1"): "The address of mine is not a URL: ",
    ("gateways", "add", "mine", "--url", "http://u:secret@h/v1"): "The address of mine is not a URL",
    ("gateways", "add", "mine", "--url", "http://images.example:0x/v1"): "The address of mine is not a URL: ",
    (
        "gateways",
        "add",
        "mine",
        "--url",
        "http://a/v1",
        "--price",
        "free",
    ): "--price takes a plain amount, such as",
    (
        "gateways",
        "add",
        "mine",
        "--url",
        "http://a/v1",
        "--max-n",
        "0",
    ): "--max-n takes a whole number from 1 to",
    ("gateways", "omnimaas", "mine"): "`limner gateways` has no use for mine.",
}


@pytest.mark.parametrize("words", BAD, ids=" ".join)
def test_a_gateway_that_cannot_be_is_not_written_down(person: Person, words: tuple[str, ...]) -> None:
    ran = person.run(*words)
    assert ran.code == 2
    assert ran.line.startswith(BAD[words]), ran.line
    assert "secret" not in ran.err
    assert not (person.home / "config.toml").exists() or (person.home / "config.toml").read_text() == ""


def test_odd_letters_in_an_added_gateway_stay_letters(person: Person) -> None:
    odd = 'mo"del\\ \x07\n[gateways.evil]'
    added = person.run("gateways", "add", "mine", "--url", "http://127.0.0.1:1/v1", "--model", odd)
    assert added.code == 0
    told = person.json("models", "-g", "mine")["data"]["items"]
    assert [model["id"] for model in told] == [odd]
    assert "evil" not in [one["name"] for one in person.json("gateways")["data"]["items"]]
    assert "\x07" not in person.run("models", "-g", "mine").out


def test_the_doctor_says_what_is_there_and_what_to_look_at(person: Person, stranger: Person) -> None:
    assert "Everything is as it should be." in person.run("doctor").out
    told = person.json("doctor")["data"]
    assert set(told) == {
        "version", "python", "home", "settings", "extras", "gateways", "ledger", "to_do",
    }  # fmt: skip
    assert told["ledger"] == {"sound": True, "unfinished": 0, "unknown": 0, "found": []}

    ran = stranger.run("doctor", HTTPS_PROXY="http://proxy.example:1", **NOTHING)
    assert ran.code == 0
    assert "No gateway is set up. Run `limner setup`, or try the sandbox." in ran.out
    assert "HTTPS_PROXY is set in the environment. limner ignores it" in ran.out
    assert "To look at: 2." in ran.out
    assert "有 1 处需要留意。" in stranger.run("doctor", "--lang", "zh", **NOTHING).out


def test_the_doctor_sees_what_others_can_read_and_what_is_damaged(person: Person) -> None:
    keys = person.home / "keys"
    keys.mkdir()
    (keys / "omnimaas").write_text(person.key)
    (keys / "omnimaas").chmod(0o644)
    assert f"chmod 600 {keys / 'omnimaas'}" in person.run("doctor", OMNIMAAS_API_KEY=None).out
    (person.home / "ledger.sqlite").write_bytes(b"this is no ledger, only words" * 500)
    ran = person.run("doctor")
    assert ran.code == 0
    assert "is damaged" in ran.out


def test_a_new_home_is_closed_to_others_and_one_that_was_open_is_left_and_mentioned(person: Person) -> None:
    new = person._replace(home=person.folder / "far" / "away")
    assert new.buy().code == 0
    made = [path for path in (person.folder / "far").rglob("*") if path.is_dir()]
    assert {"away", "runs", "owners", "logs"} <= {path.name for path in made}
    assert [path for path in [person.folder / "far", *made] if path.stat().st_mode & 0o077] == []
    assert "Everything is as it should be." in new.run("doctor").out
    for place in (new.home, new.home / "runs"):
        place.chmod(0o755)
        assert f"chmod 700 {place}" in new.run("doctor").out
        assert f"chmod 700 {place}" in new.run("doctor", "--lang", "zh").out
        assert place.stat().st_mode & 0o077


def test_settings_that_cannot_be_read_are_named(person: Person) -> None:
    person.configure("approval = {")
    ran = person.run("quote", "a mug")
    assert ran.code == 2
    assert f"{person.home / 'config.toml'} is not valid TOML" in ran.err


def test_the_sandbox_can_be_tried_by_somebody_who_has_nothing(stranger: Person) -> None:
    told = stranger.run("make", "a lighthouse", "--sandbox", "--json", **NOTHING)
    assert told.code == 10
    quote = told.json["error"]["details"]
    assert quote["sandbox"] is True
    assert json.dumps(quote).count(str(stranger.home)) == 0
    made = stranger.run(*told.json["next"][0]["argv"][1:], **NOTHING)
    assert made.json["data"]["sandbox"] is True
    assert stranger.run("jobs", **NOTHING).out == ""
    assert stranger.run("jobs", LIMNER_SANDBOX="1", **NOTHING).out.startswith("j_")


def test_the_words_that_make_the_sandbox_fail_are_listed(person: Person) -> None:
    assert "[[lost-after-charge]]" in person.run("sandbox", "--faults").out
    told = person.json("sandbox", "--faults", "--lang", "zh")["data"]["items"]
    assert {"word", "text", "charges"} == set(told[0])


def test_the_sandbox_names_no_host_but_its_own(person: Person) -> None:
    for words in (("gateways", "--hosts"), ("gateways", "ima")):
        ran = person.run(*words, "--sandbox", **NOTHING)
        assert "127.0.0.1" in ran.out
        assert not re.search(r"[a-z]+\.(com|ai|video)", ran.out), ran.out
