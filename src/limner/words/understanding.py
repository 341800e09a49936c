"""What a sentence was understood to mean."""

from typing import Any, Literal, NamedTuple

from limner.types import Operation, Request

Earlier = Literal["last", "same", "series"]


class Save(NamedTuple):
    """A wish to remember. `words` is how it was said: "use", "always" or "like"."""

    words: str
    model: str | None = None
    aspect_ratio: str | None = None
    size: str | None = None


class Clear(NamedTuple):
    """The choice is given back: whatever was remembered no longer holds."""


class Span(NamedTuple):
    """
    Some words of the sentence and what they were taken to mean.

    `start` and `end` count characters. `taken`: they are not part of the prompt. `key` names the
    sentence that explains it, which takes `text` and `value`.
    """

    start: int
    end: int
    text: str
    meaning: str
    value: str
    taken: bool

    @property
    def key(self) -> str:
        return f"words.{self.meaning}"


class Understanding(NamedTuple):
    """
    A sentence as a request. Whatever is `None` or empty was not said.

    `earlier`: it speaks of a picture made before: the "last" one, the "same" subject (by name in
    `subject`, where it has one), or the "series" it belongs to. `needs_reference`: it speaks of a picture
    that is not there. `lettering` is to be written in the picture; `links` are pictures named by address.
    """

    sentence: str
    prompt: str
    operation: Operation = "text_to_image"
    attachments: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    model: str | None = None
    gateway: str | None = None
    wish: str | None = None
    """"cheapest", "best", "artistic" or "fast"."""
    aspect_ratio: str | None = None
    size: str | None = None
    n: int | None = None
    avoid: str | None = None
    excluded: tuple[str, ...] = ()
    lettering: tuple[str, ...] = ()
    earlier: Earlier | None = None
    subject: str | None = None
    preference: Save | Clear | None = None
    format: str | None = None
    background: str | None = None
    quality: str | None = None
    seed: int | None = None
    needs_reference: bool = False
    spans: tuple[Span, ...] = ()

    def request(self, **wishes: Any) -> Request:
        """
        The request; `wishes` are fields of `Request` that win over the words. Fields that only some
        requests have (`wish`, `exclude`, `subject`, …) are filled where `Request` has them.
        """
        told: dict[str, Any] = {
            "prompt": self.prompt,
            "references": (*self.attachments, *self.links),
            "exclude": self.excluded,
            "n": self.n or 1,
        }
        names = (
            "model",
            "gateway",
            "wish",
            "aspect_ratio",
            "size",
            "avoid",
            "format",
            "background",
            "quality",
        )
        told.update(
            {name: getattr(self, name) for name in (*names, "seed", "earlier", "subject", "lettering")}
        )
        known = {name: value for name, value in told.items() if name in Request._fields and value}
        return Request(**{"prompt": self.prompt, **known, **wishes})
