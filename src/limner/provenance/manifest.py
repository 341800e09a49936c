"""
A C2PA statement checked in full and put into few words, by the optional extra `c2pa`. It costs loading a
library of 50 MB, so it is done only for a file that carries a statement, and only where somebody looks at it.

Nothing is fetched for it: not the statements that a file says lie elsewhere, nor whether a certificate was
withdrawn. Whom to trust is the person's own list; without one, a signature can hold and its signer be
anybody.
"""

import json
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, NamedTuple

from limner.errors import Usage

_MOST_BYTES, _LONGEST_LIST = 200_000_000, 4_000_000
_STATES: Mapping[str, Literal["valid", "trusted"]] = {"Valid": "valid", "Trusted": "trusted"}
_UNTRUSTED = "signingCredential.untrusted"
_MOST_PROBLEMS = 8


class Manifest(NamedTuple):
    state: Literal["valid", "trusted", "invalid"]
    signer: str = ""
    """As its certificate names it."""
    signed_at: str = ""
    """By a time-stamp authority, ISO 8601; empty where none was asked."""
    generator: str = ""
    """The program that says all this."""
    maker: str = ""
    """What it says made or changed the picture."""
    source_type: str = ""
    """An IPTC digital source type."""
    problems: tuple[str, ...] = ()
    """The codes of C2PA for what does not hold."""


def can_check() -> bool:
    """Is the extra installed?"""
    return find_spec("c2pa") is not None


def anchors(given: str) -> str:
    """The certificates of `provenance.trust` in the configuration, PEM. Raises `Usage`."""
    path = Path(given).expanduser()
    try:
        with path.open("rb") as file:
            text = file.read(_LONGEST_LIST).decode("ascii")
    except (OSError, ValueError) as error:
        raise Usage("provenance.no_trust", path=path) from error
    if "BEGIN CERTIFICATE" not in text:
        raise Usage("provenance.no_trust", path=path)
    return text


def check(path: Path, media_type: str, trusted: str = "") -> Manifest | None:
    """
    Does the statement in this file hold, and what does it say? `trusted` are PEM certificates. `None` for
    what cannot be checked here: without the extra, or a file too large. Raises `OSError`.
    """
    if not can_check() or path.stat().st_size > _MOST_BYTES:
        return None
    import c2pa

    wanted: dict[str, Any] = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}
    if trusted:
        wanted["trust"] = {"trust_anchors": trusted}
    with path.open("rb") as file:
        try:
            context = c2pa.Context.from_dict(wanted)
            with c2pa.Reader(media_type, file, context=context) as reader:
                return _summed_up(json.loads(reader.json()))
        except (c2pa.C2paError, ValueError, LookupError, TypeError, AttributeError) as error:
            # Whatever a foreign file does to the library, the answer is that its statement does not hold.
            return Manifest("invalid", problems=(str(error).partition(":")[0],))


def _summed_up(store: Mapping[str, Any]) -> Manifest:
    state = _STATES.get(str(store.get("validation_state")))
    if state is None:
        # What a statement says that does not hold is nobody's word.
        return Manifest("invalid", problems=tuple(_problems(store)))
    one = store["manifests"][store["active_manifest"]]
    # What was signed last may only say what it was made from: then those before it say how that was made.
    others = [other for other in store["manifests"].values() if other is not one]
    signature = one.get("signature_info") or {}
    actions = [step for each in (one, *others) for step in _actions(each)]
    return Manifest(
        state,
        signer=str(signature.get("issuer") or signature.get("common_name") or ""),
        signed_at=str(signature.get("time") or ""),
        generator=_first(_name(info) for info in one.get("claim_generator_info") or ()),
        maker=_first(_name(step.get("softwareAgent")) for step in actions),
        source_type=_first(str(step.get("digitalSourceType") or "") for step in actions),
    )


def _actions(one: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for assertion in one.get("assertions") or ():
        if str(assertion.get("label")).startswith("c2pa.actions"):
            yield from assertion.get("data", {}).get("actions", [])


def _problems(store: Mapping[str, Any]) -> list[str]:
    codes = [str(one.get("code")) for one in store.get("validation_status") or ()]
    return list(dict.fromkeys(code for code in codes if code != _UNTRUSTED))[:_MOST_PROBLEMS]


def _name(told: Any) -> str:
    return str(told.get("name") or "") if isinstance(told, Mapping) else str(told or "")


def _first(names: Iterator[str]) -> str:
    return next((name for name in names if name), "")
