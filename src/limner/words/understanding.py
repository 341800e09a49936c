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
        kind = f".{self.value}" if self.meaning in {"wish", "earlier"} else ""
        return f"words.{self.meaning}{kind}"


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
    max_cost: str | None = None
    """"2 CNY": an amount and its unit, where both were said."""
    needs_reference: bool = False
    spans: tuple[Span, ...] = ()

    def request(self, **wishes: Any) -> Request:
        """
        The request; `wishes` are fields of `Request` that win over the words. What is meant by `earlier` is
        not in it: which picture that is, the ledger knows.
        """
        told: dict[str, Any] = {
            name: getattr(self, name)
            for name in Request._fields
            if getattr(self, name, None) is not None and name != "prompt"
        }
        told["references"] = self.attachments + self.links
        told["exclude"] = self.excluded
        return Request(**{**told, "prompt": self.prompt, **wishes})
