"""Finding a running sandbox, and starting one."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from limner.errors import SetupNeeded
from limner.sandbox import launch

LAUNCH = (
    "import sys, pathlib, limner.sandbox as s; print(s.launch(pathlib.Path(sys.argv[1]), idle_seconds=60))"
)
SERVE = [sys.executable, "-m", "limner.sandbox"]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    record = tmp_path / "server.json"
    if record.exists():
        os.kill(json.loads(record.read_text())["pid"], signal.SIGTERM)


def gone(url: str) -> bool:
    """Whether nothing answers at this URL any more, within ten seconds."""
    port = int(url.rpartition(":")[2])
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return True
        time.sleep(0.01)
    return False


def test_a_second_launch_finds_the_first(home: Path) -> None:
    assert launch(home, idle_seconds=60) == launch(home, idle_seconds=60)


def test_two_processes_that_launch_at_once_share_one_sandbox(home: Path) -> None:
    command = [sys.executable, "-c", LAUNCH, str(home)]
    starters = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    urls = {starter.communicate(timeout=30)[0].strip() for starter in starters}
    assert len(urls) == 1
    assert urls.pop().startswith("http://127.0.0.1:")


def test_a_record_of_a_dead_or_foreign_server_is_not_believed(home: Path) -> None:
    url = launch(home, idle_seconds=60)
    record = json.loads((home / "server.json").read_text())
    (home / "server.json").write_text(json.dumps({**record, "token": "somebody else's"}))
    other = launch(home, idle_seconds=60)
    os.kill(record["pid"], signal.SIGTERM)
    assert other != url


def test_it_exits_by_itself_when_nobody_asks(home: Path) -> None:
    url = launch(home, idle_seconds=1)
    assert gone(url)
    assert not (home / "server.json").exists()


def test_in_the_foreground_it_says_where_it_is_once_it_answers() -> None:
    with subprocess.Popen([*SERVE, "--port", "0"], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        said = json.loads(server.stdout.readline())
        assert httpx2.get(f"{said['url']}/_sandbox/health", trust_env=False).json()["pid"] == said["pid"]
        server.terminate()
        assert gone(said["url"])


def test_it_refuses_to_listen_beyond_this_machine() -> None:
    tried = subprocess.run(
        [*SERVE, "--host", "0.0.0.0"], capture_output=True, text=True, timeout=30, check=False
    )
    assert tried.returncode == 2
    assert "not a loopback address" in tried.stderr


def test_it_turns_away_requests_for_other_hosts(base: str) -> None:
    answer = httpx2.get(f"{base}/_sandbox/health", headers={"host": "evil.example"}, trust_env=False)
    assert answer.status_code == 421


def test_importing_it_loads_no_server() -> None:
    code = (
        "import sys, limner.sandbox; print([m for m in ('starlette', 'uvicorn', 'PIL') if m in sys.modules])"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True
    )
    assert told.stdout.strip() == "[]"


def test_a_sandbox_that_cannot_start_says_where_its_log_is(home: Path) -> None:
    (home / "server.json").mkdir()
    with pytest.raises(SetupNeeded) as caught:
        launch(home, idle_seconds=60)
    assert caught.value.key == "sandbox.no_start"
    assert Path(caught.value.facts["path"]).read_text()
    (home / "server.json").rmdir()
