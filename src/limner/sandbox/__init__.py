"""
The gateways, played by us on loopback, over real HTTP and with bills: for trying, teaching and testing.

Nothing here can make, or be taken for, a real generation. `launch` is all that other rooms need:
it returns the address of a running sandbox and starts one when there is none.
"""

import json
import sys
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from limner import __version__
from limner.home import alone

if TYPE_CHECKING:
    import subprocess

_PATIENCE = 15.0
_LOOK_EVERY = 0.01


def launch(home: Path, *, idle_seconds: int = 600) -> str:
    """The base URL of a running sandbox: the one `home/server.json` records, or else a new, detached one."""
    running = _recorded(home)
    if running:
        return running
    _demand_installed()
    home.mkdir(parents=True, exist_ok=True)
    with alone(home / "launch.lock"):
        return _recorded(home) or _started(home, idle_seconds)


def _started(home: Path, idle_seconds: int) -> str:
    with (home / "server.log").open("ab") as log:
        child = _detached(home, idle_seconds, log)
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and child.poll() is None:
        running = _recorded(home)
        if running:
            # It outlives us, so nobody will ever wait for it: without this, Popen complains when collected.
            child.returncode = 0
            return running
        time.sleep(_LOOK_EVERY)
    if child.poll() is None:
        child.kill()
        child.wait()
    from limner.errors import SetupNeeded

    raise SetupNeeded("sandbox.no_start", path=str(home / "server.log"))


def _detached(home: Path, idle_seconds: int, log: IO[bytes]) -> "subprocess.Popen[bytes]":
    import subprocess

    command = [sys.executable, "-P", "-m", "limner.sandbox", "--home", str(home), "--port", "0"]
    flags: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        flags = {"creationflags": subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP}
    return subprocess.Popen(
        [*command, "--idle", str(idle_seconds)],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        close_fds=True,
        **flags,
    )


def _recorded(home: Path) -> str | None:
    """The recorded server's URL, if it is alive, ours and of this version."""
    try:
        record = json.loads((home / "server.json").read_bytes())
        url, token = record["url"], record["token"]
        health = _health(url)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    same = health.get("token") == token and health.get("version") == __version__
    return str(url) if same else None


def _health(url: str) -> dict[str, Any]:
    """One plain GET: an HTTP library costs more to import than all the rest of this takes."""
    import socket
    from urllib.parse import urlsplit

    address = urlsplit(url)
    request = f"GET /_sandbox/health HTTP/1.0\r\nHost: {address.netloc}\r\n\r\n".encode()
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=2) as connection:
        connection.sendall(request)
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    health = json.loads(answer.partition(b"\r\n\r\n")[2])
    return health if isinstance(health, dict) else {}


def _demand_installed() -> None:
    from importlib.util import find_spec

    if any(find_spec(name) is None for name in ("starlette", "uvicorn", "python_multipart")):
        from limner.errors import SetupNeeded

        raise SetupNeeded("sandbox.not_installed")
