"""IMA's product tree as the sandbox sells it, and whether an order fits it."""

from collections.abc import Iterator, Mapping
from typing import Any

from limner.sandbox.call import Refusal
from limner.sandbox.data import facts_of

FACTS = facts_of(__file__.replace("ima_products", "ima"))
CATEGORIES = {"text_to_image": "文生图", "image_to_image": "图生图"}
_DEFAULT = {"default": "enabled"}
_MOST = 8

Leaf = Mapping[str, Any]


def tree(category: str, language: str, renewed: bool) -> list[dict[str, Any]]:
    """The nodes of one category. `renewed`: with attribute ids nobody has seen yet."""
    top: list[dict[str, Any]] = []
    for leaf in FACTS["leaf"]:
        level = top
        for group in leaf["groups"]:
            level = _group(level, group)["children"]
        level.append(_leaf(leaf, category, language, renewed))
    return top


def _group(level: list[dict[str, Any]], name: str) -> dict[str, Any]:
    for node in level:
        if node["type"] == "2" and node["id"] == name:
            return node
    level.append({"id": name, "type": "2", "name": name, "model_id": "", "children": []})
    return level[-1]


def _leaf(leaf: Leaf, category: str, language: str, renewed: bool) -> dict[str, Any]:
    told = {
        "id": leaf["id"],
        "parent_id": leaf["groups"][-1],
        "type": "3",
        "name": leaf["name"],
        "icon": "https://ima.esxscloud.com/sandbox.png",
        "model_id": leaf["model_id"],
        "tags": [{"tag_type": "EET", "tag_value": leaf["takes"]}],
        "model_types": list(CATEGORIES),
        "description": "A model of the sandbox.",
        "category_code": category,
        "category_name": CATEGORIES[category] if language == "zh" else category,
        "form_config": list(_fields(leaf["form"])),
        "credit_rules": [_rule(row, renewed) for row in leaf[category]],
    }
    if category == "image_to_image":
        limit = {"minLimit": 1, "maxLimit": FACTS["most_references"]}
        told["files"] = {"component": "card", "acceptType": ["image/jpg,png"], "category": category, **limit}
    return told


def _fields(form: str) -> Iterator[dict[str, Any]]:
    for name, values in FACTS["form"][form].items():
        options = [{"label": value, "value": value} for value in values]
        field = {
            "type": "tags",
            "field": name,
            "label": name,
            "value": values[0],
            "options": options,
            "level": 1,
        }
        for source, meaning in FACTS["virtual"].get(form, {}).items():
            rules = [{"source_values": {source: ui}, "target_value": value} for ui, value in meaning.items()]
            shown = [{"label": ui, "value": ui} for ui in meaning]
            ui = {
                "field": source,
                "label": source,
                "type": "tags",
                "required": True,
                "value": next(iter(meaning)),
            }
            field["is_ui_virtual"] = True
            field["ui_params"] = [{**ui, "config": {"type": "string"}, "options": shown, "level": 1}]
            mapping = {"type": "simple", "source_params": [source], "target_param": name}
            field["value_mapping"] = {**mapping, "mapping_rules": rules}
        yield field


def _rule(row: list[Any], renewed: bool) -> dict[str, Any]:
    points, attribute, attributes = row
    told = attribute + 100_000 if renewed else attribute
    return {"origin_point": points, "points": points, "attribute_id": told, "attributes": attributes}


def sold(order: Mapping[str, Any], category: str) -> tuple[Leaf, int]:
    """The leaf that an order names, and its points. Refuses what the service would."""
    attribute = order.get("attribute_id")
    if not isinstance(attribute, int) or not attribute:
        raise Refusal(200, "400", "Invalid product attribute")
    found = [(leaf, row) for leaf in FACTS["leaf"] for row in leaf[category] if row[1] == attribute]
    if not found or found[0][0]["id"] != order.get("model_version"):
        raise Refusal(200, "6009", "No credit rule matches the parameters")
    leaf, (points, _, attributes) = found[0]
    if order.get("model_id") != leaf["model_id"] or not order.get("model_name"):
        raise Refusal(200, "400", "Unknown model")
    inner = order["parameters"]
    cast = inner.get("cast")
    if cast != {"points": points, "attribute_id": attribute} or order.get("credit") != points:
        raise Refusal(200, "6006", "Credit does not match the rule")
    _check_parameters(leaf, attributes, inner)
    return leaf, points


def _check_parameters(leaf: Leaf, attributes: Mapping[str, str], inner: Mapping[str, Any]) -> None:
    if attributes != _DEFAULT and any(inner.get(name) != value for name, value in attributes.items()):
        raise Refusal(200, "6010", "Attribute ID does not match the parameters")
    if not 1 <= count(inner) <= _MOST:
        raise Refusal(200, "400", "n must be a whole number")
    for name, values in FACTS["form"][leaf["form"]].items():
        known = {value.lower() for value in values}
        if name != "n" and name in inner and str(inner[name]).lower() not in known:
            raise Refusal(200, "400", f"Bad request: invalid {name}")


def count(inner: Mapping[str, Any]) -> int:
    """How many are ordered. Clients send the number, or the form's text of it."""
    told = inner.get("n")
    known = isinstance(told, (int, str)) and not isinstance(told, bool) and str(told).isdecimal()
    return int(str(told)) if known else 0


def pixels(inner: Mapping[str, Any]) -> tuple[int, int]:
    """What is painted for a size, a ratio or a resolution: smaller than the real thing, alike in shape."""
    size = str(inner.get("size") or inner.get("resolution") or "1k").lower()
    width, _, height = size.partition("x")
    if width.isdecimal() and height.isdecimal():
        wide, high = int(width), int(height)
    else:
        wide, high = (int(part) for part in str(inner.get("aspect_ratio") or "1:1").split(":"))
        wide, high = wide * 10_000, high * 10_000
    side = min(FACTS["pixels"].get(size, max(wide, high)), FACTS["longest_painted"])
    scale = side / max(wide, high)
    return max(round(wide * scale), 64), max(round(high * scale), 64)
