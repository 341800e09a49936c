"""
`config.toml`, written: gateways added and removed, limits set and lifted. What else stands in it stays as it
is, comments and all, and nothing is written that could not be read back.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from limner import budget, gateways
from limner.errors import LimnerError, NotFound, SetupNeeded, StorageFailed, Usage
from limner.gateways import Gateway, Key, Settings
from limner.home import Home, alone, private_folder, write_whole

_NAME = re.compile(r"^[a-z0-9][a-z0-9-]{0,30}$")
_MOST = 10**9
"""No limit of anybody's is larger; a slip of the finger is."""


class Server(NamedTuple):
    """A server of one's own that speaks OpenAI's image endpoints; `None` and () are not written down."""

    name: str
    base_url: str
    key_env: str | None = None
    key_file: str | None = None
    unit: str | None = None
    price: str | None = None
    max_n: int | None = None
    models: tuple[str, ...] = ()


def add_gateway(
    home: Home, server: Server, key: Key | None = None
) -> tuple[Gateway | None, SetupNeeded | None]:
    """
    Add a server, with its key in a file of limner's own if one is given. It, or what it still lacks: a
    variable that is not set yet. Raises `Usage` for what cannot be a gateway, and then nothing is written.
    """
    if not _NAME.match(server.name):
        raise Usage("gateway.bad_name", name=server.name)
    with _alone(home):
        return _join(home, server, key)


def _join(home: Home, server: Server, key: Key | None) -> tuple[Gateway | None, SetupNeeded | None]:
    if server.name in gateways.names(gateways.settings(home)):
        raise Usage("gateway.exists", name=server.name)
    if key:
        server = server._replace(key_file=gateways.keep_in_file(server.name, key, home))
    lacking: list[SetupNeeded] = []
    found: list[Gateway] = []

    def check(read: Settings) -> None:
        try:
            found.append(gateways.find(server.name, read))
        except SetupNeeded as error:
            if error.key != "key.variable_empty":
                # Here it is what was asked for that was wrong, not the setup.
                raise Usage(error.key, **error.facts) from error
            lacking.append(error)

    def appended(text: str) -> str:
        return text + ("\n" if text else "") + _table(server)

    try:
        _rewrite(home, appended, check)
    except (LimnerError, OSError):
        if key:
            (home.keys / server.name).unlink(missing_ok=True)
        raise
    return next(iter(found), None), next(iter(lacking), None)


def remove_gateway(home: Home, name: str) -> None:
    """Remove a server that was added, its limits, and its key where limner keeps it. Raises `NotFound`."""

    def removed(document: Any) -> None:
        if name not in added(gateways.settings(home)):
            raise NotFound("gateway.unknown", name=name, known=list(added(gateways.settings(home))))
        del document["gateways"][name]
        if name in document.get("budget", {}).get("gateways", {}):
            del document["budget"]["gateways"][name]
        if document.get("gateway") == name:
            del document["gateway"]

    with _alone(home):
        _rewrite(home, lambda text: _edited(text, removed))
        for kept in (home.keys / name, home.keys / f"{name}.keyring"):
            kept.unlink(missing_ok=True)


def added(settings: Settings) -> list[str]:
    """The gateways that the configuration alone makes known."""
    return [name for name in settings.get("gateways", {}) if name not in gateways.providers()]


def set_limit(home: Home, gateway: str | None, unit: str, name: str, amount: str) -> None:
    """
    Set a limit, a gateway's own or that of all who count in `unit`; an empty amount lifts it. Raises `Usage`
    for what is no limit or no amount, and then nothing is written.
    """
    if name not in budget.LIMITS:
        raise Usage("budget.unknown", name=name, allowed=sorted(budget.LIMITS))
    if amount and budget.amount(amount, unit, name).micro > _MOST * 1_000_000:
        raise Usage("budget.not_an_amount", name=name, value=amount, unit=unit)
    path = ("budget", "gateways", gateway) if gateway else ("budget", unit)

    def changed(document: Any) -> None:
        import tomlkit

        table = document
        for step in path:
            if step not in table:
                table[step] = tomlkit.table(is_super_table=step != path[-1])
            table = table[step]
        if amount:
            table[name] = amount
        else:
            table.pop(name, None)

    with _alone(home):
        _rewrite(home, lambda text: _edited(text, changed))


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    """Of two who change the file at the same time, neither undoes what the other wrote."""
    path = home.settings.resolve()
    try:
        private_folder(path.parent)
        with alone(path.with_name(f".{path.name}.lock")):
            yield
    except OSError as error:
        raise StorageFailed("output.not_writable", path=path, reason=error.strerror) from error


def _edited(text: str, change: Callable[[Any], None]) -> str:
    import tomlkit

    document = tomlkit.parse(text)
    change(document)
    return tomlkit.dumps(document)


def _rewrite(
    home: Home, change: Callable[[str], str], check: Callable[[Settings], None] = lambda _: None
) -> None:
    # Somebody may keep the file elsewhere, with a link in its place.
    path = home.settings.resolve()
    gateways.settings(home)
    text = path.read_text("utf-8") if path.exists() else ""
    mode = path.stat().st_mode if path.exists() else None
    after = change(text)
    read = gateways.parsed(after, home)
    budget.check(read)
    check(read)
    write_whole(path, after)
    if mode is not None:
        path.chmod(mode)


def _table(server: Server) -> str:
    rows: Mapping[str, Any] = {"provider": "openai_compatible", **server._asdict()}
    lines = [f"[gateways.{server.name}]"]
    lines += [
        f"{row} = {_toml(value)}"
        for row, value in rows.items()
        if row not in {"name", "models"} and value is not None
    ]
    for model in server.models:
        lines.append(f"\n[gateways.{server.name}.models.{_toml(model)}]")
    return "\n".join(lines) + "\n"


def _toml(value: str | int) -> str:
    if isinstance(value, int):
        return str(value)
    escaped = "".join(
        letter if letter.isprintable() and letter not in '"\\' else f"\\U{ord(letter):08X}"
        for letter in value
    )
    return f'"{escaped}"'
