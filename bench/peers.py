"""Who is measured, where each lives, and how it is asked for one picture."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from bench.measure import HERE

Argv = Callable[[str, str, str], list[str]]
"""The words that make one picture: from an address, a prompt and the file it goes to."""

_CURL = """curl -sf -H 'Content-Type: application/json' -d '{{"model":"m","prompt":"{prompt}"}}' \
{url}/images/generations | jq -r '.data[0].b64_json' | base64 -d > '{out}'"""
_CONFIG = """[gateways.bench]
provider = "openai_compatible"
base_url = "{url}"
max_n = 16
[gateways.bench.models."gpt-image-1"]
"""


class Peer(NamedTuple):
    name: str
    python: Path
    client: Path | None
    """Its file in `clients/`, when it can be kept warm."""
    argv: Argv | None
    """When it can be started for one picture."""

    @property
    def who(self) -> str:
        """As it calls itself in the server's paths."""
        return "".join(letter if letter.isalnum() else "-" for letter in self.name)


class Limner(NamedTuple):
    """One checkout of limner, installed as people install it: a wheel, with its byte code compiled."""

    name: str
    venv: Path

    @property
    def python(self) -> Path:
        return self.venv / "bin" / "python"

    @property
    def program(self) -> Path:
        return self.venv / "bin" / "limner"

    @property
    def peers(self) -> list[Peer]:
        program = str(self.program)

        def argv(_: str, prompt: str, out: str) -> list[str]:
            return [program, "make", prompt, "--model", "gpt-image-1", "--out", out, "--no-input"]

        return [
            Peer(self.name, self.python, None, argv),
            Peer(f"{self.name} (Python)", self.python, *_both("limner_python", self.python)),
        ]


def install(place: Path, checkouts: dict[str, Path]) -> tuple[Path, list[Limner]]:
    """The peers' own environment and one per checkout of limner, all of this interpreter."""
    peers = _environment(place / "peers", "-r", str(HERE / "peers.txt"))
    limners = []
    for name, checkout in checkouts.items():
        venv = place / name.replace(" ", "-")
        _environment(venv, "--reinstall-package", "limner", str(checkout))
        limners.append(Limner(name, venv))
    return peers / "bin" / "python", limners


def everybody(peers: Path, limners: list[Limner]) -> list[Peer]:
    floor = limners[0].python
    found = [Peer("floor", floor, *_both("floor", floor))]
    found += [peer for limner in limners for peer in limner.peers]
    if all(map(shutil.which, ("curl", "jq", "base64"))):
        found.append(Peer("curl | jq | base64", peers, None, _curl))
    found.append(Peer("http.client script", peers, None, _both("http_client", peers)[1]))
    files = {"requests + Pillow": "requests_pillow", "fal-client": "fal", "openai SDK": "openai_sdk"}
    found += [Peer(name, peers, *_both(file, peers)) for name, file in files.items()]
    found.append(Peer("openai SDK (async)", peers, HERE / "clients" / "openai_async.py", None))
    found.append(Peer("LiteLLM", peers, *_both("litellm_library", peers)))
    return found


def give_home(folder: Path, url: str) -> Path:
    """A limner home that knows one free gateway: the loopback server."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(_CONFIG.format(url=url))
    return folder


def _both(file: str, python: Path) -> tuple[Path, Argv]:
    client = HERE / "clients" / f"{file}.py"
    return client, lambda url, prompt, out: [str(python), str(client), url, prompt, out]


def _curl(url: str, prompt: str, out: str) -> list[str]:
    return ["/bin/sh", "-c", _CURL.format(prompt=prompt, url=url, out=out)]


def _environment(venv: Path, *wanted: str) -> Path:
    uv = os.environ.get("UV") or shutil.which("uv")
    if uv is None:
        raise SystemExit("uv is needed to install the peers")
    if not venv.exists():
        subprocess.run([uv, "venv", "-q", "--python", sys.executable, str(venv)], check=True)
    python = str(venv / "bin" / "python")
    subprocess.run(
        [uv, "pip", "install", "-q", "--compile-bytecode", "--python", python, *wanted], check=True
    )
    return venv
