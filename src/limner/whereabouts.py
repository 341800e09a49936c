"""
Where the open studios of a home are, for whoever has to name an address: another studio, an agent's server.

Each holds a file of its own, locked for as long as it is open. The file's name says it all: the port, and
whether the studio knows play money only. Nothing secret is in it.
"""

from limner.home import Home
from limner.ledger.owners import Owner, is_gone

_SANDBOX = "-sandbox"


def note(home: Home, port: int, *, only_sandbox: bool) -> Owner:
    """Say that a studio is open here, until it is closed. Raises `StorageFailed`."""
    return Owner(home.studios, f"{port}{_SANDBOX if only_sandbox else ''}")


def living(home: Home, *, sandbox: bool) -> list[str]:
    """
    The addresses of the studios that are open at this moment; of those for play money alone only where
    that is what is asked for.
    """
    try:
        names = sorted(path.name for path in home.studios.iterdir() if path.name[0].isdigit())
    except OSError:
        return []
    fitting = [name for name in names if sandbox or not name.endswith(_SANDBOX)]
    # One that knows both comes first.
    fitting.sort(key=lambda name: name.endswith(_SANDBOX))
    return [_address(name) for name in fitting if not is_gone(home.studios, name)]


def _address(name: str) -> str:
    return f"http://127.0.0.1:{name.removesuffix(_SANDBOX)}"
