"""The configuration's targets: a name, a service, where in it, and the secret that lets us in."""

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from limner import dated
from limner.errors import NotFound, SetupNeeded, Usage
from limner.gateways import Gateway, Key, Settings, entered, is_loopback, key_in_file


class Target(NamedTuple):
    """One place that pictures may be sent to."""

    name: str
    service: str
    settings: Mapping[str, Any]
    facts: Mapping[str, Any]

    @property
    def title(self) -> str:
        return str(self.facts["title"])

    def setting(self, name: str) -> str:
        """What the configuration says of this target. Raises `SetupNeeded` when it says nothing."""
        value = str(self.settings.get(name, "")).strip()
        if not value:
            raise SetupNeeded("target.lacks", target=self.name, service=self.title, setting=name)
        return value

    def secret(self, name: str) -> Key:
        """The secret that `NAME_env` or `NAME_file` leads to; the configuration itself holds none."""
        variable, path = self.settings.get(f"{name}_env"), self.settings.get(f"{name}_file")
        if name in self.settings:
            raise SetupNeeded("target.secret_inside", target=self.name, setting=name)
        key = None
        if variable and os.environ.get(str(variable), "").strip():
            key = entered(os.environ[str(variable)], str(variable))
        elif path:
            key = key_in_file(Path(str(path)).expanduser())
        if key is None:
            where = f"${variable}" if variable else str(path or "")
            key_of = {"target": self.name, "setting": f"{name}_env / {name}_file", "where": where}
            raise SetupNeeded("target.no_secret", **key_of)
        return key

    def door(self, key: Key | None = None) -> Gateway:
        """The service's address as the transport knows addresses, with the key that may go there."""
        url = str(self.settings.get("base_url") or self.facts["url"]).rstrip("/")
        parts = urlsplit(url)
        safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
        if not safe or not parts.hostname or "@" in parts.netloc:
            raise SetupNeeded("target.address", target=self.name)
        facts = {"gateway": {"title": self.title}}
        return Gateway(self.name, self.service, url, key, facts, {})


@cache
def services() -> Mapping[str, Any]:
    """The dated facts of every service."""
    told = dated.read(Path(__file__).with_name("services.toml"))
    return {name: row for name, row in told.items() if isinstance(row, dict)}


def names(settings: Settings) -> list[str]:
    return list(_all(settings))


def find(name: str, settings: Settings) -> Target:
    """Raises `NotFound` for a name the configuration does not have, `Usage` for an unknown service."""
    told = _all(settings)
    if name not in told:
        key = "target.unknown" if told else "target.none"
        raise NotFound(key, name=name, known=list(told), path=settings.home.settings)
    row = told[name]
    service = str(row.get("service", "")) if isinstance(row, Mapping) else ""
    if service not in services():
        raise Usage("target.service", target=name, service=service, allowed=list(services()))
    return Target(name, service, row, services()[service])


def _all(settings: Settings) -> Mapping[str, Any]:
    told = settings.get("targets", {})
    return told if isinstance(told, Mapping) else {}
