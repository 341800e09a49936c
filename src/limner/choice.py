"""
Request, Models -> Choice: obey, adjust out loud, or refuse.

Nothing is swapped silently. What cannot be served is refused with what can; what will be other than
asked stands in the choice's adjustments, each with its own sentence, before anybody is asked for a yes.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from limner.errors import Usage
from limner.types import Adjustment, Choice, Model, Operation, Reference, Request

MOST_PICTURES = 100
_PIXELS = re.compile(r"^([1-9][0-9]{1,4})x([1-9][0-9]{1,4})$")
_NAMED = ("quality", "background", "seed")


def pick(request: Request, models: Sequence[Model]) -> Model:
    """The model that is meant: by id, title or alias, else the default. Raises `Usage`."""
    if not models:
        raise Usage("model.none")
    operation = _operation(request)
    if request.model is None:
        able = [model for model in models if operation in model.operations]
        first = (able or models)[0]
        if _has_size(first, request.size):
            return first
        # Nobody named a model, so one that has the size will do, as long as its price is known.
        fitting = [one for one in able if one.sizes and one.prices and _has_size(one, request.size)]
        return (fitting or [first])[0]
    wanted = _normal(request.model)
    named = [one for one in models if wanted in {_normal(name) for name in (one.id, one.title, *one.aliases)}]
    # A gateway may list one model once per operation, each time at other prices.
    named.sort(key=lambda model: operation not in model.operations)
    if named:
        return _with_size(named[0], request.size, models)
    known = list(dict.fromkeys(model.id for model in models))
    import difflib

    near = difflib.get_close_matches(request.model, known, n=1, cutoff=0.5)
    key = "model.unknown_near" if near else "model.unknown"
    raise Usage(key, model=request.model, known=known, near=near[0] if near else "")


def _with_size(model: Model, size: str | None, models: Sequence[Model]) -> Model:
    """`model`, unless the size that was asked for is another model's: then whose, raised as `Usage`."""
    if not _has_size(model, size):
        others = [one.id for one in models if one.sizes and _has_size(one, size)]
        if others:
            raise Usage("size.elsewhere", size=size, model=model.id, allowed=model.sizes, others=others)
    return model


def _has_size(model: Model, size: str | None) -> bool:
    """Does the model take this size, or leave a size out without harm?"""
    if size is None or not model.sizes:
        return True
    wanted = _normal_size(size).lower()
    return model.free_size or any(one.lower() == wanted for one in model.sizes)


def check(request: Request, model: Model, limits: Mapping[str, Any]) -> None:
    """Raises `Usage` for whatever would be refused later, before any file is touched."""
    try:
        f"{request.prompt}{request.avoid or ''}".encode()
    except UnicodeEncodeError as error:
        raise Usage("prompt.not_text") from error
    if not request.prompt.strip():
        raise Usage("prompt.empty")
    longest = int(limits["prompt_characters"])
    if len(request.prompt) > longest:
        raise Usage("prompt.too_long", length=len(request.prompt), limit=longest)
    if not 1 <= request.n <= MOST_PICTURES:
        raise Usage("n.out_of_range", n=request.n, limit=MOST_PICTURES)
    if request.attempts is not None and not 1 <= request.attempts <= 5:
        raise Usage("attempts.out_of_range", attempts=request.attempts)
    by_address = model.live.get("references") in request.extra
    if _operation(request) not in model.operations and not by_address:
        raise Usage("model.no_references" if request.references else "model.needs_reference", model=model.id)
    if len(request.references) > model.max_references:
        raise Usage("reference.too_many", count=len(request.references), limit=model.max_references)


def make(request: Request, model: Model, provider: str, references: tuple[Reference, ...] = ()) -> Choice:
    """The exact parameters that will be sent. Raises `Usage` naming what is allowed."""
    adjustments: list[Adjustment] = []
    ratio = _ratio(request, model)
    size = _size(request, model, ratio, adjustments)
    parameters = _parameters(request, model, size)
    if request.n > model.max_n:
        adjustments.append(Adjustment("adjusted.sends", {"n": request.n, "each": model.max_n}))
    if model.family != "chat":
        parameters["n"] = request.n
    return Choice(
        gateway=model.gateway,
        provider=provider,
        model=model,
        operation=_operation(request),
        prompt=_prompt(request, model, ratio),
        parameters=parameters,
        n=request.n,
        size=size,
        aspect_ratio=ratio,
        references=references,
        adjustments=tuple(adjustments),
        request=request,
    )


def _operation(request: Request) -> Operation:
    return "image_to_image" if request.references else "text_to_image"


def _normal(name: str) -> str:
    """One spelling for full-width letters, case, spaces, dots and hyphens."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in folded if letter not in " -_·.")


def _ratio(request: Request, model: Model) -> str | None:
    if request.aspect_ratio is None:
        return model.default_ratio
    wanted = unicodedata.normalize("NFKC", request.aspect_ratio).replace(" ", "").replace("/", ":")
    if not model.aspect_ratios:
        raise Usage("ratio.none", ratio=request.aspect_ratio, model=model.id)
    if wanted not in model.aspect_ratios:
        raise Usage("ratio.unknown", ratio=request.aspect_ratio, model=model.id, allowed=model.aspect_ratios)
    return wanted


def _size(request: Request, model: Model, ratio: str | None, adjustments: list[Adjustment]) -> str | None:
    has_sizes = model.sizes or model.free_size
    if request.size is None:
        return model.size_for_ratio.get(ratio or "", model.default_size) if has_sizes else None
    wanted = _normal_size(request.size)
    if not has_sizes:
        adjustments.append(Adjustment("adjusted.no_size", {"size": request.size, "model": model.id}))
        return None
    named = next((size for size in model.sizes if size.lower() == wanted.lower()), None)
    if named is None and not _is_free(wanted, model):
        anything = ("WIDTHxHEIGHT",) if model.size_step == 1 else (f"WIDTHxHEIGHT (n x {model.size_step})",)
        allowed = (*model.sizes, *(anything if model.free_size else ()))
        raise Usage("size.unknown", size=request.size, model=model.id, allowed=allowed)
    if ratio and model.size_for_ratio and model.size_for_ratio.get(ratio) != (named or wanted):
        adjustments.append(Adjustment("adjusted.size_wins", {"size": named or wanted, "ratio": ratio}))
    return named or wanted


def _is_free(size: str, model: Model) -> bool:
    """Is it a size in pixels that the model takes although no list names it?"""
    found = _PIXELS.match(size) if model.free_size else None
    if found is None:
        return False
    width, height = int(found[1]), int(found[2])
    in_steps = width % model.size_step == 0 and height % model.size_step == 0
    return in_steps and (not model.most_pixels or width * height <= model.most_pixels)


def _normal_size(size: str) -> str:
    return unicodedata.normalize("NFKC", size).replace("×", "x").replace("X", "x").strip()


def _parameters(request: Request, model: Model, size: str | None) -> dict[str, Any]:
    asked: dict[str, Any] = {name: getattr(request, name) for name in _NAMED}
    asked["output_format"] = request.format
    asked.update(request.extra)
    parameters: dict[str, Any] = {"size": size} if size else {}
    for name, value in asked.items():
        if value is None:
            continue
        allowed = model.parameters.get(name)
        if allowed is None:
            raise _no_such_parameter(name, model)
        if allowed and str(value) not in allowed:
            raise Usage("parameter.value", name=name, value=value, model=model.id, allowed=allowed)
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
