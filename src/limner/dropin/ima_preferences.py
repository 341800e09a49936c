"""
What the IMA skills' callers told them to remember, in the skills' own file. Written by `--remember` and
`--forget` alone, which are for a person's explicit words; never by a choice that somebody else made.
"""

from limner.client import Client
from limner.dropin.ima_image_lines import Lines
from limner.errors import StorageFailed
from limner.preferences import Preferences
from limner.types import Model, Quote


def saved(preferences: Preferences, task_type: str, lines: Lines) -> str | None:
    """The id of the remembered model, said out loud; `None` when there is none."""
    found = preferences.get(task_type)
    if found is None:
        return None
    lines.say(f"⭐ {lines.sentence('chosen.saved', {'model': found.title})}")
    return found.model


def remember(preferences: Preferences, task_type: str, model: Model, lines: Lines) -> None:
    """A file that may not be written is no reason to fail."""
    points = min((rule["points"] for rule in model.live["rules"]), default=None)
    model_id = str(model.live["model_id"])
    try:
        aside = preferences.set((task_type,), model_id, model.title, model.gateway, points)
    except StorageFailed as error:
        lines.warn(lines.sentence(error.key, error.facts))
        return
    if aside:
        lines.warn(lines.sentence("prefs.aside", {"path": aside}))
    lines.say(f"✅ {lines.sentence('prefs.ima_saved', {'model': model.title})}")


def forget(preferences: Preferences, task_type: str, lines: Lines) -> None:
    try:
        preferences.clear((task_type,))
    except StorageFailed as error:
        lines.warn(lines.sentence(error.key, error.facts))
    else:
        lines.say(f"✅ {lines.sentence('prefs.cleared', {})}")


def hint(client: Client, quote: Quote, lines: Lines) -> None:
    """After the picture: what might have suited as well as the remembered model."""
    found = client.market.hint(quote.choice.request._replace(model=None), quote.choice.model)
    if found is not None:
        told = {"model": found.model, "reason": found.reason(lines.language), "price": found.price or "?"}
        lines.say(f"💡 {lines.sentence('hint.other', told)}")
