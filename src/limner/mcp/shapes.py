"""
What the tools answer, as schemas. The data comes from `telling`, which only ever gains fields, so that a
field the schema does not name yet is let through.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Status = Literal["needs_confirmation", "declined", "running", "done", "failed", "canceled", "unknown"]


class Shape(BaseModel):
    model_config = ConfigDict(extra="allow")


class QuoteShape(Shape):
    """A frozen offer. Amounts are decimals in `unit`; `expires_at` is Unix milliseconds."""

    quote_id: str
    digest: str
    gateway: str
    model: str
    operation: str
    n: int
    size: str | None
    aspect_ratio: str | None
    prompt: str
    price: str | None
    max_cost: str
    unit: str
    eta_s: list[int]
    expires_at: int
    needs_approval: bool
    adjustments: list[str]
    summary: str
    sandbox: bool
    understood: dict[str, Any] | None = None
    """What a sentence was taken to mean, span by span."""


class CostShape(Shape):
    """Decimals in `unit`. `uncertain` is what lost answers may have cost besides."""

    actual: str | None
    ceiling: str
    uncertain: str
    unit: str


class ImageShape(Shape):
    path: str
    sha256: str
    media_type: str
    width: int
    height: int
    bytes: int
    provenance: dict[str, Any] | None = None
    """The marks of origin that the file carries: C2PA, IPTC, China's AI label. In lists of jobs left out."""


class JobShape(Shape):
    """One approved quote on its way to pictures. While it runs, look again after `poll_after_s` seconds."""

    job_id: str
    quote_id: str
    state: str
    gateway: str
    model: str
    task_id: str | None
    n: int
    images: list[ImageShape]
    cost: CostShape
    charged: Literal["no", "yes", "unknown"]
    folder: str
    message: str
    sandbox: bool
    progress: int | None = None
    elapsed_s: float | None = None
    poll_after_s: int | None = None
    cancel: Literal["confirmed", "requested", "too_late"] | None = None
    warnings: list[str] = []


class Generated(Shape):
    """
    What became of the wish to run a quote. `needs_confirmation` and `declined` spent nothing. `approved_by`
    says whose yes it runs on: "elicitation", "terminal", "studio", "relay", "budget" or "free".
    """

    status: Status
    message: str
    quote: QuoteShape | None = None
    job: JobShape | None = None
    approved_by: str | None = None
    approve_command: str | None = None
    approve_url: str | None = None
    warnings: list[str] = []


class ModelShape(Shape):
    """One row of what is for sale. `price_each` is what one picture usually costs, from a dated tariff."""

    gateway: str
    id: str
    title: str
    operations: list[str]
    aspect_ratios: list[str]
    sizes: list[str]
    max_references: int
    price_each: str | None
    unit: str | None
    eta_s: list[int]
    as_of: str
    ready: bool


class Models(Shape):
    models: list[ModelShape]
    total: int


class Jobs(Shape):
    """Newest first. `next_cursor` asks for the next page; null on the last one."""

    items: list[JobShape]
    next_cursor: str | None


class DeliveryShape(Shape):
    path: str
    to: str
    service: str
    state: str
    already: bool
    text_sent: bool
    image_sent: bool
    message_id: str | None


class Deliveries(Shape):
    """What arrived where. A picture that was sent there before is not sent again (`already`)."""

    to: str
    items: list[DeliveryShape]


class AmountShape(Shape):
    amount: str
    unit: str


class SpentShape(Shape):
    day: str
    charged: str
    unit: str
    pictures: int
    jobs: int


class Spend(Shape):
    """Charges by day, what open jobs still reserve, and the limits of the configuration."""

    items: list[SpentShape]
    reserved: list[AmountShape]
    limits: dict[str, Any]


class GatewayShape(Shape):
    name: str
    ready: bool
    status: str


class Setup(Shape):
    gateways: list[GatewayShape]
    ready: bool
    approval_mode: str
    studio_url: str | None
    setup_command: str
    pictures: str
    sandbox: bool
