"""What a system says in its own words, a person reads in theirs."""

import errno
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from limner import messages
from limner.errors import Usage
from limner.messages import en, reasons, zh

LATIN = re.compile(r"[A-Za-z]{3,}")


def test_everything_an_operating_system_may_say_has_a_sentence_in_both_languages() -> None:
    keys = {reasons._by_number(number) for number in errno.errorcode} | set(reasons._PARTS.values())
    assert {"reason.full", "reason.no_right", "reason.system"} <= keys
    assert keys <= set(en.TEXTS)
    assert keys <= set(zh.TEXTS)


def raised(do: Callable[[], object]) -> OSError:
    with pytest.raises(OSError) as caught:
        do()
    return caught.value


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_a_real_error_reads_in_the_language_of_the_sentence(tmp_path: Path, language: str) -> None:
    (tmp_path / "file").write_text("x")
    real = [
        raised(lambda: os.open(tmp_path / "none", os.O_RDONLY)),
        raised(lambda: os.open(tmp_path / "file" / "below", os.O_RDONLY)),
        raised(lambda: os.open(tmp_path, os.O_WRONLY)),
        raised(lambda: os.open(tmp_path / ("x" * 999), os.O_WRONLY | os.O_CREAT)),
        raised((tmp_path / "file").mkdir),
        raised(tmp_path.rmdir),
    ]
    if Path("/dev/full").exists():
        real.append(raised(lambda: Path("/dev/full").write_bytes(b"x")))
    for error in real:
        for said in (error.strerror, str(error)):
            told = messages.sentence("file.unreadable", language, {"path": "/", "reason": said})
            assert bool(LATIN.search(told)) == (language == "en"), told
            assert str(error.strerror) not in told


def test_a_reason_survives_being_written_down() -> None:
    error = Usage("picture.broken", reason="reason.cut")
    assert "it ends too early" in str(error)
    assert "没有收全" in messages.sentence(error.key, "zh", {"reason": str(error.facts["reason"])})


@pytest.mark.parametrize(
    ("said", "chinese"),
    [
        ("Expecting value: line 1 column 7 (char 6)", "错在第 1 行第 7 列"),
        ("Expected '=' after a key in a key/value pair (at line 3, column 5)", "错在第 3 行第 5 列"),
        ("'utf-8' codec can't decode byte 0xff in position 0", "不是 UTF-8 编码"),
        ("No module named 'keyring'", "没有安装"),
        ("reason.no_such_thing", "reason.no_such_thing"),
        ("The dog ate it", "The dog ate it"),
    ],
)
def test_what_a_reader_of_files_says_is_translated_and_what_others_say_is_left(
    said: str, chinese: str
) -> None:
    assert messages.sentence("request.not_json", "zh", {"reason": said}) == f"这份请求不是 JSON：{chinese}。"


def test_the_same_words_from_a_gateway_are_its_own() -> None:
    told = messages.sentence("gateway.said_no", "zh", {"gateway": "X", "said": "No space left on device"})
    assert "No space left on device" in told
