"""
OpenClaw: its own command sends through whatever channel it is set up for, with its own credentials.

    openclaw message send --channel C --target T --media PATH --message TEXT --json
"""

import json
import shutil
import subprocess
from pathlib import Path

from limner.delivery.parcel import Parcel
from limner.delivery.target import Target
from limner.errors import DeliveryFailed, SetupNeeded

_SECONDS = 120


class Sender:
    def __init__(self, target: Target, folder: Path, proxy: str | None = None) -> None:
        del folder, proxy
        program = shutil.which(str(target.settings.get("program", "openclaw")))
        if program is None:
            raise SetupNeeded("target.no_openclaw", target=target.name)
        where = ["--channel", target.setting("channel"), "--target", target.setting("to")]
        self._target, self._words = target, [program, "message", "send", *where, "--json"]

    def close(self) -> None:
        pass

    def send_picture(self, parcel: Parcel, caption: str) -> str:
        document = ["--force-document"] if parcel.as_file else []
        return self._run("--media", parcel.picture.path, *document, f"--message={caption}")

    def send_text(self, text: str, once: str) -> None:
        del once
        self._run(f"--message={text}")

    def _run(self, *words: str) -> str:
        facts = {"target": self._target.name, "service": self._target.title}
        try:
            done = subprocess.run(  # words of ours, no shell
                [*self._words, *words], capture_output=True, timeout=_SECONDS, text=True, check=False
            )
        except subprocess.TimeoutExpired as error:
            late = DeliveryFailed("delivery.no_answer", **facts, said="")
            late.unknown = True
            raise late from error
        except OSError as error:
            raise DeliveryFailed("delivery.not_reached", **facts, said=error.strerror) from error
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines()[-1:] or [f"exit {done.returncode}"]
            raise DeliveryFailed("delivery.refused", **facts, said=said[0])
        return _message_id(done.stdout)


def _message_id(said: str) -> str:
    try:
        told = json.loads(said)
    except ValueError:
        return ""
    for name in ("messageId", "message_id", "id"):
        for one in (told, told.get("result"), told.get("payload")) if isinstance(told, dict) else ():
            if isinstance(one, dict) and one.get(name):
                return str(one[name])
    return ""
