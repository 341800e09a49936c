"""`inspect_openapi.py` of the skills.video image skill: endpoints, contract and template. Sends nothing."""

import json
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from limner import gateways, openapi
from limner.dropin import skillsvideo_lines as face
from limner.dropin.skillsvideo_lines import GATEWAY
from limner.openapi import Contract, Field

_GROUPS = {"images": "Images", "videos": "Videos"}


def main(argv: Sequence[str] | None = None) -> int:
    """The command line; its exit code."""
    options = _parser().parse_args(argv)
    try:
        told = _told(options)
    except _Wrong as wrong:
        sys.stderr.write(f"{wrong}\n")
        return face.WRONG
    for one in told:
        sys.stdout.write(json.dumps(one, ensure_ascii=False, indent=options.json_indent) + "\n")
    return face.OK


def _told(options: Namespace) -> list[dict[str, Any]]:
    if not options.list_endpoints and not options.endpoint:
        raise _Wrong("Provide --endpoint or --list-endpoints.")
    documents = [_read(path) for path in options.openapi]
    docs = _read(options.docs) if options.docs else None
    told = [_listed(documents, docs, options)] if options.list_endpoints else []
    return [*told, _inspected(documents, options)] if options.endpoint else told


class _Wrong(Exception):
    pass


def _listed(documents: Sequence[Any], docs: Any, options: Namespace) -> dict[str, Any]:
    """The image endpoints, the stream first: of `docs.json`, else of the snapshot."""
    if docs is not None:
        paths, source = openapi.group(docs, _GROUPS[options.category]), str(Path(options.docs).resolve())
    elif options.category == "images":
        facts = gateways.facts(GATEWAY)
        paths = [f"/generation/{row['id']}" for row in facts["models"]]
        source = f"snapshot of {facts['gateway']['checked']}"
    else:
        raise _Wrong(
            "There is a snapshot of image endpoints only: name the others' --docs <path/to/docs.json>."
        )
    streams = {path: _spelled(documents, path, stream=True) for path in paths}
    found = [f"POST {openapi.streamed(path)}" for path in paths if streams[path]]
    return {
        "category": options.category,
        "source": source,
        "default_result_mode": "sse" if found else "polling",
        "default_endpoints": [f"POST {openapi.streamed(path) if streams[path] else path}" for path in paths],
        "sse_endpoints": found,
        "polling_endpoints": [f"POST {path}" for path in paths],
        "poll_endpoint": _looks(documents),
    }


def _inspected(documents: Sequence[Any], options: Namespace) -> dict[str, Any]:
    """One endpoint's contract, from the most specific document that has it."""
    document = openapi.most_specific(documents, options.endpoint)
    contract = openapi.contract(document, options.endpoint) if document is not None else None
    if document is None or contract is None:
        known = [path for one in documents for path in openapi.generations(one)]
        near = openapi.nearest(openapi.plain(options.endpoint), known)
        hint = f" Did you mean {near}?" if near else ""
        raise _Wrong(f"Endpoint not found in OpenAPI: {options.endpoint}.{hint}")
    stream = openapi.written(document, contract.path, stream=True)
    polling = openapi.written(document, contract.path)
    servers = document.get("servers")
    first = servers[0] if isinstance(servers, list) and servers and isinstance(servers[0], dict) else {}
    told = {
        "endpoint": f"POST {contract.path}",
        "default_result_mode": "sse" if stream else "polling",
        "default_create_endpoint": f"POST {stream or polling}",
        "sse_create_endpoint": f"POST {stream}" if stream else None,
        "polling_create_endpoint": f"POST {polling}" if polling else None,
        "summary": contract.summary or None,
        "server_url": first.get("url"),
        "request_schema": contract.schema or None,
        "fields": [_row(field) for field in contract.fields],
        "prediction_status_values": openapi.values(document, "PredictionStatus"),
        "queue_status_values": openapi.values(document, "QueueState"),
        "sse_subscribe_endpoint": openapi.subscription(document),
        "poll_endpoint": openapi.looks(document) or _looks(documents),
        "error_status_codes": list(contract.errors),
    }
    return told | (_template(contract) if options.include_template else {})


def _template(contract: Contract) -> dict[str, Any]:
    return {"request_template": openapi.template(contract)}


def _row(field: Field) -> dict[str, Any]:
    row: dict[str, Any] = {"name": field.name, "required": field.required, "type": field.type}
    if field.description:
        row["description"] = field.description
    if field.has_default:
        row["default"] = field.default
    return row | ({"allowed_values": list(field.allowed)} if field.allowed else {})


def _spelled(documents: Sequence[Any], path: str, *, stream: bool) -> str | None:
    return next((found for one in documents if (found := openapi.written(one, path, stream=stream))), None)


def _looks(documents: Sequence[Any]) -> str | None:
    return next((found for one in documents if (found := openapi.looks(one))), None)


def _read(path: str) -> Any:
    try:
        told = json.loads(Path(path).expanduser().read_bytes())
    except OSError as error:
        raise _Wrong(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise _Wrong(f"Invalid JSON in {path}: {error}") from error
    if not isinstance(told, dict):
        raise _Wrong(f"{path} is not an OpenAPI or docs.json document.")
    return told


def _parser() -> Any:
    parser = face.parser("Say what an endpoint takes, from OpenAPI documents on disk. Sends nothing.")
    add = parser.add_argument
    add(
        "--openapi",
        required=True,
        action="append",
        metavar="FILE",
        help="may be repeated: the most specific wins",
    )
    add("--docs", metavar="FILE", help="docs.json, for the group of image endpoints")
    add("--category", choices=tuple(_GROUPS), default="images")
    add("--list-endpoints", action="store_true")
    add("--endpoint", metavar="ENDPOINT", help="a path, with or without POST, /v1 and /sse")
    add("--include-template", action="store_true", help="with a request of required and default fields")
    add("--json-indent", type=int, default=2, metavar="N")
    return parser
