"""AI pictures on commission: a quote, a yes, a picture."""

TYPE_CHECKING = False  # as `typing` has it, which every start would have to load
if TYPE_CHECKING:
    from typing import Any

    from limner.artifacts import Output
    from limner.asynchronous import AsyncClient
    from limner.client import Client
    from limner.errors import LimnerError
    from limner.money import Money
    from limner.results import Job, Picture
    from limner.types import Model, Quote, Request

__version__ = "0.1.0"

__all__ = [
    "AsyncClient",
    "Client",
    "Job",
    "LimnerError",
    "Model",
    "Money",
    "Output",
    "Picture",
    "Quote",
    "Request",
    "__version__",
]

_ROOMS = {
    "AsyncClient": "asynchronous",
    "Client": "client",
    "Job": "results",
    "LimnerError": "errors",
    "Money": "money",
    "Output": "artifacts",
    "Picture": "results",
}


def __getattr__(name: str) -> "Any":
    # Names are fetched when they are used: every start of the command line passes through here.
    if name not in __all__:
        raise AttributeError(f"module 'limner' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"limner.{_ROOMS.get(name, 'types')}"), name)
