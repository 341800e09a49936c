"""A slip of the pen in `config.toml` is said in one sentence, before anything is sent."""

from pathlib import Path

import pytest

from limner import Client
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
