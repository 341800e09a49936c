"""What moves on open pages: told as it moves, by one watcher however many windows there are."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from starlette.types import Message

from buyer import Buyer
from limner import Output
from limner.studio.live import Drawn, Watcher

from .test_pages import quoted
from .visitor import Visitor, opened

_PATIENCE = 20.0


class Stream:
    """One window's stream, read as a browser reads it."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines

    def next(self, name: str) -> str:
        """The next telling of one part."""
        event, data = "", []
        for line in self._lines:
            if line.startswith("event: "):
                event, data = line[7:], []
            elif line.startswith("data: "):
                data.append(line[6:])
            elif not line and event == name:
                return "\n".join(data)
        raise AssertionError(f"the stream ended without {name}")

    def until(self, name: str, said: str) -> str:
        while said not in (told := self.next(name)):
            pass
        return told

    def ends(self) -> bool:
        return all(True for _ in self._lines)


@contextmanager
def followed(visitor: Visitor, path: str) -> Iterator[Stream]:
    with visitor.http.stream("GET", path, timeout=_PATIENCE) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Stream(answer.iter_lines())


def test_a_job_of_another_process_is_seen_as_it_goes_and_its_picture_hung(
    visitor: Visitor, buyer: Buyer
) -> None:
    quote = buyer.client.quote("a kingfisher [[slow:2]]", model="gpt-image-2")
    with (
        followed(visitor, "/live/wall?since=0") as wall,
        followed(visitor, f"/live/quote/{quote.id}") as card,
    ):
        assert quote.id in wall.next("strip")
        assert card.next("stand") == "open"
        buyer.client.approve(quote.id)
        assert card.next("stand") == "yes"
        elsewhere = threading.Thread(
            target=buyer.client.run, args=(quote.id, Output(folder=str(buyer.folder)))
        )
        elsewhere.start()
        job = card.until("stand", "j_")
        assert "<progress" in wall.until("strip", job)
        assert f'data-key="{job}-0"' in wall.until("tiles", job)
        elsewhere.join()
    assert buyer.client.job(job).state == "done"


def test_a_card_knows_a_no_from_another_window_at_once(visitor: Visitor) -> None:
    card = quoted(visitor, "an undecided donkey")
    with followed(visitor, card.replace("/approve/", "/live/quote/")) as stream:
        assert stream.next("stand") == "open"
        visitor.press(card, answer="no")
        assert stream.next("stand") == "no"


def test_a_window_that_cannot_follow_asks_once(visitor: Visitor, buyer: Buyer) -> None:
    told = visitor.http.get("/live/wall?since=0&once=1")
    assert {"strip", "tiles", "news", "questions"} == set(told.json())
    job = buyer.make("a still life", model="gpt-image-2")
    assert visitor.http.get(f"/live/job/{job.id}?once=1").json()["stand"] == "done"
    assert "strip" not in visitor.http.get("/live/wall?q=still&once=1").json()


def test_a_stream_about_nothing_ends(visitor: Visitor) -> None:
    with followed(visitor, "/live/job/j_2222222222") as stream:
        assert stream.ends()


def test_a_studio_that_ends_while_windows_look_ends_at_once_and_quietly(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        with ExitStack() as windows:
            streams = []
            for number in range(12):
                visitor = windows.enter_context(studio.visited())
                streams.append(windows.enter_context(followed(visitor, f"/live/wall?since={number % 2}")))
                streams[-1].next("tiles")
            threads = Path(f"/proc/{studio.process.pid}/task")
            assert not threads.exists() or len(list(threads.iterdir())) <= 4
            studio.process.terminate()
            assert all(stream.ends() for stream in streams)
        studio.process.wait(_PATIENCE)
    assert "timeout" not in studio.said.read_text()


def test_windows_that_show_the_same_are_drawn_for_once_and_leave_nothing_behind() -> None:
    drawn: list[str] = []

    def view() -> Drawn:
        drawn.append("")
        return Drawn({"count": str(len(drawn))})

    async def looked_at() -> set[asyncio.Task[None]]:
        watcher = Watcher(lambda _: "as it was")
        seen, closed = asyncio.Semaphore(0), asyncio.Event()

        async def receive() -> Message:
            await closed.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            if b"event: count" in message.get("body", b""):
                seen.release()

        scope = {"type": "http", "asgi": {"spec_version": "2.3"}}
        windows = [
            asyncio.create_task(watcher.stream("the same", False, view)(scope, receive, send))
            for _ in range(20)
        ]
        for _ in windows:
            await asyncio.wait_for(seen.acquire(), _PATIENCE)
        closed.set()
        await asyncio.gather(*windows)
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        _, still = await asyncio.wait(rest, timeout=_PATIENCE) if rest else (rest, set())
        return still

    assert asyncio.run(looked_at()) == set()
    assert len(drawn) == 1
