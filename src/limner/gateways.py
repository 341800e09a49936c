"""
Which gateways there are, and how each is reached: facts file, configuration, key and address.

A key and an address belong together. They are found as pairs, so a key never travels to another
service's host because two variables happened to be set.
"""

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from limner import configuration, dated
from limner.errors import GatewayError, NotFound, SetupNeeded, StorageFailed, Usage
from limner.home import Home, private_folder

_FACTS = Path(__file__).parent / "providers"
_SHOWN = 8
_SECRET = 16
"""Shorter keys are words such as "none", which local servers take and which may stand anywhere."""

Warnings = tuple[tuple[str, Mapping[str, Any]], ...]


class Key:
    """A gateway key. It prints as its first characters; `reveal` is called in one place, by the transport."""

    __slots__ = ("_value", "source")

    def __init__(self, value: str, source: str) -> None:
        self._value = value
        self.source = source

    def reveal(self) -> str:
        return self._value

    def __str__(self) -> str:
        return self._value[: min(_SHOWN, len(self._value) // 2)] + "…"

    __repr__ = __str__

    def hidden(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """What somebody says, with this key made unreadable should they repeat it."""
        secret, shown = self._value.encode(), str(self).encode()
        if len(secret) < _SECRET:
            yield from chunks
            return
        held = b""
        for chunk in chunks:
            said = (held + chunk).replace(secret, shown)
            # A key may begin at the very end of a chunk: that much waits for the next one.
            begun = next((n for n in range(len(secret) - 1, 0, -1) if said.endswith(secret[:n])), 0)
            held = said[len(said) - begun :]
            yield said[: len(said) - begun]
        yield held

    def fingerprint(self) -> str:
        """Names the account without being the key: the hash of the key's hash, 16 hex characters."""
        import hashlib

        return hashlib.sha256(hashlib.sha256(self._value.encode()).digest()).hexdigest()[:16]


class Gateway(NamedTuple):
    """One gateway, ready to be spoken to."""

    name: str
    provider: str
    base_url: str
    key: Key | None
    facts: Mapping[str, Any]
    settings: Mapping[str, Any]
    """What the person's configuration says of it."""
    warnings: Warnings = ()
    hosts: Mapping[str, str] = {}
    """Addresses of the service's other hosts by the facts' name for them; "" where none may have the key."""
    language: str = "en"
    """Of the person, for services that are told."""

    def other_host(self, name: str) -> str:
        """The address of another host of this service. Raises `GatewayError`."""
        if self.hosts.get(name):
            return self.hosts[name]
        facts = {"gateway": self.title, "base": self.host, "variable": self.facts["hosts"][name]["variable"]}
        raise GatewayError("gateway.no_other_host", **facts)

    @property
    def host(self) -> str:
        parts = urlsplit(self.base_url)
        return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)

    @property
    def title(self) -> str:
        return str(self.settings.get("title") or self.facts["gateway"]["title"])

    @property
    def unit(self) -> str:
        return str(self.settings.get("unit") or self.facts["gateway"]["unit"])

    @property
    def account(self) -> str:
        return self.key.fingerprint() if self.key else "none"


class Settings(NamedTuple):
    """The person's configuration file, read."""

    home: Home
    values: Mapping[str, Any]
    sandbox_url: str | None = None
    language: str = "en"

    def get(self, name: str, default: Any = None) -> Any:
        return self.values.get(name, default)


def settings(home: Home, sandbox_url: str | None = None, over: Mapping[str, Any] | None = None) -> Settings:
    """Read `config.toml`, with `over` laid over it. Raises `Usage` when it cannot be what it says."""
    try:
        text = home.settings.read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return Settings(home, over or {}, sandbox_url)
    except OSError as error:
        raise Usage("settings.unreadable", path=home.settings, reason=error.strerror) from error
    except UnicodeDecodeError as error:
        raise Usage("settings.not_text", path=home.settings) from error
    return parsed(text, home, sandbox_url, over)


def parsed(
    text: str, home: Home, sandbox_url: str | None = None, over: Mapping[str, Any] | None = None
) -> Settings:
    """The same from the text of a `config.toml` that is yet to be written."""
    import tomllib

    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Usage("settings.not_toml", path=home.settings, reason=str(error)) from error
    found = configuration.slip(values)
    if found is not None:
        raise Usage(f"settings.needs_{found.kind}", entry=found.entry, path=home.settings)
    read = Settings(home, _laid_over(values, over or {}), sandbox_url)
    _demand_known(read)
    return read


def _demand_known(read: Settings) -> None:
    """Every gateway that the configuration speaks of is one that there is."""
    added: Mapping[str, Any] = read.get("gateways", {})
    for name, table in added.items():
        provider = table.get("provider", name)
        if provider not in providers():
            raise Usage("gateway.no_provider", gateway=name, provider=provider, known=providers())
    usual = read.get("gateway")
    if usual is not None and usual not in added and usual not in providers():
        raise NotFound("gateway.unknown", name=usual, known=names(read))


def _laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    laid = dict(below)
    for name, value in above.items():
        under = laid.get(name)
        both = isinstance(value, Mapping) and isinstance(under, Mapping)
        laid[name] = _laid_over(under, value) if both and under is not None else value
    return laid


def facts(provider: str) -> Mapping[str, Any]:
    """The dated data file of one provider."""
    return dated.read(_FACTS / f"{provider}.toml")


@cache
def providers() -> list[str]:
    """The stems of the facts files: that a file is there is all the registration there is."""
    return sorted(path.stem for path in _FACTS.iterdir() if path.suffix == ".toml")


def names(settings: Settings) -> list[str]:
    """Every gateway that can be asked for: the built-in services, then those of the configuration."""
    built_in = [name for name in providers() if not facts(name)["gateway"].get("template")]
    added = [name for name in settings.get("gateways", {}) if name not in built_in]
    return built_in + added if settings.sandbox_url is None else built_in + added + _sandboxed_templates()


def find(name: str, settings: Settings) -> Gateway:
    """The gateway called `name`. Raises `NotFound`, or `SetupNeeded` when it lacks a key or an address."""
    return _found(name, settings)._replace(language=settings.language)


def _found(name: str, settings: Settings) -> Gateway:
    added: Mapping[str, Any] = settings.get("gateways", {}).get(name, {})
    provider = str(added.get("provider", name))
    if provider not in providers() or name not in names(settings):
        raise NotFound("gateway.unknown", name=name, known=names(settings))
    known = facts(provider)
    if settings.sandbox_url is not None:
        url = settings.sandbox_url + known["gateway"]["sandbox_path"]
        others = {
            other: settings.sandbox_url + one["sandbox_path"] for other, one in known.get("hosts", {}).items()
        }
        key = Key("sandbox-play-money", "sandbox")
        return Gateway(name, provider, url, key, known, added, hosts=others)
    if known["gateway"].get("template"):
        return _from_configuration(name, provider, known, added)
    return _with_pair(name, known, added, settings.home)


def title(name: str, settings: Settings) -> str:
    """What a gateway calls itself, ready or not; its short name where it is no longer known."""
    added: Mapping[str, Any] = settings.get("gateways", {}).get(name, {})
    provider = str(added.get("provider", name))
    known = facts(provider)["gateway"]["title"] if provider in providers() else name
    return str(added.get("title") or known)


def unit(name: str, settings: Settings) -> str:
    """What a gateway counts in, ready or not."""
    added: Mapping[str, Any] = settings.get("gateways", {}).get(name, {})
    return str(added.get("unit") or facts(str(added.get("provider", name)))["gateway"]["unit"])


def configured(settings: Settings) -> Iterator[Gateway]:
    """The gateways that are ready to be used."""
    for name in names(settings):
        try:
            yield find(name, settings)
        except SetupNeeded:
            continue


def _sandboxed_templates() -> list[str]:
    return [name for name in providers() if facts(name)["gateway"].get("template")]


def _from_configuration(
    name: str, provider: str, known: Mapping[str, Any], added: Mapping[str, Any]
) -> Gateway:
    variable, path = added.get("key_env"), added.get("key_file")
    key: Key | None = None
    warnings: Warnings = ()
    if variable:
        value = os.environ.get(str(variable), "").strip()
        if not value:
            raise SetupNeeded("key.variable_empty", gateway=name, variable=variable)
        key = _checked_key(value, str(variable))
    elif path:
        key, warnings = _key_in_file(Path(str(path)).expanduser())
        if key is None:
            raise SetupNeeded("key.file_empty", gateway=name, path=path)
    url = _checked_address(str(added.get("base_url", "")), name, key, added)
    return Gateway(name, provider, url, key, known, added, warnings)


def _with_pair(name: str, known: Mapping[str, Any], added: Mapping[str, Any], home: Home) -> Gateway:
    lonely: dict[str, str] = {}
    for pair in known["credentials"]:
        key, warnings = _own_key(name, home) if pair.get("limner") else _key_of(pair)
        if key is None:
            continue
        url = os.environ.get(pair.get("base", ""), "").strip()
        if not url and pair.get("default_base"):
            # An address in the configuration stands for the gateway's own: no other pair's key goes there.
            url = str(added.get("base_url") or known["gateway"]["base_url"])
        if url:
            url = _checked_address(url, name, key, added)
            hosts = _other_hosts(name, url, key, known, added)
            return Gateway(name, name, url, key, known, added, tuple(warnings), hosts)
        lonely.setdefault("key", key.source)
        lonely.setdefault("base", pair.get("base", ""))
    if lonely:
        raise SetupNeeded("key.without_address", gateway=name, **lonely)
    raise SetupNeeded("key.none", gateway=name)


def _other_hosts(
    name: str, url: str, key: Key, known: Mapping[str, Any], added: Mapping[str, Any]
) -> dict[str, str]:
    """A key for another address is not for the service's own other hosts: those have to be named as well."""
    own = url == known["gateway"]["base_url"]
    named: Mapping[str, str] = added.get("hosts", {})
    hosts: dict[str, str] = {}
    for other, one in known.get("hosts", {}).items():
        where = os.environ.get(one["variable"], "").strip() or named.get(other) or (one["url"] if own else "")
        hosts[other] = _checked_address(where, name, key, added) if where else ""
    return hosts


def _key_of(pair: Mapping[str, Any]) -> tuple[Key | None, Warnings]:
    if "key" in pair:
        value = os.environ.get(pair["key"], "").strip()
        return (_checked_key(value, pair["key"]) if value else None), ()
    return _key_in_file(Path(pair["file"]).expanduser())


def _own_key(name: str, home: Home) -> tuple[Key | None, Warnings]:
    key, warnings = _key_in_file(home.keys / name)
    marker = home.keys / f"{name}.keyring"
    if key is None and marker.exists():
        import keyring

        value = keyring.get_password("limner", name)
        return (_checked_key(value, "keyring") if value else None), ()
    return key, warnings


def entered(value: str, source: str) -> Key:
    """A key as a person typed it. Raises `Usage` for what is none."""
    value = value.strip()
    if not value:
        raise Usage("key.empty")
    if not value.isascii() or not value.isprintable() or " " in value:
        raise Usage("key.not_a_key", source=source)
    return Key(value, source)


def keep_in_file(name: str, key: Key, home: Home) -> str:
    """Store a key where only its owner may read it; the path. Raises `StorageFailed`."""
    path = home.keys / name
    try:
        draft = private_folder(home.keys) / f".{name}.{os.urandom(4).hex()}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(key.reveal() + "\n")
        draft.replace(path)
    except OSError as error:
        raise StorageFailed("output.not_writable", path=path, reason=error.strerror) from error
    return str(path)


def keep_in_keyring(name: str, key: Key, home: Home) -> None:
    """Store a key in the machine's keyring. Raises `SetupNeeded` where there is none to use."""
    try:
        import keyring

        keyring.set_password("limner", name, key.reveal())
    except Exception as error:  # a keyring's back ends raise whatever they like
        raise SetupNeeded("key.no_keyring", reason=str(error) or type(error).__name__) from error
    private_folder(home.keys).joinpath(f"{name}.keyring").write_text("", "ascii")


def key_in_file(path: Path) -> Key | None:
    """The key on a file's first line; `None` where there is none. Raises `SetupNeeded`."""
    return _key_in_file(path)[0]


def _key_in_file(path: Path) -> tuple[Key | None, Warnings]:
    try:
        mode = path.stat().st_mode
        lines = path.read_text("utf-8").strip().splitlines()
    except FileNotFoundError:
        return None, ()
    except (OSError, UnicodeDecodeError) as error:
        raise SetupNeeded("key.file_unreadable", path=path, reason=str(error)) from error
    if not lines:
        return None, ()
    is_open = os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO)
    warnings: Warnings = (("key.file_open", {"path": str(path)}),) if is_open else ()
    return _checked_key(lines[0].strip(), str(path)), warnings


def _checked_key(value: str, source: str) -> Key:
    # A key goes into one header line: what cannot stand there was pasted wrongly.
    if not value.isascii() or not value.isprintable() or " " in value:
        raise SetupNeeded("key.not_a_key", source=source)
    return Key(value, source)


def _checked_address(url: str, name: str, key: Key | None, added: Mapping[str, Any]) -> str:
    try:
        parts = urlsplit(url)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        parts, port_is_fine = urlsplit(""), False
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port_is_fine or "@" in parts.netloc:
        # Whoever put a key into an address must not read it in an error.
        raise SetupNeeded("address.not_a_url", gateway=name, url=url.partition("?")[0].rpartition("@")[2])
    if parts.scheme == "http" and key and not is_loopback(parts.hostname) and not added.get("allow_http"):
        raise SetupNeeded("address.not_encrypted", gateway=name, host=parts.hostname)
    return url.rstrip("/")


def is_loopback(host: str) -> bool:
    import ipaddress

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
