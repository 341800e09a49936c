"""A studio in a process of its own, and somebody who visits it, with and without a browser."""

import json
import os
import re
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx2

_PATIENCE = 30.0
# Nothing may reach the keyring of whoever runs the tests.
_NO_KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
_LINK = re.compile(r"http://127\.0\.0\.1:(\d+)/enter\?token=(\S+)")
_FIELD = re.compile(r'name="csrf" value="([0-9a-f]{64})"')


class Studio(NamedTuple):
    """One that is open."""

    port: int
    token: str
    home: Path
    said: Path
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def link(self) -> str:
        return f"{self.url}/enter?token={self.token}"

    @contextmanager
    def visited(self, *, let_in: bool = True, language: str = "en") -> Iterator["Visitor"]:
        headers = {"accept": "text/html", "accept-language": language}
        with httpx2.Client(base_url=self.url, headers=headers, timeout=_PATIENCE, trust_env=False) as http:
            if let_in:
                assert http.get(self.link).status_code == 303
            yield Visitor(self, http)


class Visitor(NamedTuple):
    """A browser's side of HTTP, without the browser."""

    studio: Studio
    http: httpx2.Client

    def see(self, path: str, status: int = 200) -> str:
        answer = self.http.get(path)
        assert answer.status_code == status, (path, answer.status_code, answer.text[:500])
        return str(answer.text)

    def csrf(self, path: str = "/make") -> str:
        found = _FIELD.search(self.see(path))
        assert found
        return found[1]

    def press(
        self, path: str, *, origin: str = "", token: str | None = None, **fields: str
    ) -> httpx2.Response:
        """Send a form, as a page of ours would; `origin` and `token` as another page might."""
        headers = {"origin": origin or self.studio.url}
        told = {**fields, "csrf": self.csrf() if token is None else token}
        return self.http.post(path, data=told, headers=headers)


def line_of(process: subprocess.Popen[bytes], said: Path) -> "re.Match[str]":
    """The link, as soon as it was printed."""
    deadline = time.monotonic() + _PATIENCE
    assert process.stderr is not None
    with selectors.DefaultSelector() as ready, said.open("ab") as log:
        ready.register(process.stderr, selectors.EVENT_READ)
        while time.monotonic() < deadline and ready.select(deadline - time.monotonic()):
            block = os.read(process.stderr.fileno(), 65_536)
            log.write(block)
            log.flush()
            found = _LINK.search(said.read_text("utf-8"))
            if found:
                return found
            assert block, said.read_text("utf-8")
    raise AssertionError(said.read_text("utf-8"))


@contextmanager
def opened(home: Path, *words: str, opens: str = "") -> Iterator[Studio]:
    """A studio on a port of its own, closed when the block ends."""
    said = home / "studio.log"
    said.write_bytes(b"")
    quiet = [] if opens else ["--no-open"]
    process = subprocess.Popen(
        [sys.executable, "-m", "limner.studio", "--port", "0", "--home", str(home), *quiet, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(home / "person"),
            "LANG": "C.UTF-8",
            "BROWSER": opens,
            **_NO_KEYRING,
        },
    )
    try:
        found = line_of(process, said)
        yield Studio(int(found[1]), found[2], home, said, process)
    finally:
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate(timeout=_PATIENCE)
        with said.open("ab") as log:
            log.write(rest)
    assert "Traceback" not in said.read_text("utf-8"), said.read_text("utf-8")
    assert process.returncode < 0 or not (home / "studios" / found[1]).exists()


def stop_sandbox(home: Path) -> None:
    """End the sandbox that a studio started for itself."""
    record = home / "sandbox" / "server" / "server.json"
    if record.exists():
        os.kill(json.loads(record.read_bytes())["pid"], signal.SIGTERM)
