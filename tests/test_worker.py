"""The process that waits for its order: it comes to nothing where none is given, and never stays behind."""

import os
import select
import subprocess
import sys
from pathlib import Path

import pytest

from limner import worker

pytestmark = pytest.mark.skipif(not worker.can_detach(), reason="no process can be forked here")

_PREPARE = "from limner import worker; ready = worker.prepare();"
_KILLED = f"{_PREPARE} import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
_SENT_AWAY = f"{_PREPARE} ready.dismiss(); ready.dismiss()"


@pytest.mark.parametrize("ending", [_KILLED, _SENT_AWAY], ids=["killed at the question", "answered no"])
def test_a_worker_without_an_order_leaves_with_whoever_it_waited_for(tmp_path: Path, ending: str) -> None:
    listening, held = os.pipe()
    env = {**os.environ, "LIMNER_HOME": str(tmp_path / "home")}
    subprocess.run([sys.executable, "-c", ending], pass_fds=(held,), env=env, timeout=60, check=False)
    os.close(held)
    # The worker holds the other end for as long as it lives.
    ready, _, _ = select.select([listening], [], [], 60)
    assert ready
    assert os.read(listening, 1) == b""
    os.close(listening)
    assert not (tmp_path / "home").exists()


def test_a_worker_says_what_kept_its_order_from_being_served(tmp_path: Path) -> None:
    from limner import Output
    from limner.errors import NotFound

    ready = worker.prepare()
    ready.begin(worker.Order("q_nosuchquote", Output(), str(tmp_path), True, "en"))
    with pytest.raises(NotFound):
        list(ready.events(60))
    ready.dismiss()
