"""
What one interpreter can do at best: a raw socket, base64 decoded block by block into the file.

It knows nothing, keeps nothing and promises nothing: no ledger, no check, nothing synced to the disk.
"""

import select
import sys
from _socket import IPPROTO_TCP, TCP_NODELAY, socket

from pybase64 import b64decode

_BLOCK = 1 << 16  # larger blocks would be given back to the system and zeroed again each time
_BEGIN = b'"b64_json":"'


class Fetch:
    """One request on one connection, fed as bytes arrive."""

    def __init__(self, sock: socket, host: str, path: str) -> None:
        self.sock = sock
        self._head = f"POST {path}/images/generations HTTP/1.1\r\nHost: {host}\r\nContent-Length: "

    def ask(self, prompt: str, out: str, n: int = 1) -> None:
        body = f'{{"model":"m","prompt":"{prompt}","n":{n}}}'
        self.sock.sendall(f"{self._head}{len(body)}\r\n\r\n{body}".encode())
        self._names = iter([out, *(f"{out[:-4]}-{place}.png" for place in range(2, n + 1))])
        self._file = None
        self._carry = b""
        self._left = -1

    def feed(self) -> bool:
        """Take what has arrived. True when the answer is whole."""
        block = self.sock.recv(_BLOCK)
        if self._left < 0:
            head, _, block = block.partition(b"\r\n\r\n")
            self._left = int(head.rpartition(b"Content-Length: ")[2])
        self._left -= len(block)
        while block:
            block = self._decode(block) if self._file else self._search(block)
        return self._left == 0

    def _search(self, block: bytes) -> bytes:
        block, self._carry = self._carry + block, b""
        found = block.find(_BEGIN)
        if found < 0:
            self._carry = block[1 - len(_BEGIN) :]
            return b""
        self._file = open(next(self._names), "wb", 0)  # noqa: SIM115
        return block[found + len(_BEGIN) :]

    def _decode(self, block: bytes) -> bytes:
        end = block.find(b'"')
        text = self._carry + (block if end < 0 else block[:end])
        whole = len(text) & ~3
        self._file.write(b64decode(memoryview(text)[:whole], validate=True))
        self._carry = text[whole:]
        if end < 0:
            return b""
        self._file.close()
        self._file, self._carry = None, b""
        return block[end:]


def dial(url: str) -> Fetch:
    host, _, path = url.removeprefix("http://").partition("/")
    sock = socket()
    sock.connect((host.partition(":")[0], int(host.partition(":")[2])))
    sock.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
    return Fetch(sock, host, "/" + path)


def fleet(url: str, in_flight: int):
    fetches = {fetch.sock.fileno(): fetch for fetch in (dial(url) for _ in range(in_flight))}
    poll = select.poll()

    def serve(orders) -> None:
        waiting = iter(orders)
        busy = set()
        for (number, fetch), order in zip(fetches.items(), waiting, strict=False):
            fetch.ask(*order)
            poll.register(number, select.POLLIN)
            busy.add(number)
        while busy:
            for number, _ in poll.poll():
                if not fetches[number].feed():
                    continue
                following = next(waiting, None)
                if following:
                    fetches[number].ask(*following)
                else:
                    poll.unregister(number)
                    busy.remove(number)

    return serve


if __name__ == "__main__":
    one = dial(sys.argv[1])
    one.ask(sys.argv[2], sys.argv[3])
    while not one.feed():
        pass
