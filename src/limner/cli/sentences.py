"""A whole sentence as a request: `--words`. What was understood is said before anything is quoted."""

from argparse import Namespace
from typing import TYPE_CHECKING, Any, NamedTuple

from limner import understanding
from limner.cli import wishes
from limner.cli.face import Face
from limner.errors import Usage
from limner.types import Quote, Request

if TYPE_CHECKING:
    from limner.words import Understanding


class Said(NamedTuple):
    """What is asked for, and what a sentence meant where there was one."""

    request: Request
    understanding: "Understanding | None" = None

    @property
    def is_only_preference(self) -> bool:
        """Is there something to remember or forget, and nothing to draw?"""
        told = self.understanding
        return (
            told is not None and told.preference is not None and not told.prompt and not self.request.prompt
        )

    def data(self, face: Face) -> dict[str, Any]:
        """For programs: nothing, where there was no sentence."""
        told = self.understanding
        return {} if told is None else {"understood": understanding.data(told, face.language)}


def wanted(options: Namespace, face: Face) -> Said:
    """
    The request that the options describe; what they say outright wins over the words. Says what was
    understood. Raises `Usage`.
    """
    outright = wishes.request(options)
    if options.words is None:
        face.speak_as(outright.prompt)
        return Said(outright)
    if (
        options.request
        or outright.prompt
        or any((options.prompt, options.prompt_option, options.prompt_file))
    ):
        raise Usage("words.and_prompt")
    sentence = wishes.read("-").rstrip("\n") if options.words == "-" else options.words
    face.speak_as(sentence)
    told = face.client.understand(sentence, outright.references)
    _tell(told, face)
    meant = face.client.meant(told)
    given = {name: value for name, value in outright._asdict().items() if value != _NOTHING[name]}
    return Said(meant._replace(**given), told)


_NOTHING = Request(prompt="")._asdict()


def remember(said: Said, face: Face, quote: Quote | None = None) -> None:
    """Do as the words ask about remembering: the model that was quoted. Raises `Usage`, `StorageFailed`."""
    told = said.understanding
    if told is None or told.preference is None:
        return
    from limner.words import Save

    if isinstance(told.preference, Save) and told.preference.model is None:
        face.warn("words.only_models", value=told.preference.aspect_ratio or told.preference.size)
        return
    if quote is not None and isinstance(told.preference, Save):
        told = told._replace(gateway=quote.choice.gateway)
    done = face.client.remember(told)
    if done:
        # An agent only reads the object: there the person's agent finds what to pass on.
        face.tell(done)


def alone(said: Said, face: Face) -> int:
    """A sentence that only asks to remember or to forget; the exit code."""
    remember(said, face)
    face.show("understood", said.data(face)["understood"])
    return 0


def _tell(told: "Understanding", face: Face) -> None:
    face.say(understanding.line(told, face.language))
    if told.needs_reference:
        face.warn("words.no_reference")
