"""What an API's documents say: references, circles, versions, spellings, templates."""

from typing import Any

import pytest

from limner import openapi
from limner.openapi import Contract


def document(schema: dict[str, Any], path: str = "/v1/generation/sse/a/b", **schemas: Any) -> dict[str, Any]:
    operation = {
        "requestBody": {"content": {"application/json": {"schema": schema}}},
        "responses": {"422": {}},
    }
    return {"paths": {path: {"post": operation}}, "components": {"schemas": schemas}}


def contract(schema: dict[str, Any], **schemas: Any) -> Contract:
    found = openapi.contract(document(schema, **schemas), "/generation/a/b")
    assert found is not None
    return found


def only(row: dict[str, Any], **schemas: Any) -> openapi.Field:
    (field,) = contract({"properties": {"x": row}}, **schemas).fields
    return field


@pytest.mark.parametrize(
    "endpoint",
    [
        "/generation/a/b",
        "generation/a/b",
        "/generation/sse/a/b",
        "/v1/generation/a/b",
        "/v1/generation/sse/a/b",
        "/api/v1/generation/sse/a/b",
        "/api/generation/a/b",
        "POST /generation/a/b",
        "  post   /v1/generation/sse/a/b ",
    ],
)
def test_every_spelling_of_an_endpoint_is_the_same_endpoint(endpoint: str) -> None:
    assert openapi.plain(endpoint) == "/generation/a/b"
    assert openapi.streamed(openapi.plain(endpoint)) == "/generation/sse/a/b"


def test_references_are_followed_inside_the_document_with_escapes_and_steps() -> None:
    body = {"$ref": "#/components/schemas/A~1B%20C"}
    inner = {"properties": {"prompt": {"$ref": "#/components/schemas/Words"}}, "required": ["prompt"]}
    found = contract(
        body, **{"A/B C": inner, "Words": {"$ref": "#/components/schemas/Text"}, "Text": {"type": "string"}}
    )
    assert [(field.name, field.required) for field in found.fields] == [("prompt", True)]
    assert found.schema == "A~1B%20C"


@pytest.mark.parametrize(
    "ref", ["http://127.0.0.1:1/x.json", "other.json#/A", "file:///etc/passwd", "#/nothing/there"]
)
def test_a_reference_to_elsewhere_or_to_nothing_is_a_field_of_any_kind(ref: str) -> None:
    field = only({"$ref": ref})
    assert (field.allowed, field.has_default) == ((), False)


def test_circles_end() -> None:
    circle = {"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}}
    assert contract({"$ref": "#/components/schemas/A"}, **circle).fields == ()
    whole = {
        "Node": {
            "allOf": [{"$ref": "#/components/schemas/Node"}],
            "properties": {"next": {"$ref": "#/components/schemas/Node"}},
        }
    }
    assert [field.name for field in contract({"$ref": "#/components/schemas/Node"}, **whole).fields] == [
        "next"
    ]


def test_all_of_is_joined_and_what_stands_beside_a_reference_counts() -> None:
    base = {"properties": {"prompt": {"type": "string"}}, "required": ["prompt"]}
    found = contract(
        {
            "allOf": [{"$ref": "#/components/schemas/Base"}],
            "properties": {"n": {"type": "integer"}},
            "required": ["n"],
        },
        Base=base,
    )
    assert {field.name: field.required for field in found.fields} == {"prompt": True, "n": True}
    field = only(
        {"$ref": "#/components/schemas/Size", "default": "2K"}, Size={"enum": ["1K", "2K"], "default": "1K"}
    )
    assert (field.default, field.allowed) == ("2K", ("1K", "2K"))


@pytest.mark.parametrize(
    ("row", "kind", "allowed"),
    [
        ({"type": "string", "nullable": True}, "string", ()),
        ({"type": ["string", "null"]}, "string", ()),
        ({"type": ["integer", "string"]}, "integer | string", ()),
        ({"anyOf": [{"const": "a"}, {"const": 2}, {"type": "null"}]}, "string | integer", ("a", 2)),
        ({"oneOf": [{"enum": ["a", None]}, {"const": "b"}]}, "string", ("a", "b")),
        ({"const": "a", "type": "string"}, "string", ("a",)),
        ({"type": "array", "items": {"type": "string", "format": "uri"}}, "array<string>", ()),
        ({}, "object", ()),
    ],
)  # fmt: skip
def test_types_and_choices_of_both_versions(row: dict[str, Any], kind: str, allowed: tuple[Any, ...]) -> None:
    field = only(row)
    assert (field.type, field.allowed) == (kind, allowed)


def test_a_template_has_what_is_required_and_what_has_a_default_and_nothing_else() -> None:
    rows = {
        "prompt": {"type": "string"},
        "image_url": {"type": "string", "format": "uri"},
        "image_urls": {"type": "array", "items": {"type": "string", "format": "uri"}},
        "size": {"enum": ["1K", "2K"]},
        "count": {"type": "integer"},
        "loud": {"type": "boolean"},
        "ratio": {"type": "string", "default": "1:1"},
        "seed": {"type": "integer"},
        "none": {"type": "string", "default": None},
    }
    required = ["prompt", "image_url", "image_urls", "size", "count", "loud", "lost"]
    assert openapi.template(contract({"properties": rows, "required": required})) == {
        "prompt": "Describe what to generate",
        "image_url": "https://example.com/image_url.png",
        "image_urls": ["https://example.com/image_urls.png"],
        "size": "1K",
        "count": 1,
        "loud": False,
        "ratio": "1:1",
        "none": None,
    }


def test_of_several_documents_the_one_about_the_fewest_things_goes_first() -> None:
    wide = document({}, "/generation/sse/a/b")
    wide["paths"]["/generation/c/d"] = {"post": {}}
    narrow = document({}, "/v1/generation/a/b")
    assert openapi.most_specific([wide, narrow], "/generation/a/b") is narrow
    assert openapi.most_specific([wide, narrow], "/generation/c/d") is wide
    assert openapi.most_specific([wide], "/generation/e/f") is None
    assert openapi.generations(wide) == ["/generation/a/b", "/generation/c/d"]


def test_the_stream_s_own_contract_goes_before_that_of_its_twin() -> None:
    both = document({"properties": {"new": {}}}, "/v1/generation/sse/a/b")
    both["paths"]["/v1/generation/a/b"] = document({"properties": {"old": {}}}, "/p")["paths"]["/p"]
    found = openapi.contract(both, "/generation/a/b")
    assert found
    assert (found.path, [field.name for field in found.fields], found.errors) == (
        "/v1/generation/sse/a/b", ["new"], (422,),
    )  # fmt: skip


def test_a_group_of_the_navigation_is_found_however_deep_it_lies() -> None:
    pages = [
        "intro",
        "GET /generation/x",
        "POST /generation/a/b",
        {"group": "More", "pages": ["post /v1/generation/c/d"]},
    ]
    docs = {
        "navigation": {
            "tabs": [{"groups": [{"group": "APIs", "pages": [{"group": "Images", "pages": pages}]}]}]
        }
    }
    assert openapi.group(docs, "Images") == ["/generation/a/b", "/generation/c/d"]
    assert openapi.group(docs, "Videos") == []


@pytest.mark.parametrize("nonsense", [None, [], 1, "x", {"paths": 3}, {"paths": {"/generation/a": 1}}])
def test_what_is_no_document_describes_nothing(nonsense: Any) -> None:
    assert openapi.generations(nonsense) == []
    assert openapi.contract(nonsense, "/generation/a") is None
    assert openapi.group(nonsense, "Images") == []


def test_the_nearest_name_is_the_one_that_was_meant() -> None:
    assert openapi.nearest("aspect_ration", ["prompt", "aspect_ratio"]) == "aspect_ratio"
    assert openapi.nearest("zzz", ["prompt"]) == ""
