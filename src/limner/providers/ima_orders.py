"""What is ordered at IMA: a choice's parameters, the orders that may replace it, and how one is written."""

from collections.abc import Mapping
from typing import Any

from limner.errors import Usage
from limner.money import parse
from limner.providers import ima_tariff as tariff
from limner.types import Choice, Model, Repair

_MOST_SMALLER = 2


def merged(choice: Choice) -> dict[str, Any]:
    """The list's defaults under what was asked for; a virtual field's wish as what it stands for."""
    live, request = choice.model.live, choice.request
    asked = {name: value for name, value in choice.parameters.items() if name not in ("n", "size")}
    if request.size is not None and choice.size is not None:
        asked["size"] = choice.size
    if choice.aspect_ratio is not None:
        asked["aspect_ratio"] = choice.aspect_ratio
    merged: dict[str, Any] = dict(live["defaults"])
    for mapping in live["mappings"]:
        wishes = {name: asked.pop(name) for name in mapping["sources"] if name in asked}
        if wishes and mapping["target"] not in asked:
            merged[mapping["target"]] = _stands_for(mapping, wishes, choice.model)
    return {**merged, **asked, "n": choice.n}


def _stands_for(mapping: Mapping[str, Any], wishes: Mapping[str, Any], model: Model) -> Any:
    value = tariff.mapped(mapping, {**mapping["sources"], **wishes})
    if value is None:
        name, wish = next(iter(wishes.items()))
        allowed = tariff.ui_values(mapping, name)
        raise Usage("parameter.value", name=name, value=wish, model=model.id, allowed=allowed)
    return value


def smaller(choice: Choice) -> list[Repair]:
    asked = {"size"} if choice.request.size is not None else set()
    asked |= {*choice.request.extra}
    if choice.request.quality is not None:
        asked.add("quality")
    for name, rungs in choice.model.live["smaller"].items():
        now = next(
            (n for n, rung in enumerate(rungs) if tariff.same(rung, choice.parameters.get(name))), None
        )
        if name not in asked or now is None:
            continue
        found = []
        for rung in rungs[now + 1 :][:_MOST_SMALLER]:
            parameters = {**choice.parameters, name: rung}
            rule = tariff.choose(choice.model.live["rules"], parameters)
            repair = by_rule(choice._replace(parameters=parameters), rule, "500", "repair.smaller")
            found.append(repair._replace(size=rung))
        return found
    return []


def by_rule(choice: Choice, rule: tariff.Rule, code: str, key: str) -> Repair:
    """The choice under another rule, with everything that rule calls for."""
    parameters = {**tariff.spelled(rule, choice.parameters), **tariff.own_attributes(rule)}
    parameters["attribute_id"] = rule["attribute_id"]
    price = parse(str(rule["points"]), choice.model.prices[0].each.unit).times(choice.n)
    size = parameters.get("size")
    return Repair((code,), parameters, None if size is None else tariff.written(size), price, key)


def order(choice: Choice, links: list[str]) -> dict[str, Any]:
    live, inner = choice.model.live, dict(choice.parameters)
    attribute = inner.pop("attribute_id")
    points = next(rule["points"] for rule in live["rules"] if rule["attribute_id"] == attribute)
    inner |= {"prompt": choice.prompt, "n": choice.n, "input_images": links}
    inner["cast"] = {"points": points, "attribute_id": attribute}
    return {
        "task_type": choice.operation,
        "enable_multi_model": False,
        "src_img_url": links,
        "parameters": [
            {
                "attribute_id": attribute,
                "model_id": live["model_id"],
                "model_name": live["name"],
                "model_version": live["version"],
                "app": "ima",
                "platform": "web",
                "category": choice.operation,
                "credit": points,
                "parameters": inner,
            }
        ],
    }
