"""
What an API's own documents say of an endpoint: an OpenAPI document, and the `docs.json` beside it.

Only what the document itself holds is read. A `$ref` to anywhere else is never followed, and one that
leads back to itself ends there. Versions 3.0 and 3.1; paths with and without `/api` and `/v1`.
"""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import unquote

_METHOD = re.compile(r"^(GET|POST|PUT|PATCH|DELETE)\s+(.+)$", re.IGNORECASE)
_VERSIONED = re.compile(r"^(?:/api)?(?:/v\d+)?(?=/)")
_BRANCHES = ("anyOf", "oneOf")
_NOTHING: Mapping[str, Any] = {}


class Field(NamedTuple):
    """One field of a request."""

    name: str
    type: str
    required: bool
    description: str
    default: Any
    has_default: bool
    allowed: tuple[Any, ...]
    """Empty: whatever the type takes."""
    maximum: int | None
    """The largest number, or the most entries of a list."""
    is_link: bool


class Contract(NamedTuple):
    """What one endpoint takes."""

    path: str
    """As the document writes it."""
    summary: str
    schema: str
    """The name of the request's schema, where it has one."""
    fields: tuple[Field, ...]
    errors: tuple[int, ...]

    def field(self, *names: str) -> Field | None:
        """The first of these fields that there is."""
        found = {one.name: one for one in self.fields}
        return next((found[name] for name in names if name in found), None)


def plain(endpoint: str) -> str:
    """An endpoint without method, version and `sse`: "POST /v1/generation/sse/a/b" -> "/generation/a/b"."""
    match = _METHOD.match(endpoint.strip())
    path = match.group(2).strip() if match else endpoint.strip()
    path = _VERSIONED.sub("", path if path.startswith("/") else f"/{path}")
    return path.replace("/generation/sse/", "/generation/", 1)


def streamed(path: str) -> str:
    """The endpoint that answers with a stream."""
    return path if "/generation/sse/" in path else path.replace("/generation/", "/generation/sse/", 1)


def generations(document: Any) -> list[str]:
    """Every endpoint of the document that makes something, once each, plain."""
    posts = (plain(path) for path, methods in _paths(document).items() if "post" in methods)
    return list(dict.fromkeys(path for path in posts if path.startswith("/generation/")))


def group(docs: Any, name: str) -> list[str]:
    """The endpoints that `docs.json` lists in the navigation group of this name, plain."""
    found = [plain(page) for node in _groups(docs, name) for page in _pages(node["pages"])]
    return list(dict.fromkeys(path for path in found if path.startswith("/generation/")))


def written(document: Any, path: str, method: str = "post", *, stream: bool = False) -> str | None:
    """How the document itself spells this endpoint, if it has it."""
    wanted = plain(path)
    for spelled, methods in _paths(document).items():
        if plain(spelled) == wanted and method in methods and ("/sse/" in spelled) == stream:
            return spelled
    return None


def looks(document: Any) -> str | None:
    """How the document spells the question after one generation."""
    for spelled, methods in _paths(document).items():
        if "get" in methods and re.search(r"/generation/\{[^}/]+\}$", spelled):
            return spelled
    return None


def subscription(document: Any) -> str | None:
    """How the document spells the stream of a generation that already runs, if it has one."""
    for spelled, methods in _paths(document).items():
        if "get" in methods and re.search(r"/predictions/\{[^}/]+\}/subscribe$", spelled):
            return spelled
    return None


def most_specific(documents: Sequence[Any], path: str) -> Any | None:
    """Of the documents that describe this endpoint, the one that describes the fewest others."""
    able = [one for one in documents if plain(path) in generations(one)]
    return min(able, key=lambda one: len(generations(one)), default=None)


def contract(document: Any, path: str) -> Contract | None:
    """What the endpoint takes; where both exist, as its stream takes it."""
    spelled = written(document, path, stream=True) or written(document, path)
    if spelled is None:
        return None
    operation = _mapping(_paths(document)[spelled].get("post"))
    content = _mapping(_mapping(_resolved(document, operation.get("requestBody"))).get("content"))
    kind = next((kind for kind in ("application/json", "multipart/form-data") if kind in content), "")
    schema = _mapping(_mapping(content.get(kind)).get("schema"))
    whole = _resolved(document, schema)
    required = {name for name in _list(whole.get("required")) if isinstance(name, str)}
    rows = _mapping(whole.get("properties")).items()
    codes = [int(code) for code in _mapping(operation.get("responses")) if str(code).isdigit()]
    return Contract(
        path=spelled,
        summary=str(operation.get("summary") or ""),
        schema=_name(schema),
        fields=tuple(_field(document, str(name), row, str(name) in required) for name, row in rows),
        errors=tuple(sorted(code for code in codes if code >= 400)),
    )


def template(one: Contract) -> dict[str, Any]:
    """A request of the required fields and of those that have a default."""
    first = {field.name: _example(field) for field in one.fields if field.required}
    return first | {field.name: field.default for field in one.fields if field.has_default}


def nearest(name: str, known: Sequence[str]) -> str:
    """The known name that was probably meant, or ""."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return near[0] if near else ""


def values(document: Any, schema: str) -> list[str] | None:
    """The words of a named enumeration."""
    node = _resolved(document, {"$ref": f"#/components/schemas/{schema}"})
    words = _list(node.get("enum"))
    return words if words and all(isinstance(word, str) for word in words) else None


def _field(document: Any, name: str, row: Any, required: bool) -> Field:
    schema = _resolved(document, row)
    items = _resolved(document, schema.get("items")) if "items" in schema else {}
    limit = schema.get("maxItems", schema.get("maximum"))
    return Field(
        name=name,
        type=_type(document, row),
        required=required,
        description=str(schema.get("description") or ""),
        default=schema.get("default"),
        has_default="default" in schema,
        allowed=_allowed(document, schema),
        maximum=int(limit) if isinstance(limit, (int, float)) and not isinstance(limit, bool) else None,
        is_link="uri" in (schema.get("format"), items.get("format")),
    )


def _allowed(document: Any, schema: Mapping[str, Any]) -> tuple[Any, ...]:
    found: list[Any] = [schema["const"]] if "const" in schema else list(_list(schema.get("enum")))
    for branch in _branches(document, schema):
        found += [branch["const"]] if "const" in branch else _list(branch.get("enum"))
    return tuple(value for value in found if value is not None)


def _type(document: Any, row: Any) -> str:
    name = _name(row)
    schema = _resolved(document, row)
    kind = schema.get("type")
    kinds = [str(one) for one in (kind if isinstance(kind, list) else [kind]) if one not in (None, "null")]
    if kinds == ["array"]:
        return f"array<{_type(document, schema.get('items'))}>"
    if not kinds:
        spelled = [_name(one) or _plain_type(one) for key in _BRANCHES for one in _list(schema.get(key))]
        kinds = [one for one in dict.fromkeys(spelled) if one not in ("", "null")]
    return name or " | ".join(kinds) or "object"


def _plain_type(branch: Any) -> str:
    names = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}
    if "const" in _mapping(branch):
        return names.get(type(branch["const"]), "object")
    return str(_mapping(branch).get("type") or "")


def _example(field: Field) -> Any:
    if field.has_default:
        return field.default
    if field.allowed:
        return field.allowed[0]
    link = f"https://example.com/{field.name}.png"
    if field.type.startswith("array"):
        return [link] if field.is_link else []
    plain_values = {"integer": 1, "number": 1, "boolean": False, "object": {}}
    if field.type in plain_values:
        return plain_values[field.type]
    words = "Describe what to generate" if "prompt" in field.name else f"<{field.name}>"
    return link if field.is_link else words


def _resolved(document: Any, schema: Any, seen: frozenset[str] = frozenset()) -> Mapping[str, Any]:
    """A schema with its own `$ref`s and `allOf`s put in. What lies elsewhere, or in a circle, is empty."""
    node = dict(_mapping(schema))
    while "$ref" in node:
        ref = str(node.pop("$ref"))
        if ref in seen:
            return node
        seen |= {ref}
        # Since 3.1 what stands beside a `$ref` counts, and goes before what it points at.
        node = {**_pointed(document, ref), **node}
    for part in _list(node.pop("allOf", None)):
        node = _joined(_resolved(document, part, seen), node)
    return node


def _joined(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    both = {**below, **above}
    if "properties" in below or "properties" in above:
        both["properties"] = {**_mapping(below.get("properties")), **_mapping(above.get("properties"))}
    if "required" in below or "required" in above:
        both["required"] = [*_list(below.get("required")), *_list(above.get("required"))]
    return both


def _pointed(document: Any, ref: str) -> Mapping[str, Any]:
    if not ref.startswith("#/"):
        return _NOTHING
    node = document
    for step in ref[2:].split("/"):
        name = unquote(step).replace("~1", "/").replace("~0", "~")
        if isinstance(node, list):
            node = node[int(name)] if name.isdecimal() and int(name) < len(node) else None
        else:
            node = _mapping(node).get(name)
    return _mapping(node)


def _branches(document: Any, schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [_resolved(document, branch) for key in _BRANCHES for branch in _list(schema.get(key))]


def _name(schema: Any) -> str:
    return str(_mapping(schema).get("$ref") or "").rpartition("/")[2]


def _paths(document: Any) -> Mapping[str, Mapping[str, Any]]:
    paths = _mapping(_mapping(document).get("paths"))
    return {str(path): _mapping(methods) for path, methods in paths.items()}


def _groups(node: Any, name: str) -> Iterator[Mapping[str, Any]]:
    if isinstance(node, Mapping):
        if node.get("group") == name and isinstance(node.get("pages"), list):
            yield node
        node = list(node.values())
    for entry in _list(node):
        yield from _groups(entry, name)


def _pages(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        match = _METHOD.match(node.strip())
        if match and match.group(1).upper() == "POST":
            yield node
    for entry in _list(_mapping(node).get("pages")) or _list(node):
        yield from _pages(entry)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else _NOTHING


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
