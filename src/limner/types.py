"""
The nouns. Each is a `NamedTuple`: frozen, without a `__dict__`, and cheap to define,
because every start of the command line pays for the definitions it loads.

    Request ─▶ Choice ─▶ Quote ─▶ Approval ─▶ Job ─▶ Picture
"""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from limner.money import Money

Operation = Literal["text_to_image", "image_to_image"]
Charged = Literal["no", "yes", "unknown"]
Wish = Literal["cheapest", "best", "artistic", "fast"]
Certainty = Literal["live", "listed", "perhaps", "own"]
"""`own`: as the person configured it, or a server of their own that nobody pays."""


class Request(NamedTuple):
    """What a person wants, parsed. Whatever is `None` was not said."""

    prompt: str
    gateway: str | None = None
    model: str | None = None
    references: tuple[str, ...] = ()
    aspect_ratio: str | None = None
    size: str | None = None
    n: int = 1
    avoid: str | None = None
    quality: str | None = None
    format: str | None = None
    background: str | None = None
    seed: int | None = None
    attempts: int | None = None
    max_cost: str | None = None
    """
    The most this may be quoted at: a decimal in the gateway's unit, or with its unit ("2 CNY"), which then
    has to be the gateway's. A limit, never an approval.
    """
    extra: Mapping[str, Any] = {}
    wish: Wish | None = None
    """How to choose where no model is named."""
    use: str | None = None
    """What the picture is for: a name of `uses.toml`. `None`: told from the prompt, where it tells."""
    exclude: tuple[str, ...] = ()
    """Models that are not wanted, named as `model` may be."""
    subject: str | None = None
    """The name of what is shown: drawn for the first time, or to be repeated from its picture."""
    exact: bool = False
    """Refuse what cannot be had exactly, instead of the nearest that can, said out loud."""


class Price(NamedTuple):
    """One row of a model's tariff. A row applies when every entry of `when` equals the chosen parameter."""

    each: Money
    """What one picture usually costs."""
    most: Money
    """What one picture can cost at worst."""
    when: Mapping[str, str]
    per_1k_in: Money | None
    per_1k_out: Money | None
    """Where the gateway bills by tokens: the rates, so that what was really used can be priced."""
    most_per_megapixel: Money | None = None
    """What a picture of a free size can cost at worst, per million pixels."""


class Model(NamedTuple):
    """What a gateway sells: one row of its catalogue."""

    gateway: str
    id: str
    title: str
    family: str
    """The wire form the model is spoken to in; a word of its provider's."""
    operations: tuple[Operation, ...]
    aspect_ratios: tuple[str, ...]
    """Empty: the gateway names none and takes the wish as part of the prompt."""
    sizes: tuple[str, ...]
    """Allowed sizes as the gateway writes them ("1024x1024", "2K"). Empty: it has no size to choose."""
    size_for_ratio: Mapping[str, str]
    default_size: str | None
    free_size: bool
    """Does the gateway take any "WIDTHxHEIGHT"?"""
    max_n: int
    """Pictures in one answer. More are made by sending again, when `n` says so and the quote covers it."""
    max_references: int
    prices: tuple[Price, ...]
    seconds: tuple[int, int]
    """How long one picture usually takes, low and high."""
    time_limit: int
    """Seconds of silence after which an answer is called lost."""
    parameters: Mapping[str, tuple[str, ...]]
    """Other parameters the model takes, each with its allowed values; an empty tuple means any."""
    uses: tuple[str, ...]
    aliases: tuple[str, ...]
    default: bool
    source: str
    as_of: str
    live: Mapping[str, Any] = {}
    """
    What its provider needs to know to speak of this model: from the gateway's own list, else from the
    facts' `wire`.
    """
    required: tuple[str, ...] = ()
    """Those of `parameters` that have to be given."""
    default_ratio: str | None = None
    """The aspect ratio that is sent when none was asked for."""
    size_step: int = 1
    """Both sides of a free size are multiples of this."""
    most_pixels: int = 0
    """The largest free size, in pixels; 0 where nobody says."""
    certainty: Certainty = "listed"
    """How sure the prices are: of this moment, from a dated list, or from a source that may be wrong."""


class Reference(NamedTuple):
    """A picture going out, made ready to send."""

    source: str
    """As the person gave it."""
    source_sha256: str
    path: str
    """The file that is sent: the person's own when it was small enough, else a shrunk copy."""
    sha256: str
    media_type: str
    width: int
    height: int
    bytes: int
    shrunk: bool
    source_bytes: int

    @property
    def is_link(self) -> bool:
        """A web address, which the gateway fetches by itself: `source` and `path` are that."""
        return not self.media_type


class Adjustment(NamedTuple):
    """One thing that will be other than asked, said out loud. `key` names its sentence in the messages."""

    key: str
    facts: Mapping[str, Any]


class Choice(NamedTuple):
    """The model and the exact parameters that will serve a request."""

    gateway: str
    provider: str
    model: Model
    operation: Operation
    prompt: str
    """As it will be sent, with whatever the wire form adds to it."""
    parameters: Mapping[str, Any]
    """As they will be sent, beside prompt and references."""
    n: int
    size: str | None
    aspect_ratio: str | None
    references: tuple[Reference, ...]
    adjustments: tuple[Adjustment, ...]
    request: Request


class Repair(NamedTuple):
    """A second request that a quote allows when the gateway refuses the first in a way it names."""

    on: tuple[str, ...]
    """The gateway's own error codes that call for it."""
    parameters: Mapping[str, Any]
    size: str | None
    price: Money
    """What all pictures cost when it is used. Never above the quote's ceiling."""
    key: str
    """Names its sentence in the messages."""


class Quote(NamedTuple):
    """A frozen choice with its price. `id` is made of the digest: an altered quote is another quote."""

    id: str
    digest: str
    choice: Choice
    host: str
    account: str
    """Fingerprint of the key, which cannot be turned back into it; "none" where no key is sent."""
    price: Money
    """What is expected to be charged for all pictures."""
    ceiling: Money
    """The most this quote may cost, repeats included."""
    sends: int
    """How many requests serve all n pictures when every answer arrives."""
    attempts: int
    """How often each request may be sent when answers are lost."""
    nonce: str
    """Random, so that the same wish twice in one instant makes two quotes."""
    repairs: tuple[Repair, ...]
    price_known: bool
    source: str
    as_of: str
    created_at: int
    expires_at: int
    """Unix milliseconds, as all times are."""
    notes: tuple[Adjustment, ...] = ()
    """What has moved since the last yes to this model, and what it is known to deliver otherwise."""
    listed: str = ""
    """Which version of the gateway's whole list it was chosen from; "" where it has none."""

    @property
    def needs_approval(self) -> bool:
        return self.ceiling.micro > 0 or not self.price_known


class Change(NamedTuple):
    """One version of what a gateway sells as a whole. Days are the person's own, YYYY-MM-DD."""

    gateway: str
    kind: str
    """"live": the gateway's own list; "facts": the file that limner has of it."""
    first: str
    last: str
    """The last day it was seen on; the same version is written down once an hour."""
    models: int
    new: tuple[str, ...]
    gone: tuple[str, ...]
    contract: str
    """Versions and digests of the documents it was read from; "" where there are none."""
    sha256: str
    is_first: bool
