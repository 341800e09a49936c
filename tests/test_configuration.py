"""A slip of the pen in `config.toml` is said in one sentence, before anything is sent."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from limner import Client, configuring
from limner import home as homes
from limner.errors import NotFound, Usage
from limner.messages import sentence

SLIPS = {
    "gateways = 5": "gateways",
    "[gateways]\ncreatok = 5": "gateways.creatok",
    '[gateways.omnimaas.models]\n"gpt-image-2" = 5': "gateways.omnimaas.models.gpt-image-2",
    '[gateways.omnimaas.models.m]\ntime_limit = "x"': "gateways.omnimaas.models.m.time_limit",
    '[gateways.creatok.polling]\nfloor = "a"': "gateways.creatok.polling.floor",
    "gateway = 7": "gateway",
    '[gateways.omnimaas.models.m]\nprice = "free"': "gateways.omnimaas.models.m.price",
    "[gateways.omnimaas.models.m]\nseconds = [7]": "gateways.omnimaas.models.m.seconds",
    'waits = "x"': "waits",
    "waits = [-1]": "waits",
    "attempts = -3": "attempts",
    "budget = 5": "budget",
    "[targets]\nteam = 5": "targets.team",
    '[gateways.mine]\nallow_http = "no"': "gateways.mine.allow_http",
}


@pytest.mark.parametrize("text", SLIPS)
def test_a_slip_in_the_configuration_is_one_sentence_that_names_it(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.toml").write_text(text, "utf-8")
    with pytest.raises(Usage) as caught:
        Client(home=str(tmp_path))
    for language in ("en", "zh"):
        told = sentence(caught.value.key, language, caught.value.facts)
        assert f" {SLIPS[text]} " in f" {told}"
        assert str(tmp_path / "config.toml") in told


def test_a_configuration_that_is_no_text_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(Usage) as caught:
        Client(home=str(tmp_path))
    assert caught.value.key == "settings.not_text"


def test_a_gateway_of_a_kind_that_nobody_knows_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[gateways.mine]\nbase_url = "http://127.0.0.1:1/v1"\n', "utf-8")
    with pytest.raises(Usage) as caught:
        Client(home=str(tmp_path))
    assert caught.value.key == "gateway.no_provider"
    assert "openai_compatible" in sentence(caught.value.key, "en", caught.value.facts)


def test_a_usual_gateway_that_is_not_there_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('gateway = "nowhere"\n', "utf-8")
    with pytest.raises(NotFound) as caught:
        Client(home=str(tmp_path))
    assert caught.value.key == "gateway.unknown"


LIMITS = {
    '[budget.CNY]\nper_day = "-5"': "per_day",
    '[budget.CNY]\nper_day = "lots"': "lots",
    "[budget.CNY]\nask_above = true": "ask_above",
    '[budget.CNY]\nper_fortnight = "5"': "per_fortnight",
    '[budget.XYZ]\nper_day = "5"': "XYZ",
    '[budget]\nper_day = "5"': "per_day",
    '[budget.gateways.omnimaas]\nper_day = "-0.01"': "-0.01",
    '[budget.gateways.nowhere]\nper_day = "5"': "nowhere",
    '[budget.gateways]\nomnimaas = "5"': "omnimaas",
    "[budget]\nstop_jobs_per_10_minutes = -1": "stop_jobs_per_10_minutes",
}


@pytest.mark.parametrize("text", LIMITS)
def test_a_limit_that_limits_nothing_is_said_before_anything_is_done(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.toml").write_text(text, "utf-8")
    with pytest.raises((Usage, NotFound)) as caught:
        Client(home=str(tmp_path))
    for language in ("en", "zh"):
        assert LIMITS[text] in sentence(caught.value.key, language, caught.value.facts)


def test_limits_in_every_unit_that_a_gateway_counts_in_are_taken(tmp_path: Path) -> None:
    own = (
        '[gateways.mine]\nprovider = "openai_compatible"\nbase_url = "https://x.example/v1"\nunit = "shell"\n'
    )
    units = "".join(
        f'[budget.{unit}]\nper_day = "0"\n' for unit in ("CNY", "USD", "credit", "point", "shell")
    )
    (tmp_path / "config.toml").write_text(own + units + '[budget.gateways.mine]\nper_run = "1"\n', "utf-8")
    Client(home=str(tmp_path)).close()


@pytest.mark.parametrize(("said", "meant"), [("1", True), ("true", True), ("0", False), ("", False)])
def test_the_environment_may_ask_for_the_sandbox(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, meant: bool
) -> None:
    monkeypatch.setenv("LIMNER_SANDBOX", said)
    with Client(home=str(tmp_path)) as client:
        assert client.sandbox is meant
    with Client(home=str(tmp_path), sandbox=False) as client:
        assert not client.sandbox


def test_of_two_who_set_limits_at_once_neither_undoes_the_other(tmp_path: Path) -> None:
    home = homes.find(str(tmp_path))
    names = [f"per_{window}" for window in ("picture", "run", "hour", "day", "month")]
    with ThreadPoolExecutor(len(names)) as several:
        set_by = [
            several.submit(configuring.set_limit, home, None, unit, name, "7")
            for unit in ("CNY", "USD", "point")
            for name in names
        ]
        for one in set_by:
            one.result(60)
    kept = (tmp_path / "config.toml").read_text("utf-8")
    assert kept.count('= "7"') == len(set_by)
