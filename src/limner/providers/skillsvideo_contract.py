"""What an OpenAPI document of skills.video makes of the models in the facts file. Reads and sends nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

from limner import openapi
from limner.openapi import Contract, Field
from limner.types import Model

_REFERENCES = ("image_urls", "image_url", "images", "image", "input_images")
_SIZES = ("resolution", "image_size", "size")
_RATIOS = ("aspect_ratio", "ratio")
_COUNTS = ("n", "num_images")
_UNKNOWN_REFERENCES = 4
_NOT_ASKED = {"default", "auto"}


def refined(known: Sequence[Model], documents: Sequence[Any], docs: Sequence[Any], group: str) -> list[Model]:
    """
    The models, each as the most specific document has it. Where `docs.json` names the endpoints of the
    group, they are the list, and what the facts do not know of them the documents say.
    """
    listed = [path for one in docs for path in openapi.group(one, group)]
    rows = {_path(model.id): model for model in known}
    paths = [path for path in rows if path in listed] + [path for path in listed if path not in rows]
    return [_refined(rows.get(path) or _new(known[0], path), documents) for path in paths or rows]


def _path(model: str) -> str:
    return f"/generation/{model}"


def _new(like: Model, path: str) -> Model:
    name = path.removeprefix("/generation/")
    return like._replace(
        id=name,
        title=name,
        family="images",
        operations=("text_to_image",),
        aspect_ratios=(),
        sizes=(),
        size_for_ratio={},
        default_size=None,
        default_ratio=None,
        max_n=1,
        max_references=0,
        prices=(),
        parameters={},
        uses=(),
        aliases=(),
        default=False,
        live={},
    )


def _refined(model: Model, documents: Sequence[Any]) -> Model:
    document = openapi.most_specific(documents, _path(model.id))
    contract = openapi.contract(document, _path(model.id)) if document is not None else None
    return _as_said(model, contract) if contract else model


def _as_said(model: Model, contract: Contract) -> Model:
    size, ratio = contract.field(*_SIZES), contract.field(*_RATIOS)
    count, reference = contract.field(*_COUNTS), contract.field(*_REFERENCES)
    prompt = contract.field("prompt")
    ours = {one.name for one in (size, ratio, count, prompt) if one}
    others = [field for field in contract.fields if field.name not in ours]
    sizes = _words(size)
    return model._replace(
        operations=_operations(prompt, reference),
        aspect_ratios=_words(ratio),
        default_ratio=_default(ratio),
        sizes=sizes,
        size_for_ratio=model.size_for_ratio if set(model.size_for_ratio.values()) <= set(sizes) else {},
        default_size=_default(size) or (sizes[0] if size and size.required and sizes else None),
        max_n=(count.maximum or model.max_n) if count else 1,
        max_references=_most(reference, model),
        parameters={field.name: _choices(field) for field in others},
        required=tuple(
            field.name
            for field in others
            if field.required and not field.has_default and field is not reference
        ),
        live=_wire({"size": size, "ratio": ratio, "n": count, "references": reference}, prompt),
    )


def _wire(named: Mapping[str, Field | None], prompt: Field | None) -> Mapping[str, Any]:
    wire: dict[str, Any] = {name: field.name for name, field in named.items() if field}
    return wire if prompt else {**wire, "prompt": False}


def _operations(prompt: Field | None, reference: Field | None) -> tuple[Any, ...]:
    words_alone = prompt is not None and not (reference and reference.required)
    return (("text_to_image",) if words_alone else ()) + (("image_to_image",) if reference else ())


def _most(reference: Field | None, model: Model) -> int:
    if reference is None:
        return 0
    if not reference.type.startswith("array"):
        return 1
    return reference.maximum or model.max_references or _UNKNOWN_REFERENCES


def _words(field: Field | None) -> tuple[str, ...]:
    """What can be asked for; that the gateway may choose by itself is what not asking means."""
    return tuple(str(one) for one in field.allowed if str(one) not in _NOT_ASKED) if field else ()


def _default(field: Field | None) -> str | None:
    words = _words(field)
    return str(field.default) if field and field.has_default and str(field.default) in words else None


def _choices(field: Field) -> tuple[str, ...]:
    return () if field.type == "boolean" else tuple(str(one) for one in field.allowed)
