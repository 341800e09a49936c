"""
Why something failed: an error's key as one of a few plain reasons, and what an operating system says as a key.

Which words a person reads for each reason is in the `*_stream` tables (`reason_…`) and, for the operating
system, in `en.py` and `zh.py` (`reason.…`).
"""

import errno

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
    "quote": "changed",
}

_SYSTEM = {
    "EACCES": "reason.no_right",
    "EPERM": "reason.no_right",
    "ENOENT": "reason.not_there",
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
}


def plain(error: str | None) -> str:
    """The plain reason that an error's key stands for."""
    key = error or ""
    fitting = [known for known in _PLAIN if key.startswith(known)]
    return _PLAIN[max(fitting, key=len)] if fitting else "other"


def of_system(error: OSError) -> str:
    """
    What an operating system says, as a fact that reads in every language: the key of a sentence in
    `messages`, which is filled in where a text asks for `{reason}`.
    """
    name = errno.errorcode.get(error.errno or 0, "")
    return _SYSTEM.get(name, "reason.system")


def place_of(error: ValueError) -> str:
    """Where a JSON or TOML text goes wrong, as "line:column"; "?" where nobody says."""
    import re

    line, column = getattr(error, "lineno", None), getattr(error, "colno", None)
    if line is None:
        found = re.search(r"line (\d+), column (\d+)", str(error))
        line, column = (found[1], found[2]) if found else (None, None)
    return f"{line}:{column}" if line else "?"
