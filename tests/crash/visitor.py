"""
Somebody at a browser: opens a studio, presses its buttons over HTTP, and opens it anew when it dies.

Told by its words, `what=quote`, each from a thread of its own: `make=` and `yes=`; `cancel=` and `recover=`
mean any job that is on the wall, `look=` the wall itself.
"""

import contextlib
import os
import queue
import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence

import httpx2

_LINK = re.compile(r"http://127\.0\.0\.1:\d+/enter\?token=\S+")
_FIELD = re.compile(r'name="csrf" value="([0-9a-f]{64})"')
_JOB = re.compile(r"/job/(j_[a-z0-9]+)")
_LIVES = 4
_PATIENCE = 20.0


class Studio:
    """One that is open, and what a visitor's browser keeps of it."""

    def __init__(self, environment: dict[str, str], *words: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "limner.studio", "--no-open", "--port", "0", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=environment,
        )
        self._said: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()
        link = self._link()
        self.url = link.partition("/enter")[0]
        headers = {"accept": "text/html", "accept-language": "en", "origin": self.url}
        self.http = httpx2.Client(base_url=self.url, headers=headers, timeout=_PATIENCE, trust_env=False)
        self.http.get(link)
        found = _FIELD.search(self.http.get("/make").text)
        assert found
        self._csrf = found[1]

    def see(self, path: str) -> str:
        return str(self.http.get(path).text)

    def is_live(self, job: str) -> bool:
        """Does the job's page still move?"""
        return bool(self.http.get(f"/live/job/{job}?once=1").json()["stand"] == "live")

    def press(self, path: str, **fields: str) -> httpx2.Response:
        """Send a form, as a page of the studio does."""
        return self.http.post(path, data={**fields, "csrf": self._csrf})

    def close(self) -> None:
        """As Ctrl-C does."""
        self.http.close()
        self.process.terminate()
        self.process.wait(_PATIENCE)
        self._listening.join(_PATIENCE)

    def _listen(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as mouth:
            for line in mouth:
                told = line.decode("utf-8", "replace")
                if not _LINK.search(told):
                    print(told, end="", flush=True)
                self._said.put(told)
        self._said.put("")

    def _link(self) -> str:
        said = ""
        while line := self._said.get(timeout=_PATIENCE):
            said += line
            found = _LINK.search(line)
            if found:
                return found[0]
        raise ConnectionError(said)


@contextlib.contextmanager
def opened(environment: dict[str, str], *words: str) -> Iterator[Studio]:
    studio = Studio(environment, *words)
    try:
        yield studio
    finally:
        studio.close()


def _do(studio: Studio, what: str, which: str) -> None:
    if what in {"look", "cancel", "recover"}:
        time.sleep(random.uniform(0, 1.5))
        pages = ("/", "/live/wall?once=1&since=0", "/questions")
        there = _JOB.findall("".join(studio.see(page) for page in pages))
        which = random.choice(there or ["j_none"])
    if what == "look":
        print("look", len(studio.see(f"/job/{which}")), flush=True)
        return
    if what in {"cancel", "recover"}:
        answer = studio.press(f"/job/{which}/{what}")
    else:
        answer = studio.press(f"/approve/{which}", answer=what)
    print(what, which, answer.status_code, answer.headers.get("location", ""), flush=True)
    where = answer.headers.get("location", "")
    if what == "make" and where.startswith("/job/"):
        _follow(studio, where)


def _follow(studio: Studio, job: str) -> None:
    """Watch the job's page, as the page itself does."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        if not studio.is_live(job.rpartition("/")[2]):
            print("ended", job, flush=True)
            return
        time.sleep(0.1)


def _tried(studio: Studio, what: str, which: str, left: list[str]) -> None:
    try:
        _do(studio, what, which)
    except httpx2.HTTPError as error:
        print("again:", type(error).__name__, flush=True)
        left.append(f"{what}={which}")


def main(words: Sequence[str]) -> None:
    left = list(words)
    for _ in range(_LIVES):
        try:
            with opened(dict(os.environ)) as studio:
                wanted, left = left, []
                pairs = [one.partition("=")[::2] for one in wanted]
                threads = [threading.Thread(target=_tried, args=(studio, *pair, left)) for pair in pairs]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
        except (httpx2.HTTPError, ConnectionError, queue.Empty) as error:
            print("again:", type(error).__name__, flush=True)
        if not left:
            return


if __name__ == "__main__":
    main(sys.argv[1:])
