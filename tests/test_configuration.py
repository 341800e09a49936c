"""A slip of the pen in `config.toml` is said in one sentence, before anything is sent."""

from pathlib import Path

import pytest

from limner import Client
from limner.errors import Usage
from limner.messages import sentence

SLIPS = {
    "gateways = 5": "gateways",
    "[gateways]\ncreatok = 5": "gateways.creatok",
    '[gateways.omnimaas.models]\n"gpt-image-2" = 5': "gateways.omnimaas.models.gpt-image-2",
    '[gateways.omnimaas.models.m]\ntime_limit = "x"': "gateways.omnimaas.models.m.time_limit",
    '[gateways.creatok.polling]\nfloor = "a"': "gateways.creatok.polling.floor",
    "gateway = 7": "gateway",
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
