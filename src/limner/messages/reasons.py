"""
Why something failed: an error's key as one of a few plain reasons, and what a system says as a key.

Which words a person reads for each reason is in the `*_stream` tables (`reason_…`) and, for
systems, in `en.py` and `zh.py` (`reason.…`).
"""

import errno
import os
import re
from functools import cache

_NUMBERED = re.compile(r"\[Errno (\d+)\]")
_PLACE = re.compile(r"line (\d+),? column (\d+)")
# What SQLite, the JSON and TOML readers and Python's import say, where it can reach a person.
_PARTS = {
    "attempt to write a readonly database": "reason.read_only",
    "database or disk is full": "reason.full",
    "database is locked": "reason.busy",
    "unable to open database file": "reason.no_right",
    "disk I/O error": "reason.disk",
    "codec can't decode": "reason.not_utf8",
    "maximum recursion depth": "reason.too_deep",
    "at end of document": "reason.ends_early",
    "No module named": "reason.not_installed",
    "Name or service not known": "reason.no_name",
    "nodename nor servname": "reason.no_name",
    "Temporary failure in name resolution": "reason.no_name",
    "No address associated with hostname": "reason.no_name",
    "getaddrinfo failed": "reason.no_name",
    "certificate verify failed": "reason.certificate",
    "timed out": "reason.silent",
    "EOF occurred in violation": "reason.broke_off",
}

# The longest beginning that fits decides. A key that is not here reads as "other": one calm sentence.
_PLAIN = {
    "key": "key",
    "key.none": "no_key",
    "key.variable_empty": "no_key",
    "key.file_empty": "no_key",
    "setup": "no_key",
    "gateway.key_refused": "key",
    "gateway.forbidden": "forbidden",
    "gateway.funds": "funds",
    "refused.attribute": "settings",
    "refused.price_differs": "points",
    "refused.no_such_row": "mismatch",
    "refused.other_row": "mismatch",
    "refused.subscription": "subscription",
    "gateway.refused": "parameters",
    "gateway.redirected": "unavailable",
    "parameter": "parameters",
    "size": "parameters",
    "n.": "parameters",
    "ratio": "ratio",
    "task.failed": "made",
    "task.canceled": "failed",
    "task.no_pictures": "failed",
    "gateway.said_failed": "failed",
    "gateway.said_no": "failed",
    "task.still_running": "timeout",
    "gateway.unreachable": "network",
    "gateway.elsewhere": "network",
    "gateway.certificate": "network",
    "gateway.silent": "lost",
    "gateway.gave_up": "lost",
    "gateway.broke_off": "lost",
    "answer": "lost",
    "stream": "lost",
    "answer.words_only": "content",
    "gateway.content": "content",
    "gateway.rate": "rate",
    "gateway.own_fault": "unavailable",
    "gateway.unreadable_error": "unavailable",
    "gateway.empty_list": "unavailable",
    "model": "unavailable",
    "picture": "broken",
    "picture.gone": "gone",
    "picture.link": "gone",
    "picture.not_ours": "other",
    "task.unknown": "lost",
    "task.forgotten": "lost",
    "job.not_recorded": "storage",
    "job.no_folder": "storage",
    "home": "storage",
    "stopped": "stopped",
    "address": "setup",
    "proxy": "setup",
    "settings": "setup",
    "sandbox": "setup",
    "gateway.unknown": "setup",
    "gateway.no_other_host": "setup",
    "gateway.cannot_look": "lost",
    "gateway.no_list": "setup",
    "gateway.at_work": "setup",
    "market": "unavailable",
    "prompt": "request",
    "request": "request",
    "attempts": "request",
    "max_cost": "request",
    "extra": "request",
    "file": "request",
    "document": "request",
    "answer.not_stored": "storage",
    "output": "storage",
    "ledger": "storage",
    "job.interrupted": "interrupted",
    "job.never_sent": "interrupted",
    "job.part_never_sent": "interrupted",
    "upload": "reference",
    "reference": "reference",
    "budget": "budget",
    "quote.above_limit": "budget",
    "job.rest_not_sent": "budget",
    "gateway.no_provider": "setup",
    "quote": "changed",
}

_SYSTEM = {
    "EACCES": "reason.no_right",
    "EPERM": "reason.no_right",
    "ENOENT": "reason.not_there",
    "ENOTEMPTY": "reason.not_empty",
    "ENOTDIR": "reason.not_a_folder",
    "EISDIR": "reason.a_folder",
    "EEXIST": "reason.exists",
    "ENOSPC": "reason.full",
    "EDQUOT": "reason.quota",
    "EROFS": "reason.read_only",
    "EFBIG": "reason.too_large",
    "ENAMETOOLONG": "reason.name_too_long",
    "ELOOP": "reason.links",
    "EMFILE": "reason.open_files",
    "ENFILE": "reason.open_files",
    "EIO": "reason.disk",
    "EBUSY": "reason.busy",
    "ETXTBSY": "reason.busy",
    "EINVAL": "reason.bad_name",
    "ENXIO": "reason.not_there",
    "ENODEV": "reason.not_there",
    "ESTALE": "reason.gone",
    "ETIMEDOUT": "reason.slow_disk",
    "ENOLCK": "reason.no_locks",
    "EOPNOTSUPP": "reason.not_possible",
    "ENOMEM": "reason.memory",
    "ECONNREFUSED": "reason.nobody_listens",
    "ECONNRESET": "reason.broke_off",
    "ECONNABORTED": "reason.broke_off",
    "EPIPE": "reason.broke_off",
    "EHOSTUNREACH": "reason.unreachable",
    "EHOSTDOWN": "reason.unreachable",
    "ENETUNREACH": "reason.unreachable",
    "ENETDOWN": "reason.unreachable",
    "EADDRINUSE": "reason.in_use",
    "EADDRNOTAVAIL": "reason.not_here",
}


def plain(error: str | None) -> str:
    """The plain reason that an error's key stands for."""
    key = error or ""
    fitting = [known for known in _PLAIN if key.startswith(known)]
    return _PLAIN[max(fitting, key=len)] if fitting else "other"


def translated(said: str) -> tuple[str, dict[str, str]] | None:
    """
    The key and the facts that say in every language what a system said in its own words; `None` for words
    that are nobody's but the speaker's.
    """
    if said.startswith("reason."):
        return said, {}
    found = _NUMBERED.match(said)
    if found:
        return _by_number(int(found[1])), {}
    known = _by_words().get(said) or next((key for words, key in _PARTS.items() if words in said), None)
    if known:
        return known, {}
    at = _PLACE.search(said)
    return ("reason.at", {"line": at[1], "column": at[2]}) if at else None


@cache
def _by_words() -> dict[str, str]:
    """What this system says for each of its errors, to the key of ours."""
    return {os.strerror(number): _by_number(number) for number in errno.errorcode}


def _by_number(number: int) -> str:
    return _SYSTEM.get(errno.errorcode.get(number, ""), "reason.system")
