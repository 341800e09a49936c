"""IMA's leaves as models of ours: what may be asked for, what it costs, and what a request needs to know."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from limner.money import parse
from limner.providers import ima_tariff as tariff
from limner.types import Model, Operation, Price

_RATIO = re.compile(r"^[1-9][0-9]*:[1-9][0-9]*$")
_SECONDS = re.compile(r"^([0-9]+)\s*~\s*([0-9]+)\s*s$")
_OWN_WAY = ("size", "n", "aspect_ratio")
"""Fields that a request has names of its own for."""


def models_of(
    tree: Any, operation: Operation, known: Sequence[Model], facts: Mapping[str, Any], unit: str
) -> Iterator[Model]:
    """
    The models of one operation's list. The last leaf of a model id is the newest and has its name; an
    older one is to be had by its version, which is its leaf's id.
    """
    sold = [leaf for leaf in tariff.leaves(tree) if tariff.rules_of(leaf)]
    newest = {str(leaf["model_id"]): str(leaf["id"]) for leaf in sold}
    rows = {str(row["id"]): row for row in facts["models"]}
    by_id = {model.id: model for model in known}
    for leaf in sold:
        name, version = str(leaf["model_id"]), str(leaf["id"])
        row = {**facts["families"]["images"], **rows.get(name, {})}
        model = _model(leaf, operation, row, unit, facts)
        if newest[name] != version:
            yield model._replace(id=f"{name}@{version}", aliases=(version,), default=False)
            continue
        familiar = by_id.get(name)
        aliases = (*(familiar.aliases if familiar else ()), *([version] if version != name else []))
        if familiar:
            told = {name: getattr(familiar, name) for name in ("uses", "default", "seconds", "time_limit")}
            model = model._replace(**told)
        yield model._replace(aliases=aliases)


def _model(
    leaf: tariff.Leaf, operation: Operation, row: Mapping[str, Any], unit: str, facts: Mapping[str, Any]
) -> Model:
    options = _options(leaf)
    mappings = tariff.mappings_of(leaf)
    ratios = _ratios(mappings)
    defaults = tariff.defaults_of(leaf)
    rules = tariff.rules_of(leaf)
    low, high = _seconds(leaf, row)
    counts = [int(text) for text in options.get("n", ()) if text.isdecimal() and text != "0"]
    limit = leaf.get("files", {}).get("maxLimit") if isinstance(leaf.get("files"), dict) else None
    size = defaults.get("size")
    return Model(
        gateway="ima",
        id=str(leaf["model_id"]),
        title=str(leaf.get("name") or leaf["model_id"]),
        family="images",
        operations=(operation,),
        aspect_ratios=tuple(ratios or [one for one in options.get("aspect_ratio", ()) if _RATIO.match(one)]),
        sizes=tuple(options.get("size", ())),
        size_for_ratio=ratios,
        default_size=None if size is None else tariff.written(size),
        free_size=False,
        max_n=max(counts, default=int(row["max_n"])),
        max_references=_references(operation, limit, row),
        prices=tuple(_price(rule, unit) for rule in rules),
        seconds=(low, high),
        time_limit=int(row["time_limit"]),
        parameters=_parameters(options, mappings, rules),
        uses=(),
        aliases=(),
        default=False,
        source=str(facts["gateway"]["source"]),
        as_of=str(facts["gateway"]["checked"]),
        live={
            "model_id": leaf["model_id"],
            "version": leaf["id"],
            "name": leaf.get("name") or leaf["model_id"],
            "rules": rules,
            "defaults": defaults,
            "mappings": mappings,
            "smaller": _smaller(options, facts["repairs"]["ladders"]),
            **{name: row[name] for name in ("polling", "pictures") if name in row},
        },
    )


def _options(leaf: tariff.Leaf) -> dict[str, list[str]]:
    """Allowed values by backend field."""
    return {str(field["field"]): tariff.options_of(field) for field in tariff.fields_of(leaf)}


def _ratios(mappings: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The sizes that stand for ratios, where a virtual field maps one to the other."""
    found: dict[str, str] = {}
    for mapping in mappings:
        if mapping["target"] == "size" and list(mapping["sources"]) == ["aspect_ratio"]:
            for value in tariff.ui_values(mapping, "aspect_ratio"):
                if _RATIO.match(value):
                    found[value] = tariff.written(tariff.mapped(mapping, {"aspect_ratio": value}))
    return found


def _parameters(
    options: Mapping[str, list[str]], mappings: Sequence[Mapping[str, Any]], rules: Sequence[tariff.Rule]
) -> dict[str, tuple[str, ...]]:
    """What may be asked for by name: the form's fields, virtual ones, and what only the rules speak of."""
    found = {name: tuple(values) for name, values in options.items() if name not in _OWN_WAY}
    for rule in rules:
        for name, value in tariff.own_attributes(rule).items():
            if name not in options and name not in _OWN_WAY:
                found[name] = tuple(dict.fromkeys((*found.get(name, ()), tariff.written(value))))
    if "aspect_ratio" in options:
        found["aspect_ratio"] = tuple(options["aspect_ratio"])
    for mapping in mappings:
        found.update({name: tuple(tariff.ui_values(mapping, name)) for name in mapping["sources"]})
    return found


def _smaller(options: Mapping[str, list[str]], ladders: Sequence[Sequence[str]]) -> dict[str, list[str]]:
    """For each field that is a ladder: its rungs, the largest first, as this leaf writes them."""
    found: dict[str, list[str]] = {}
    for name, values in options.items():
        for ladder in ladders:
            rungs = [value for rung in ladder for value in values if tariff.same(rung, value)]
            if len(rungs) > 1:
                found[name] = rungs
    return found


def _price(rule: tariff.Rule, unit: str) -> Price:
    each = parse(str(rule["points"]), unit)
    return Price(each, each, {"attribute_id": str(rule["attribute_id"])}, None, None)


def _references(operation: Operation, limit: Any, row: Mapping[str, Any]) -> int:
    if operation == "text_to_image":
        return 0
    return limit if isinstance(limit, int) and limit > 0 else int(row["max_references"])


def _seconds(leaf: tariff.Leaf, row: Mapping[str, Any]) -> tuple[int, int]:
    """The facts' estimate; for a model they do not know, the leaf's own tag."""
    tags = leaf.get("tags") if isinstance(leaf.get("tags"), list) and "title" not in row else []
    for tag in tags or []:
        told = _SECONDS.match(str(tag.get("tag_value"))) if isinstance(tag, dict) else None
        if told:
            return int(told[1]), int(told[2])
    return int(row["seconds"][0]), int(row["seconds"][1])
