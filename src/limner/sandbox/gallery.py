"""
Pictures by URL: what a gateway keeps for its customer for a while, and what a customer uploaded.

Not imitated: content delivery networks, range requests, signatures that are checked.
"""

from collections import OrderedDict
from secrets import token_hex
from typing import NamedTuple
from urllib.parse import urlsplit

_MOST_BYTES = 256 * 1024 * 1024


class Hung(NamedTuple):
    """A picture on the wall. `trouble` is "", "gone", "expired" or the name to redirect to."""

    data: bytes
    media_type: str
    trouble: str = ""


class Gallery:
    """Bounded by bytes: the oldest pictures are taken down first."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._hung: OrderedDict[str, Hung] = OrderedDict()
        self._bytes = 0

    def hang(self, data: bytes, media_type: str, trouble: str = "") -> str:
        """The URL at which the picture is now to be had."""
        return f"{self._base}{self.path(data, media_type, trouble)}"

    def path(self, data: bytes, media_type: str, trouble: str = "") -> str:
        """The same, without the host: a relative link."""
        suffix = media_type.partition("/")[2].replace("jpeg", "jpg") or "bin"
        name = f"{token_hex(12)}.{suffix}"
        if trouble == "redirect":
            trouble = self.path(data, media_type).rpartition("/")[2]
        self.keep(name, Hung(data, media_type, trouble))
        return f"/pictures/{name}" + ("?Expires=1000000000" if trouble == "expired" else "")

    def keep(self, name: str, hung: Hung) -> None:
        self._hung[name] = hung
        self._bytes += len(hung.data)
        while self._bytes > _MOST_BYTES and len(self._hung) > 1:
            self._bytes -= len(self._hung.popitem(last=False)[1].data)

    def by_url(self, url: str) -> bytes | None:
        """The bytes behind one of our own links, absolute or relative; nothing foreign is ever fetched."""
        parts = urlsplit(url)
        ours = not parts.netloc or url.startswith(f"{self._base}/")
        name = parts.path.removeprefix("/pictures/")
        hung = self._hung.get(name) if ours and name != parts.path else None
        return hung.data if hung else None

    def find(self, name: str) -> Hung | None:
        return self._hung.get(name)
