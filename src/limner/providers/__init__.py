"""One adapter and one facts file per gateway, same stem. `base.py` says what an adapter is."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from limner.providers.base import Provider


def load(name: str) -> "Provider":
    """The adapter in `providers/<name>.py`: that the file is there is all the registration there is."""
    adapter: Provider = import_module(f"limner.providers.{name}").Adapter()
    return adapter
