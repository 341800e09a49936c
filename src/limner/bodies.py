"""What is sent: JSON, forms, and forms with files."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple


class File(NamedTuple):
    """One part of a multipart form that is a file."""

    field: str
    name: str
    media_type: str
    path: str


class Body(NamedTuple):
    """The pieces are sent one after the other, so that large ones are never joined."""

    media_type: str
    pieces: tuple[bytes, ...]
    send_by: float | None = None
    """When the first byte has to have left, on `transport.clock`; `None`: at any time."""

    @property
    def length(self) -> int:
        return sum(map(len, self.pieces))


def as_json(value: Any) -> Body:
    return Body("application/json", (json.dumps(value, ensure_ascii=False).encode(),))


def as_form(fields: Sequence[tuple[str, str]], files: Sequence[File]) -> Body:
    """A multipart form: the fields first, in order, then the files."""
    boundary = os.urandom(16).hex()
    pieces: list[bytes] = []
    for name, value in fields:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{_escaped(name)}"\r\n\r\n'
        pieces += [head.encode(), value.encode(), b"\r\n"]
    for file in files:
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{_escaped(file.field)}"; '
            f'filename="{_escaped(file.name)}"\r\nContent-Type: {file.media_type}\r\n\r\n'
        )
        pieces += [head.encode(), Path(file.path).read_bytes(), b"\r\n"]
    pieces.append(f"--{boundary}--\r\n".encode())
    return Body(f"multipart/form-data; boundary={boundary}", tuple(pieces))


def _escaped(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
