"""The process: a client, a server, and one of two ways in."""

import logging
import os
import secrets
import sys
from pathlib import Path

import anyio

from limner.client import Client
from limner.errors import Usage
from limner.home import private_folder
from limner.mcp.desk import Desk
from limner.mcp.server import build
from limner.mcp.speaking import Voice
from limner.messages import mcp_text

HOST = "127.0.0.1"
_PATH = "mcp-address.txt"


def serve(
    *,
    home: str | None,
    sandbox: bool,
    chosen: str | None,
    fallback: str,
    port: int | None,
    pictures: str | None,
) -> int:
    """
    Serve until the other side hangs up; the exit code. `port` is `None` for standard input and output, 0 for
    any free port. Raises `Usage` for a port that is taken.
    """
    voice = Voice(chosen, fallback)
    # Hosts show or keep what comes on standard error: only what is wrong, and plainly.
    logging.basicConfig(level=logging.ERROR, format="limner mcp: %(message)s")
    client = Client(home=home, sandbox=sandbox, language=voice.own)
    desk = Desk(client, voice, at=home, pictures=pictures, local=port is None)
    try:
        if port is None:
            if sys.stdin.isatty():
                sys.stderr.write(mcp_text("serving.stdio", voice.own) + "\n")
            anyio.run(build(desk).run_stdio_async)
        else:
            _serve_http(desk, port)
    except* (BrokenPipeError, anyio.BrokenResourceError, anyio.ClosedResourceError):
        # The host was killed in the middle of a sentence. Nobody is left to tell.
        _say_no_more()
    finally:
        desk.close()
    return 0


def _say_no_more() -> None:
    """What is still buffered goes nowhere, instead of failing once more when the interpreter ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _serve_http(desk: Desk, port: int) -> None:
    """
    On loopback, under a path nobody can guess: other people on this machine reach the port as well. A page
    in a browser is kept out by the checks of `Host` and `Origin`.
    """
    import socket

    import uvicorn

    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(64)
    except OSError as error:
        listener.close()
        raise Usage("mcp.port_taken", port=port, reason=error.strerror) from error
    path = f"/{_secret(desk.client.home.data / _PATH)}/mcp"
    url = f"http://{HOST}:{listener.getsockname()[1]}{path}"
    app = build(desk).streamable_http_app(streamable_http_path=path, host=HOST)
    config = uvicorn.Config(app, log_level="error", access_log=False, server_header=False, ws="none")
    sys.stderr.write(mcp_text("serving.http", desk.voice.own, {"url": url}) + "\n")
    sys.stderr.flush()
    uvicorn.Server(config).run([listener])


def _secret(path: Path) -> str:
    """The secret part of the address: made once, so that what a host was told stays true."""
    private_folder(path.parent)
    try:
        told = path.read_text("ascii").strip()
        if len(told) >= 20:
            return told
    except (OSError, ValueError):
        pass
    told = secrets.token_urlsafe(24)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(told)
    return told
