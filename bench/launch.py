"""
Starts what is measured, from a process so small that it leaves no mark on it.

The kernel counts the starter's memory into the peak of whatever it starts, and a large starter forks slowly:
so this one imports nothing that a bare interpreter has not, and is asked over its standard input.
"""

import marshal
import posix
import sys
import time

_WRITE = posix.O_WRONLY | posix.O_CREAT | posix.O_TRUNC


def _run(argv: list[str], env: dict[str, str], out: str, err: str) -> tuple[int, int, int, float, int]:
    files = [(posix.POSIX_SPAWN_OPEN, 1, out, _WRITE, 0o600), (posix.POSIX_SPAWN_OPEN, 2, err, _WRITE, 0o600)]
    start = time.monotonic_ns()
    child = posix.posix_spawn(argv[0], argv, env, file_actions=files)
    _, status, usage = posix.wait4(child, 0)
    return start, time.monotonic_ns(), status, usage.ru_utime + usage.ru_stime, usage.ru_maxrss


if __name__ == "__main__":
    while True:
        try:
            asked = marshal.load(sys.stdin.buffer)
        except EOFError:
            break
        marshal.dump(_run(*asked), sys.stdout.buffer)
        sys.stdout.buffer.flush()
