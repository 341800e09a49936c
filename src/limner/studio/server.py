"""The process: one socket on loopback, uvicorn behind it, a note for others to find it by."""

import signal
import socket
import sys

import uvicorn
from starlette.types import ASGIApp

from limner import home as homes
from limner import whereabouts
from limner.home import private_folder
from limner.messages import LANGUAGES, sentence, studio_text
from limner.studio.app import build
from limner.studio.doors import Doors, Keys
from limner.studio.house import House

PORT = 8770
_TAKEN = 2


def serve(*, home: str | None, port: int | None, language: str, only_sandbox: bool, opens: bool) -> int:
    """Serve until stopped; the exit code. Prints the one link that lets a browser in."""
    spoken = language if language in LANGUAGES else "en"
    place = homes.find(home)
    others = whereabouts.living(place, sandbox=only_sandbox)
    try:
        listener = _listen(port)
    except OSError:
        key = (
            "cli_port_own"
            if f"http://127.0.0.1:{port}" in whereabouts.living(place, sandbox=True)
            else "cli_port_taken"
        )
        sys.stderr.write(studio_text(key, spoken, {"port": port}) + "\n")
        return _TAKEN
    number = int(listener.getsockname()[1])
    keys = Keys.new(number)
    house = House(home=home, only_sandbox=only_sandbox, language=language)
    private_folder(place.data)
    record = whereabouts.note(place, number, only_sandbox=only_sandbox)
    # Whoever asks it to end by a signal gets the same tidy end as somebody at the keyboard.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.stderr.write(studio_text("cli_open", spoken, {"url": keys.link}) + "\n")
        sys.stderr.write(studio_text("cli_stop", spoken) + "\n")
        for url in others:
            sys.stderr.write(studio_text("cli_beside", spoken, {"url": url}) + "\n")
        if only_sandbox:
            sys.stderr.write(sentence("card.sandbox", spoken) + "\n")
        link = keys.ticket_link() if opens else None
        _Server(_config(Doors(build(house, keys), keys)), house, link).run([listener])
    except KeyboardInterrupt:
        pass
    finally:
        record.close()
        house.close()
    return 0


def _listen(port: int | None) -> socket.socket:
    """The port that was asked for; else the usual one; else any. Raises `OSError` for one that is taken."""
    wanted = [port] if port is not None else [PORT, 0]
    for place, number in enumerate(wanted):
        # Only on a socket that is told its protocol does asyncio send at once; else answers wait 40 ms.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            if sys.platform != "win32":
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", number))
            listener.listen(64)
        except OSError:
            listener.close()
            if place + 1 == len(wanted):
                raise
        else:
            return listener
    raise AssertionError


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        ws="none",
        lifespan="off",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        log_level="error",
        timeout_graceful_shutdown=1,
    )


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, house: House, link: str | None) -> None:
        super().__init__(config)
        self.house = house
        self.link = link

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Windows that follow what moves would keep it waiting.
        self.house.watcher.close()
        await super().shutdown(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.link:
            import threading
            import webbrowser

            # A text browser would sit on this thread until it is closed.
            threading.Thread(target=webbrowser.open, args=(self.link,), daemon=True).start()
