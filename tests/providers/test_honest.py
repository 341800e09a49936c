"""
An honest delivery raises nothing: every gateway and operation. The whole table, with every model, size and
ratio that is known of, takes minutes: LIMNER_LONG=1.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from buyer import Buyer
from limner import gateways
from limner.errors import Usage
from limner.results import Job
from limner.types import Model

from .conftest import NewCustomer

LONG = bool(os.environ.get("LIMNER_LONG"))
FEW = 5


@pytest.fixture
def reference(tmp_path: Path) -> str:
    path = tmp_path / "reference.png"
    Image.linear_gradient("L").convert("RGB").resize((320, 240)).save(path)
    return str(path)


def orders(model: Model) -> Iterator[dict[str, Any]]:
    """What may be asked of a model: in the whole table each size, and each ratio at its smallest size."""
    sizes: list[str | None] = list(model.sizes) or [None]
    yield {}
    if LONG:
        yield from ({"size": size} for size in sizes if size)
        yield from ({"size": sizes[0], "aspect_ratio": ratio} for ratio in model.aspect_ratios)
    else:
        yield {"size": min(sizes, key=lambda size: ("k" in (size or "").lower(), size or ""))}
        yield from ({"aspect_ratio": ratio} for ratio in model.aspect_ratios[1:2])


def delivered(buyer: Buyer, model: Model, wishes: dict[str, Any]) -> Job | None:
    """The job; `None` where the gateway itself does not take this."""
    told = {name: value for name, value in wishes.items() if value is not None}
    try:
        return buyer.make("a cup [[looks:1]]", model=model.id, max_cost="1000", **told)
    except Usage as error:
        assert error.key in {"parameter.missing", "model.needs_reference", "ratio.unknown"}, error
        return None


@pytest.mark.parametrize("operation", ["text_to_image", "image_to_image"])
@pytest.mark.parametrize("name", gateways.providers())
@pytest.mark.timeout(1800 if LONG else 60)
def test_what_comes_as_ordered_is_never_called_otherwise(
    new_customer: NewCustomer, name: str, operation: str, reference: str
) -> None:
    buyer = new_customer(name)
    references = (reference,) if operation == "image_to_image" else ()
    made = 0
    for model in buyer.client.offers(name)[: None if LONG else FEW]:
        if operation in model.operations:
            for wishes in orders(model):
                job = delivered(buyer, model, {**wishes, "references": references})
                if job is not None:
                    assert job.state == "done", (model.id, wishes, job.error, job.error_facts)
                    assert job.differences == (), (model.id, wishes, job.pictures)
                    made += 1
    assert made


def test_a_transparent_picture_is_what_it_was_asked_to_be(new_customer: NewCustomer) -> None:
    buyer = new_customer("openai_compatible")
    for kind in ("png", "webp"):
        job = buyer.make("a cup", background="transparent", format=kind)
        assert (job.state, job.differences) == ("done", ())
        with Image.open(job.pictures[0].path) as picture:
            assert picture.has_transparency_data


def test_a_task_that_was_ordered_elsewhere_is_held_to_nothing(new_customer: NewCustomer) -> None:
    first = new_customer("ima")
    task = first.make("a cup", model="midjourney").task_id
    assert task
    buyer = new_customer("ima", key=first.key)
    job = buyer.client.recover(buyer.client.adopt("ima", task), patience=30)
    assert (job.state, len(job.pictures), job.differences) == ("done", 4, ())
