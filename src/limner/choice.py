"""
Request, Models -> Choice: obey, adjust out loud, or refuse.

Nothing is swapped silently. What cannot be served is refused with what can; what will be other than
asked stands in the choice's adjustments, each with its own sentence, before anybody is asked for a yes.
"""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from limner import fitting
from limner.errors import Usage
from limner.money import Priced
from limner.types import Adjustment, Choice, Model, Operation, Reference, Request

MOST_PICTURES = 100
_MOST_OTHERS = 3
_NAMED = ("quality", "background", "seed")

_WISHED = frozenset({"adjusted.cheapest_size", "adjusted.best_size"})
_OTHER = ("ratio", "ratio_nowhere", "no_ratio", "no_ratio_nowhere", "size", "no_size", "size_wins")
MATERIAL = frozenset(f"adjusted.{name}" for name in _OTHER)
"""Adjustments that make another picture than was asked for."""

Sold = Callable[[], Sequence[Model]]


def matching(name: str, models: Sequence[Model]) -> list[Model]:
    """The models that go by a name: their id, title or an alias, however it is spelled."""
    wanted = _normal(name)
    return [one for one in models if wanted in {_normal(own) for own in (one.id, one.title, *one.aliases)}]


def named(request: Request, models: Sequence[Model]) -> list[Model]:
    """The models a request may mean: those it names, else all; never one it excludes. Raises `Usage`."""
    if not models:
        raise Usage("model.none")
    unwanted = [one for name in request.exclude for one in matching(name, models)]
    found = matching(request.model, models) if request.model is not None else list(models)
    if request.model is not None and not found:
        raise unknown(request.model, models)
    kept = [one for one in found if one not in unwanted]
    if not kept:
        raise Usage("model.all_excluded", models=list(dict.fromkeys(one.id for one in found)))
    return kept


def unknown(name: str, models: Sequence[Model]) -> Usage:
    """That nothing goes by this name, and what comes close."""
    import difflib

    known = list(dict.fromkeys(model.id for model in models))
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    key = "model.unknown_near" if near else "model.unknown"
    return Usage(key, model=name, known=known, near=near[0] if near else "")


def elsewhere(request: Request, model: Model, models: Sequence[Model]) -> None:
    """Raises `Usage` when the size that was asked for is another model's: whose."""
    if not has_size(model, request.size):
        others = [one.id for one in models if one.sizes and has_size(one, request.size)]
        if others:
            facts = {"size": request.size, "model": model.id, "allowed": model.sizes}
            raise Usage("size.elsewhere", **facts, others=list(dict.fromkeys(others)))


def has_size(model: Model, size: str | None) -> bool:
    """Does the model take this size, or leave a size out without harm?"""
    if size is None or not model.sizes:
        return True
    wanted = fitting.written_size(size).lower()
    return model.free_size or any(one.lower() == wanted for one in model.sizes)


def check(request: Request, model: Model, limits: Mapping[str, Any], sold: Sold = tuple) -> None:
    """
    Raises `Usage` for whatever would be refused later, before any file is touched. `sold`: what there is
    besides, so that a refusal can name who can.
    """
    sound(request)
    longest = int(limits["prompt_characters"])
    if len(request.prompt) > longest:
        raise Usage("prompt.too_long", length=len(request.prompt), limit=longest)
    if not able(request, model) and not request.references:
        raise Usage("model.needs_reference", model=model.id)
    if not able(request, model):
        others = _told([one for one in sold() if able(request, one)], model) or ["limner models --task edit"]
        raise Usage("model.no_references", model=model.id, others=others)
    if len(request.references) > model.max_references:
        raise Usage("reference.too_many", count=len(request.references), limit=model.max_references)


def sound(request: Request) -> None:
    """Raises `Usage` for what is wrong with a request wherever it goes."""
    try:
        f"{request.prompt}{request.avoid or ''}".encode()
    except UnicodeEncodeError as error:
        raise Usage("prompt.not_text") from error
    if not request.prompt.strip():
        raise Usage("prompt.empty")
    if not 1 <= request.n <= MOST_PICTURES:
        raise Usage("n.out_of_range", n=request.n, limit=MOST_PICTURES)
    if request.attempts is not None and not 1 <= request.attempts <= 5:
        raise Usage("attempts.out_of_range", attempts=request.attempts)


def able(request: Request, model: Model) -> bool:
    """Does the model do what is asked at all: make from words, or follow a picture?"""
    return operation(request) in model.operations or model.live.get("references") in request.extra


def make(
    request: Request,
    model: Model,
    provider: str,
    references: tuple[Reference, ...] = (),
    sold: Sold = tuple,
) -> Choice:
    """
    The exact parameters that will be sent, every adjustment with its sentence. Raises `Usage` naming what
    is allowed. `sold`: what there is besides, so that an adjustment can name who can.
    """
    adjustments: list[Adjustment] = []
    ratio = _ratio(request, model, adjustments, sold)
    size = _size(request, model, ratio, adjustments)
    if request.size is None and any(one.key in _WISHED for one in adjustments):
        # From here on the wish's size is the one that was asked for: adapters send it as such.
        request = request._replace(size=size)
    parameters = _parameters(request, model, size)
    if request.n > model.max_n:
        adjustments.append(Adjustment("adjusted.sends", {"n": request.n, "each": model.max_n}))
    if model.family != "chat":
        parameters["n"] = request.n
    return Choice(
        gateway=model.gateway,
        provider=provider,
        model=model,
        operation=operation(request),
        prompt=_prompt(request, model, ratio),
        parameters=parameters,
        n=request.n,
        size=size,
        aspect_ratio=ratio,
        references=references,
        adjustments=tuple(adjustments),
        request=request,
    )


def operation(request: Request) -> Operation:
    return "image_to_image" if request.references else "text_to_image"


def _normal(name: str) -> str:
    """One spelling for full-width letters, case, spaces, dots and hyphens."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in folded if letter not in " -_·.")


def _ratio(request: Request, model: Model, adjustments: list[Adjustment], sold: Sold) -> str | None:
    if request.aspect_ratio is None:
        return model.default_ratio
    wanted = fitting.written_ratio(request.aspect_ratio)
    if wanted in model.aspect_ratios:
        return wanted
    nearest = None if request.exact else fitting.nearest_ratio(wanted, model.aspect_ratios)
    if request.exact or not fitting.is_ratio(wanted):
        key = "ratio.unknown" if model.aspect_ratios else "ratio.none"
        raise Usage(key, ratio=request.aspect_ratio, model=model.id, allowed=model.aspect_ratios)
    who = _told([one for one in sold() if wanted in one.aspect_ratios and able(request, one)], model)
    key = "adjusted.ratio" if nearest else "adjusted.no_ratio"
    facts = {"ratio": wanted, "model": model.title, "nearest": nearest, "others": who}
    adjustments.append(Adjustment(key if who else f"{key}_nowhere", facts))
    return nearest or model.default_ratio


def _told(models: Sequence[Model], near: Model) -> list[str | Priced]:
    """Some models by their names and usual prices, each name once, those of the same gateway first."""
    known: dict[str, str | Priced] = {}
    for model in sorted(models, key=lambda one: one.gateway != near.gateway):
        named = Priced(model.title, model.prices[-1].each) if model.prices else model.title
        known.setdefault(model.title, named)
    return list(known.values())[:_MOST_OTHERS]


def _size(request: Request, model: Model, ratio: str | None, adjustments: list[Adjustment]) -> str | None:
    if request.size is None:
        return _unasked_size(request, model, ratio, adjustments)
    wanted = fitting.written_size(request.size)
    if not model.sizes and not model.free_size:
        adjustments.append(Adjustment("adjusted.no_size", {"size": request.size, "model": model.id}))
        return None
    taken = next((size for size in model.sizes if size.lower() == wanted.lower()), None)
    if taken is None and not request.exact:
        taken = _nearest_size(wanted, ratio, model, adjustments)
        if taken is not None:
            return taken
    if taken is None and not _is_free(wanted, model):
        anything = ("WIDTHxHEIGHT",) if model.size_step == 1 else (f"WIDTHxHEIGHT (n x {model.size_step})",)
        allowed = (*model.sizes, *(anything if model.free_size else ()))
        raise Usage("size.unknown", size=request.size, model=model.id, allowed=allowed)
    if ratio and model.size_for_ratio and model.size_for_ratio.get(ratio) != (taken or wanted):
        adjustments.append(Adjustment("adjusted.size_wins", {"size": taken or wanted, "ratio": ratio}))
    return taken or wanted


def _unasked_size(
    request: Request, model: Model, ratio: str | None, adjustments: list[Adjustment]
) -> str | None:
    """The size that nobody named: the ratio's, the wish's, else the model's own."""
    if not model.sizes and not model.free_size:
        return None
    size = model.size_for_ratio.get(ratio or "", model.default_size)
    known = fitting.classes(model)
    if not known or (ratio and ratio in model.size_for_ratio) or request.wish not in {"cheapest", "best"}:
        return size
    wished = known[-1] if request.wish == "best" else _cheapest(known, size, model)
    if wished != size:
        adjustments.append(Adjustment(f"adjusted.{request.wish}_size", {"size": wished}))
    return wished


def _cheapest(known: Sequence[str], usual: str | None, model: Model) -> str | None:
    """The cheapest of the sizes; where all cost the same, the usual one."""
    amounts = {row.each.micro for row in model.prices}
    if len(amounts) < 2:
        return usual
    listed = {row.when["size"]: row.each.micro for row in model.prices if "size" in row.when}
    return min(known, key=lambda size: listed.get(size, 0))


def _nearest_size(wanted: str, ratio: str | None, model: Model, adjustments: list[Adjustment]) -> str | None:
    """A class of sizes as this model has it, said out loud: the largest for 8K, pixels for 2K."""
    largest = fitting.nearest_class(wanted, model)
    pixels = None if largest else fitting.in_pixels(wanted, ratio, model)
    taken = largest or pixels
    if taken is not None:
        asked, had = fitting.side(wanted) or 0, fitting.side(taken) or 0
        # 4K in 16:9 is 3840 wide by anybody's count.
        key = "adjusted.size" if had < asked * 0.9 else "adjusted.size_pixels"
        adjustments.append(Adjustment(key, {"size": wanted, "nearest": taken, "model": model.title}))
    return taken


def _is_free(size: str, model: Model) -> bool:
    """Is it a size in pixels that the model takes although no list names it?"""
    width, x, height = size.partition("x")
    if not model.free_size or not x or fitting.side(size) is None:
        return False
    in_steps = int(width) % model.size_step == 0 and int(height) % model.size_step == 0
    return in_steps and (not model.most_pixels or int(width) * int(height) <= model.most_pixels)


def _parameters(request: Request, model: Model, size: str | None) -> dict[str, Any]:
    asked: dict[str, Any] = {name: getattr(request, name) for name in _NAMED}
    asked["output_format"] = request.format
    asked.update(request.extra)
    parameters: dict[str, Any] = {"size": size} if size else {}
    for name, value in asked.items():
        if value is None:
            continue
        allowed = model.parameters.get(name)
        said = "format" if name == "output_format" and name not in request.extra else name
        if allowed is None:
            raise _no_such_parameter(said, model)
        if allowed and str(value) not in allowed:
            raise Usage("parameter.value", name=said, value=value, model=model.id, allowed=allowed)
        parameters[name] = value
    missing = [name for name in model.required if name not in parameters]
    if missing:
        raise Usage("parameter.missing", names=missing, model=model.id)
    return parameters


def _no_such_parameter(name: str, model: Model) -> Usage:
    known = sorted(model.parameters)
    import difflib

    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    if not known:
        return Usage("parameter.none", name=name, model=model.id)
    key = "parameter.unknown_near" if near else "parameter.unknown"
    return Usage(key, name=name, model=model.id, allowed=known, near=near[0] if near else "")


def _prompt(request: Request, model: Model, ratio: str | None) -> str:
    parts = [request.prompt.strip()]
    # Chat completions have no size field: the wish rides in the words, as the gateway's guide has it.
    if ratio and model.family == "chat":
        parts.append(f"(aspect ratio: {ratio})")
    if request.avoid and request.avoid.strip():
        parts.append(f"Avoid: {request.avoid.strip()}")
    return " ".join(parts)
