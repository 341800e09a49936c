"""Disks that are full, closed, missing or without locks: real ones, and the real command line on them."""

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pybase64
import pytest

from cli.person import LIMNER, Person, Ran
from crash.relay import Hold, relaying
from limner.answers import Packer, take_out

from .conftest import Disk, NewPerson

LANGUAGES = ("en", "zh")
CHINESE = "什么都没有发送，也没有花费。"
ENGLISH = "Nothing was sent, nothing was spent."
SHIM = r"""
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <fcntl.h>
int flock(int file, int what) { errno = TROUBLE; return -1; }
#ifdef ALSO_SQLITE
int fcntl(int file, int what, ...) {
  va_list more; va_start(more, what); void *given = va_arg(more, void *); va_end(more);
  if (what == F_SETLK || what == F_SETLKW) { errno = TROUBLE; return -1; }
  static int (*real)(int, int, ...); extern void *dlsym(void *, const char *);
  if (!real) real = dlsym((void *)-1, "fcntl64");
  return real(file, what, given); }
int fcntl64(int file, int what, ...) {
  va_list more; va_start(more, what); void *given = va_arg(more, void *); va_end(more);
  return fcntl(file, what, given); }
#endif
"""


def said(ran: Ran, *, code: int = 1) -> str:
    """The one thing that is said, and that nothing of limner's insides shows."""
    assert (ran.code, ran.out) == (code, ""), ran
    assert "Traceback" not in ran.err
    assert "limner itself failed" not in ran.err
    return ran.err


def fill(disk: Path) -> Path:
    """Not one byte is left."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (65_536, 4_096, 1):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError:
                continue
    return ballast


# Full


def test_a_full_disk_stops_a_purchase_before_it_begins(small_disk: Disk, new_person: NewPerson) -> None:
    disk = small_disk(3_000_000)
    person = new_person(disk / "home")
    quote = person.quote()
    fill(disk)
    words = said(person.run("run", quote, "--approve", quote))
    assert "is full" in words
    assert ENGLISH in words
    assert CHINESE in said(person.run("run", quote, "--approve", quote, "--lang", "zh"))
    told = person.json("run", quote, "--approve", quote)["error"]
    assert (told["code"], told["charged"]) == ("storage_failed", "no")
    assert person.bills() == []
    (disk / "ballast").unlink()
    assert person.run("run", quote, "--approve", quote).code == 0
    assert len(person.bills()) == 1


def test_a_disk_that_fills_up_while_the_gateway_paints_costs_no_second_picture(
    small_disk: Disk, new_person: NewPerson, sandbox: str
) -> None:
    disk = small_disk(3_000_000)
    with relaying(sandbox, Hold("/images/", passing=0)) as relay:
        person = new_person(disk / "home", relay.url)
        quote = person.quote()
        words = [LIMNER, "run", quote, "--approve", quote]
        with subprocess.Popen(
            words, cwd=person.folder, env=person.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as running:
            assert relay.held.wait(60)
            fill(disk)
            relay.release()
            out, err = running.communicate(timeout=60)
    assert (running.returncode, out) == (12, b""), err
    assert "already been sent" in err.decode()
    assert b"Traceback" not in err
    person = person._replace(url=sandbox)
    (disk / "ballast").unlink()
    again = person.run("run", quote, "--approve", quote)
    assert len(person.bills()) == 1, "asked again, it names its job and buys nothing"
    assert again.code in {0, 12}, again
    recovered = person.run("recover")
    (job,) = person.json("jobs")["data"]["items"]
    assert job["state"] == "unknown", recovered
    reserved = person.json("spend")["data"]["reserved"]
    assert [one["amount"] for one in reserved] == [job["cost"]["uncertain"]]
    assert len(person.bills()) == 1


def started(person: Person, argv: Sequence[str | Path], before: Callable[[], None] | None = None) -> Ran:
    """What a command says that is started in a way of its own."""
    ran = subprocess.run(
        argv,
        preexec_fn=before,
        cwd=person.folder,
        env=person.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def test_a_file_that_may_not_grow_is_a_full_disk_too(person: Person) -> None:
    """The same where nobody may mount anything: the kernel itself cuts files off."""
    quote = person.quote()
    size = max(path.stat().st_size for path in person.home.glob("ledger.sqlite*"))
    argv = [LIMNER, "quote", "another picture", "-m", "gpt-image-2"]
    words = said(started(person, argv, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size // 8,) * 2)))
    assert ENGLISH in words
    assert person.run("run", quote, "--approve", quote).code == 0, "the ledger is whole"


def test_a_picture_that_does_not_fit_on_the_disk_is_let_go_of(small_disk: Disk) -> None:
    disk = small_disk(400_000)
    spool = disk / "attempt-1.answer"
    spool.write_bytes(b'{"data": "' + pybase64.b64encode(os.urandom(150_000)) + b'"}')
    fill(disk)
    with pytest.raises(OSError, match="No space left"):
        take_out(spool)
    with pytest.raises(OSError, match="No space left"):
        packed(spool, disk)
    held = [
        path.readlink() for path in Path("/proc/self/fd").iterdir() if path.is_symlink() and path.exists()
    ]
    assert [path for path in held if path.is_relative_to(disk)] == []


def packed(spool: Path, disk: Path) -> None:
    """The same body as it would arrive."""
    packer = Packer(disk / "attempt-2.answer", disk / "attempt-2.answer")
    try:
        packer.feed(spool.read_bytes())
        packer.finish()
    except OSError:
        packer.break_off()
        raise


# Closed, missing


def test_a_home_that_cannot_be_written_says_where_to_go_instead(
    small_disk: Disk, new_person: NewPerson
) -> None:
    disk = small_disk(3_000_000)
    person = new_person(disk / "home")
    quote = person.quote()
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True, timeout=20)
    words = said(person.run("run", quote, "--approve", quote))
    assert "cannot write" in words
    assert "LIMNER_HOME" in words
    assert ENGLISH in words
    assert CHINESE in said(person.run("make", "a mug", "--no-input", "--lang", "zh"))
    assert person.bills() == []
    fresh = new_person(disk / "never")
    assert ENGLISH in said(fresh.run("quote", "a mug", "-m", "gpt-image-2"))


@pytest.mark.parametrize("home", ["/proc/limner/home", "/dev/null/home"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_home_that_cannot_be_made_is_one_sentence(new_person: NewPerson, home: str, language: str) -> None:
    person = new_person(Path(home))
    for words in (["quote", "a mug"], ["jobs"], ["make", "a mug", "--no-input"], ["spend"]):
        told = said(person.run(*words, "--lang", language))
        assert home in told
        assert {"en": "cannot be made", "zh": "无法创建"}[language] in told
    assert "LIMNER_HOME" in said(person.run("make", "a mug", "--sandbox", "--no-input", "--lang", language))
    assert person.run("models", "--lang", language).code == 0, "what needs no ledger goes on"
    assert person.bills() == []


# Without locks


@pytest.fixture(scope="module")
def no_locks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Libraries under which the kernel's locks fail as they do on network folders."""
    if sys.platform != "linux" or not shutil.which("cc"):
        pytest.skip("no compiler here")
    place = tmp_path_factory.mktemp("locks")
    (place / "shim.c").write_text(SHIM, "utf-8")
    built = {}
    for name, flags in {
        "ENOLCK": ["-DTROUBLE=ENOLCK"],
        "EOPNOTSUPP": ["-DTROUBLE=EOPNOTSUPP"],
        "sqlite": ["-DTROUBLE=ENOLCK", "-DALSO_SQLITE"],
    }.items():
        built[name] = place / f"{name}.so"
        words = ["cc", "-shared", "-fPIC", *flags, "-o", str(built[name]), str(place / "shim.c"), "-ldl"]
        subprocess.run(words, check=True, timeout=60, capture_output=True)
    return built


@pytest.mark.parametrize("kind", ["ENOLCK", "EOPNOTSUPP", "sqlite"])
def test_a_disk_without_locks_is_refused_because_something_might_be_bought_twice(
    person: Person, no_locks: dict[str, Path], kind: str
) -> None:
    quote = person.quote()
    shim = str(no_locks[kind])
    words = said(person.run("run", quote, "--approve", quote, LD_PRELOAD=shim))
    assert "cannot lock files" in words
    assert ENGLISH in words
    assert CHINESE in said(person.run("run", quote, "--approve", quote, "--lang", "zh", LD_PRELOAD=shim))
    assert person.bills() == []
    assert person.run("run", quote, "--approve", quote).code == 0, "with locks it is bought, once"
    assert len(person.bills()) == 1


IS_ROOT = os.geteuid() == 0
# Every file is open to root; without what makes it so, root is held to the same bits as everybody.
_HELD_TO_BITS = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if IS_ROOT else []


def is_held() -> bool:
    """Can this root lay down what opens every file to it?"""
    words = [*_HELD_TO_BITS, "true"]
    return (
        bool(shutil.which(words[0]))
        and not subprocess.run(words, capture_output=True, check=False).returncode
    )


@pytest.mark.skipif(not is_held(), reason="root here may not be held to the bits of a file")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_ledger_that_may_only_be_read_is_not_written_by_anybody(person: Person, language: str) -> None:
    quote = person.quote()
    for path in person.home.glob("ledger.sqlite*"):
        path.chmod(0o400)
    for words in (["quote", "a mug", "-m", "gpt-image-2"], ["run", quote, "--approve", quote]):
        told = said(started(person, [*_HELD_TO_BITS, LIMNER, *words, "--lang", language]))
        assert {"en": ENGLISH, "zh": CHINESE}[language] in told
    assert person.bills() == []
