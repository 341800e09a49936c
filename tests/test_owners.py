"""Who works on which job: one owner per client, and nothing left of those who were killed."""

import os
import subprocess
import sys
import threading
from pathlib import Path

from buyer import Buyer
from limner import Client
from limner.ledger.owners import Owner, is_gone

HOLD = "import sys, pathlib; from limner.ledger.owners import Owner; o = Owner(pathlib.Path(sys.argv[1]));"


def test_threads_that_start_together_share_one_owner(tmp_path: Path) -> None:
    client = Client(home=str(tmp_path))
    start, found = threading.Barrier(16), set[str]()

    def own() -> None:
        start.wait(timeout=10)
        found.add(client.engine.owner.id)

    threads = [threading.Thread(target=own) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)
    client.close()
    assert len(found) == 1


def test_the_file_of_a_killed_process_goes_when_the_next_one_starts(tmp_path: Path) -> None:
    words = [sys.executable, "-c", HOLD + "print(o.id, flush=True); sys.stdin.read()", str(tmp_path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        killed = process.stdout.readline().strip()
        assert not is_gone(tmp_path, killed)
        process.kill()
        process.wait(timeout=10)
    owner = Owner(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [owner.id]
    owner.close()


def test_drafts_of_killed_processes_are_swept_and_fresh_ones_are_not(tmp_path: Path) -> None:
    old, fresh = tmp_path / ".1-old", tmp_path / ".1-fresh"
    for path in (old, fresh):
        path.touch()
    os.utime(old, (1, 1))
    owner = Owner(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([fresh.name, owner.id])
    owner.close()


def test_drafts_beside_pictures_are_swept_by_whoever_buys_next(buyer: Buyer) -> None:
    old, fresh = buyer.folder / ".limner-00000000", buyer.folder / ".limner-11111111"
    for path in (old, fresh):
        path.touch()
    os.utime(old, (1, 1))
    assert buyer.make().state == "done"
    assert (old.exists(), fresh.exists()) == (False, True)


def test_an_owner_at_work_keeps_its_file_when_others_start(tmp_path: Path) -> None:
    first, second = Owner(tmp_path), Owner(tmp_path)
    assert not is_gone(tmp_path, first.id)
    assert not is_gone(tmp_path, second.id)
    first.close()
    second.close()
