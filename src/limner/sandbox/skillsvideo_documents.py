"""The OpenAPI document and the navigation of skills.video, made from the models the sandbox plays."""

from collections.abc import Mapping, Sequence
from typing import Any

_Rows = Sequence[Mapping[str, Any]]
_ANSWER = {"$ref": "#/components/schemas/Generation"}


def openapi(
    models: _Rows, fields: Mapping[str, Mapping[str, Any]], server: str, version: str = ""
) -> dict[str, Any]:
    """The platform's document. One model's own has the server `/api` and paths `/v1/…`: the same places."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for model in models:
        name = "".join(part.capitalize() for part in model["id"].replace("/", "-").split("-")) + "Request"
        schemas[name] = _schema(model, fields)
        for prefix in (f"{version}/generation/sse/", f"{version}/generation/"):
            paths[prefix + model["id"]] = {"post": _create(model["id"], name, "sse" in prefix)}
    name = "request_id" if version else "id"
    paths[f"{version}/generation/{{{name}}}"] = {"get": {"summary": "State of a generation", "responses": {}}}
    paths[f"{version}/credits"] = {"get": {"summary": "Credits", "responses": {}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "skills.video, as the sandbox plays it", "version": "1"},
        "servers": [{"url": server}],
        "paths": paths,
        "components": {"schemas": {**schemas, **_SHARED}},
    }


def docs(models: _Rows, group: str) -> dict[str, Any]:
    """`docs.json`: the navigation, pictures in one group of it."""
    pages = [f"POST /generation/{model['id']}" for model in models]
    apis = {"group": "APIs", "pages": [{"group": group, "pages": pages}, {"group": "Videos", "pages": []}]}
    return {"name": "skills.video", "navigation": {"tabs": [{"tab": "API", "groups": [apis]}]}}


def _create(model: str, schema: str, stream: bool) -> dict[str, Any]:
    kind = "text/event-stream" if stream else "application/json"
    codes = ("400", "401", "402", "404", "422", "429", "500", "502", "503", "504")
    error = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorResponse"}}}}
    body = {"schema": {"$ref": f"#/components/schemas/{schema}"}}
    return {
        "summary": f"Create with {model}",
        "requestBody": {
            "required": True,
            "content": {"application/json": body, "multipart/form-data": body},
        },
        "responses": {"200": {"content": {kind: {"schema": _ANSWER}}}, **dict.fromkeys(codes, error)},
    }


def _schema(model: Mapping[str, Any], fields: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    names = model["takes"]
    return {
        "type": "object",
        "properties": {name: _property(fields[row], model) for name, row in names.items()},
        "required": model.get("required", ["prompt"]),
        "additionalProperties": False,
    }


def _property(row: Mapping[str, Any], model: Mapping[str, Any]) -> dict[str, Any]:
    if row["type"] == "links":
        most = {"maxItems": model["most_links"]} if "most_links" in model else {}
        return {"type": "array", "items": {"type": "string", "format": "uri"}, **most}
    told: dict[str, Any] = {"type": "string" if row["type"] == "link" else row["type"]}
    if row["type"] == "link":
        told["format"] = "uri"
    if "allowed" in row:
        # The public document is said to write choices as constants.
        told = {"anyOf": [{"const": value} for value in row["allowed"]]}
    if "most" in row:
        told |= {"minimum": 1, "maximum": row["most"]}
    return told | ({"default": row["default"]} if "default" in row else {})


_SHARED: dict[str, Any] = {
    "QueueState": {"type": "string", "enum": ["IN_QUEUE", "IN_PROGRESS", "COMPLETED", "FAILED", "CANCELED"]},
    "PredictionStatus": {
        "type": "string",
        "enum": ["starting", "processing", "succeeded", "failed", "canceled"],
    },
    "ErrorResponse": {
        "type": "object",
        "properties": {name: {"type": "string"} for name in ("error", "code", "message")},
    },
    "Generation": {
        "type": "object",
        "properties": {
            "id": {"type": "string"},
            "status": {"$ref": "#/components/schemas/QueueState"},
            # A generation may stand for the one it was made from: schemas do lead back to themselves.
            "parent": {"$ref": "#/components/schemas/Generation"},
        },
    },
}
