"""A host that is killed in the middle of a sentence is no fault of the server's."""

import json
import os
import subprocess

from crash.stage import Stage

from .screen import LIMNER

_HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "host", "version": "1"},
    },
}


def test_a_server_whose_host_has_stopped_listening_ends_without_a_word(stage: Stage) -> None:
    listening, talking = os.pipe()
    served = subprocess.Popen(
        [LIMNER, "mcp"],
        stdin=subprocess.PIPE,
        stdout=talking,
        stderr=subprocess.PIPE,
        env=stage.environment,
        cwd=stage.folder,
    )
    os.close(talking)
    os.close(listening)
    _, said = served.communicate(json.dumps(_HELLO).encode() + b"\n", timeout=60)
    assert (served.returncode, said) == (0, b"")
