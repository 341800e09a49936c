"""
IMA's product tree, and the rule a request falls under. Pure: a list in, choices out.

The tree nests to any depth; only leaves (`type` "3") are sold. A leaf has a form, whose fields have defaults
and options, and credit rules: each a price and an attribute id for one combination of values.

Source: the skill's own description of `/open/v1/product/list`, and answers recorded by public tests, 2026-04.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_MARK = ("default", "enabled")
"""In a rule's attributes: "where nothing else fits". Never a parameter."""

Rule = Mapping[str, Any]
Leaf = Mapping[str, Any]


def leaves(nodes: Any) -> Iterator[Leaf]:
    """What is sold, in the list's own order."""
    for node in _list(nodes):
        if not isinstance(node, dict):
            continue
        if str(node.get("type")) == "3" and node.get("model_id") and node.get("id"):
            yield node
        yield from leaves(node.get("children"))


def rules_of(leaf: Leaf) -> list[dict[str, Any]]:
    """Each rule as {"points", "attribute_id", "attributes"}; those that cannot be bought are left out."""
    found = []
    for rule in _list(leaf.get("credit_rules")):
        points, attribute = (
            (rule.get("points"), rule.get("attribute_id")) if isinstance(rule, dict) else (0, 0)
        )
        if _is_amount(points) and isinstance(attribute, int) and attribute > 0:
            attributes = rule.get("attributes") if isinstance(rule.get("attributes"), dict) else {}
            found.append({"points": points, "attribute_id": attribute, "attributes": dict(attributes)})
    return found


def fields_of(leaf: Leaf) -> list[Mapping[str, Any]]:
    """The form's fields that a request may set."""
    fields = [one for one in _list(leaf.get("form_config")) if isinstance(one, dict) and one.get("field")]
    return [one for one in fields if one["field"] not in ("prompt", "cast", "input_images")]


def options_of(field: Mapping[str, Any]) -> list[str]:
    """Allowed values as the service writes them; none: any."""
    values = [one.get("value") if isinstance(one, dict) else one for one in _list(field.get("options"))]
    return [written(value) for value in values if value is not None]


def mappings_of(leaf: Leaf) -> list[dict[str, Any]]:
    """The virtual fields: {"target", "sources", "rules": [[{source: value}, target value], …]}."""
    found = []
    for field in fields_of(leaf):
        if not field.get("is_ui_virtual"):
            continue
        told = field.get("value_mapping")
        mapping: Mapping[str, Any] = told if isinstance(told, dict) else {}
        rules = [
            [one["source_values"], one.get("target_value")]
            for one in _list(mapping.get("mapping_rules"))
            if isinstance(one, dict) and isinstance(one.get("source_values"), dict)
        ]
        ui_fields = [
            one for one in _list(field.get("ui_params")) if isinstance(one, dict) and one.get("field")
        ]
        sources = {str(one["field"]): one.get("value") for one in ui_fields}
        target = str(mapping.get("target_param") or field["field"])
        found.append({"target": target, "sources": sources, "rules": rules})
    return found


def defaults_of(leaf: Leaf) -> dict[str, Any]:
    """What is sent when nothing was asked for."""
    defaults = {one["field"]: one["value"] for one in fields_of(leaf) if one.get("value") is not None}
    for mapping in mappings_of(leaf):
        value = mapped(mapping, mapping["sources"])
        if value is not None:
            defaults[mapping["target"]] = value
    return defaults


def mapped(mapping: Mapping[str, Any], values: Mapping[str, Any]) -> Any:
    """What a virtual field's UI values stand for; `None` when they stand for nothing."""
    for sources, target in mapping["rules"]:
        if sources and all(same(values.get(name), value) for name, value in sources.items()):
            return target
    return None


def ui_values(mapping: Mapping[str, Any], name: str) -> list[str]:
    """The values of one UI field that stand for something."""
    return list(dict.fromkeys(written(sources[name]) for sources, _ in mapping["rules"] if name in sources))


def choose(rules: Sequence[Rule], parameters: Mapping[str, Any]) -> Rule:
    """The rule whose every attribute is met, else the one marked as default, else the first."""
    exact = [rule for rule in rules if (own := own_attributes(rule)) and fits(own, parameters)]
    # The narrower of two that fit is the one that was meant.
    exact.sort(key=lambda rule: -len(own_attributes(rule)))
    marked = [rule for rule in rules if not own_attributes(rule)]
    return (exact or marked or list(rules))[0]


def fits(attributes: Mapping[str, Any], parameters: Mapping[str, Any]) -> bool:
    return all(name in parameters and same(parameters[name], value) for name, value in attributes.items())


def agrees(attributes: Mapping[str, Any], parameters: Mapping[str, Any]) -> bool:
    """Does nothing in the parameters speak against these attributes?"""
    return all(same(parameters[name], value) for name, value in attributes.items() if name in parameters)


def spelled(rule: Rule, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters, with the rule's own spelling where they mean the same."""
    own = own_attributes(rule)
    return {
        name: own[name] if name in own and same(own[name], value) else value
        for name, value in parameters.items()
    }


def own_attributes(rule: Rule) -> dict[str, Any]:
    """A rule's attributes without the mark."""
    return {
        name: value
        for name, value in rule["attributes"].items()
        if not (name == _MARK[0] and same(value, _MARK[1]))
    }


def same(one: Any, other: Any) -> bool:
    """As the service compares what people write: "1k" is "1K", true is "true"."""
    return written(one).casefold() == written(other).casefold()


def written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_amount(points: Any) -> bool:
    return isinstance(points, (int, float)) and not isinstance(points, bool) and 0 <= points < 1_000_000


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
