"""Another skill that calls the product-shots script, as a process of its own."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from buyer import ask
from limner import Client

SKILL = Path(__file__).parents[2] / "skills" / "product-shots-image-gen"
SCRIPT = SKILL / "scripts" / "generate.py"
BIN = Path(sys.executable).parent


class Called(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def path(self) -> str:
        """What a caller reads as the result: the end of the last line."""
        return self.lines[-1].rpartition(" | ")[2]

    def told(self, name: str) -> str:
        """The value that standard error gives as name=value."""
        found = re.findall(rf"\b{name}=(\S+)", self.err)
        assert found, self.err
        return str(found[-1])


class Caller(NamedTuple):
    """Somebody with a key of their own, an empty home and a folder to work in."""

    url: str
    key: str
    home: Path
    folder: Path
    environment: dict[str, str]

    def generate(self, *words: str, **variables: str) -> Called:
        return self.call([sys.executable, str(SCRIPT), *words], **variables)

    def shell(self, text: str, **variables: str) -> Called:
        """A command line as somebody would type it, with this Python as `python`."""
        return self.call(["sh", "-euc", text], **variables)

    def call(self, command: list[str], **variables: str) -> Called:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={name: value for name, value in {**self.environment, **variables}.items() if value},
            capture_output=True,
            encoding="utf-8",
            timeout=100,
            check=False,
        )
        return Called(done.returncode, done.stdout, done.stderr)

    def bills(self) -> list[dict[str, Any]]:
        return list(ask(self.url, "/_sandbox/bills?" + urlencode({"account": self.key})))

    def requests(self) -> list[dict[str, Any]]:
        return list(ask(self.url, "/_sandbox/requests?" + urlencode({"account": self.key})))

    def configure(self, text: str) -> None:
        self.home.mkdir(exist_ok=True)
        (self.home / "config.toml").write_text(text, "utf-8")

    def client(self) -> Client:
        return Client(home=str(self.home))

    def files(self) -> list[Path]:
        """Everything that was written anywhere."""
        roots = (self.folder, self.home, Path(self.environment["HOME"]))
        return [path for root in roots for path in root.rglob("*") if path.is_file()]


def environment(url: str, key: str, person: Path, home: Path) -> dict[str, str]:
    """No more than a bare login has, so that nothing of this machine leaks in."""
    return {
        "PATH": os.pathsep.join((str(BIN), "/usr/bin", "/bin")),
        "HOME": str(person),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LIMNER_HOME": str(home),
        "OMNIMAAS_API_KEY": key,
        "OMNIMAAS_BASE_URL": f"{url}/omnimaas/v1",
    }


def skill_copy(folder: Path) -> Path:
    """The skill as an installer puts it somewhere."""
    return Path(shutil.copytree(SKILL, folder / SKILL.name, ignore=shutil.ignore_patterns("__pycache__")))


def sidecar(picture: Path) -> dict[str, Any]:
    return dict(json.loads(picture.with_name(picture.name + ".json").read_text("utf-8")))
