"""Until when a signed link is good, as far as the link itself says."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

_AMOUNTS = (("x-amz-date", "x-amz-expires"), ("x-goog-date", "x-goog-expires"))
_MOMENTS = ("expires", "x-oss-expires", "se")
_ABSURD = 10**11
_STAMP = "%Y%m%dT%H%M%SZ"


def good_until(url: str) -> int | None:
    """
    Unix milliseconds; `None` when the link names no end. Read are the signed links of Amazon, Google (a date
    and seconds), of Alibaba and CloudFront (Unix seconds), and of Azure (a date).
    """
    try:
        told = {name.lower(): values[-1] for name, values in parse_qs(urlsplit(url).query).items()}
        for begin, seconds in _AMOUNTS:
            if begin in told and seconds in told:
                at = datetime.strptime(told[begin], _STAMP).replace(tzinfo=UTC)
                return int((at.timestamp() + int(told[seconds])) * 1000)
        for name in _MOMENTS:
            if name in told:
                moment = _moment(told[name])
                return int(moment * 1000) if moment < _ABSURD else None
    except (ValueError, OverflowError):
        return None
    return None


def _moment(text: str) -> float:
    if text.isascii() and text.isdigit():
        return float(text)
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
