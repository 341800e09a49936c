"""
One warm client: imported and warmed up by small pictures, then measured over a number of them.

    python worker.py CLIENT.py BASE_URL FOLDER SIZE N COUNT IN_FLIGHT

Prints one line of JSON: CPU and wall seconds over all requests, and by how many bytes the peak memory grew.
"""

import importlib.util
import json
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

_WARM = 3
_KILO = 1 if sys.platform == "darwin" else 1024

Order = tuple[str, str, int]
"""A prompt, the file its picture goes to, and how many pictures."""
Fleet = Callable[[list[Order]], None]


def main(client: str, url: str, folder: str, *numbers: str) -> None:
    size, (n, count, in_flight) = numbers[0], map(int, numbers[1:])
    serve = _fleet(_load(client), url, in_flight)
    serve(_orders(Path(folder, "warm"), "0.2m", 1, max(_WARM, in_flight)))
    orders = _orders(Path(folder, "out"), size, n, count)
    peak, cpu, wall = _peak(), time.process_time(), time.perf_counter()
    serve(orders)
    told = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall, "growth": _peak() - peak}
    print(json.dumps(told))


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KILO


def _orders(folder: Path, size: str, n: int, count: int) -> list[Order]:
    folder.mkdir(parents=True)
    return [
        (f"{folder.name} {place}, a lighthouse {size}", f"{folder}/{place}.png", n) for place in range(count)
    ]


def _load(file: str) -> ModuleType:
    found = importlib.util.spec_from_file_location("client", file)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def _fleet(module: ModuleType, url: str, in_flight: int) -> Fleet:
    """The client's own way of asking for many at once where it has one, else threads."""
    own: Callable[[str, int], Fleet] | None = getattr(module, "fleet", None)
    if own:
        return own(url, in_flight)
    make: Callable[..., Any] = module.connect(url)
    if in_flight == 1:
        return lambda orders: [make(*order) for order in orders] and None
    threads = ThreadPoolExecutor(in_flight)
    return lambda orders: (
        [done.result() for done in [threads.submit(make, *order) for order in orders]] and None
    )


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    main(*sys.argv[1:])
