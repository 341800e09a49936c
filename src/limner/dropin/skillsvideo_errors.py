"""
`handle_runtime_error.py` and `ensure_api_key.py` of the skills.video image skill. Neither opens a connection.
"""

import json
import os
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from limner import gateways, home
from limner.dropin import skillsvideo_lines as face
from limner.dropin.skillsvideo_lines import GATEWAY
from limner.errors import LimnerError

_VARIABLE = "SKILLS_VIDEO_API_KEY"
_FUNDS = (
    "insufficient credit",
    "not enough credit",
    "insufficient balance",
    "credit balance",
    "top up",
    "recharge",
)
_EXITS = {
    "insufficient_credits": 20,
    "auth": 21,
    "validation": 22,
    "not_found": 23,
    "transient": 24,
    "unknown": 25,
}
_GUIDANCE: Mapping[str, Sequence[str]] = {
    "insufficient_credits": (
        "Credits are insufficient for this request.",
        "Open https://skills.video/dashboard and go to Billing/Credits to recharge.",
        "After recharge, retry the same request.",
    ),
    "auth": ("Authentication failed.", "Verify SKILLS_VIDEO_API_KEY and retry."),
    "validation": (
        "Request payload validation failed.",
        "Fix request parameters based on OpenAPI schema and retry.",
    ),
    "content": (
        "The content was rejected.",
        "Change the prompt or the pictures; unchanged it is refused again.",
    ),
    "not_found": (
        "Resource or endpoint was not found.",
        "Recheck endpoint path/model id and generation id.",
    ),
    "transient": (
        "Transient server or rate-limit error.",
        "Retry with bounded exponential backoff: 1, 2, 4 … 16 s.",
    ),
    "unsure": (
        "Transient server error.",
        "A create that ended like this may have been charged: look at the balance before sending it again.",
    ),
    "unknown": ("Unhandled runtime error.", "Inspect response payload and apply a safe fallback path."),
}


def ensure_key() -> int:
    """Is there a key? Says how to get one where not."""
    try:
        key = gateways.find(GATEWAY, gateways.settings(home.find())).key
    except LimnerError:
        key = None
    facts = gateways.facts(GATEWAY)["gateway"]
    told: dict[str, Any] = {"ok": key is not None, "env_var": _VARIABLE, "message": "API key detected."}
    if key is None:
        told |= {
            "message": "Missing API key. Configure it before calling skills.video APIs.",
            "dashboard_url": facts["keys_from"],
            "how_to_get_key": [
                "Sign in at the dashboard URL.",
                "Click 'Create API Key'.",
                "Copy the generated key.",
            ],
            "set_env_examples": [f'export {_VARIABLE}="<YOUR_API_KEY>"', "limner setup skillsvideo"],
        }
    _print(told)
    return 0 if key is not None else 1


def handle_error(argv: Sequence[str] | None = None) -> int:
    """Say what an answer other than success means; the exit code names the category."""
    options = _parser().parse_args(argv)
    try:
        body = _body(options)
    except OSError as error:
        sys.stderr.write(f"{options.body_file} cannot be read: {error.strerror}\n")
        return face.WRONG
    message, code = _message(body), _code(body)
    category = _category(options.status, message, code)
    base = _base(options.base_url)
    told = {
        "category": category,
        "status": options.status,
        "code": code or None,
        "message": message,
        "should_retry": category == "transient",
        "guidance": list(_GUIDANCE[_advice(category, options.status, code)]),
        "credits_check_command": f'curl -X GET "{base}{options.credits_endpoint}" '
        f'-H "Authorization: Bearer ${_VARIABLE}"',
        "recharge": {
            "dashboard_url": gateways.facts(GATEWAY)["gateway"]["recharge_at"],
            "pricing_url": "https://skills.video/pricing",
        },
    }
    _print(told)
    return _EXITS[category]


def _category(status: int, message: str, code: str) -> str:
    words, meaning = message.lower(), _meaning(code)
    if status == 402 or meaning == "funds" or any(one in words for one in _FUNDS):
        return "insufficient_credits"
    if status == 401 or "unauthorized" in words:
        return "auth"
    if status == 422 or "validation" in words:
        return "validation"
    if status == 404:
        return "not_found"
    return "transient" if status == 429 or status >= 500 else "unknown"


def _advice(category: str, status: int, code: str) -> str:
    if _meaning(code) == "content":
        return "content"
    if category == "transient" and (status in (502, 504) or 520 <= status <= 530):
        return "unsure"
    return category


def _meaning(code: str) -> str:
    return str(gateways.facts(GATEWAY)["codes"].get(code.upper().rpartition("_GENERATION_")[2], ""))


def _body(options: Namespace) -> Any:
    text = Path(options.body_file).read_text("utf-8", "replace") if options.body_file else options.body or ""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text.strip()


def _message(body: Any) -> str:
    if isinstance(body, dict):
        error = body.get("error")
        inner = error.get("message") if isinstance(error, dict) else None
        said = next((one for one in (body.get("message"), inner) if isinstance(one, str)), None)
        return said if said is not None else json.dumps(body, ensure_ascii=False)
    return body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)


def _code(body: Any) -> str:
    error = body.get("error") if isinstance(body, dict) else None
    inner = error.get("code") if isinstance(error, dict) else error
    code = body.get("code") if isinstance(body, dict) else None
    return next((one for one in (code, inner) if isinstance(one, str)), "")


def _base(given: str | None) -> str:
    """The address the command names: the key's own, whatever was passed."""
    own = os.environ.get("SKILLS_VIDEO_BASE_URL") or gateways.facts(GATEWAY)["gateway"]["base_url"]
    same = given is not None and urlsplit(given)[:2] == urlsplit(str(own))[:2]
    return str(given if same else own).rstrip("/")


def _print(told: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")


def _parser() -> Any:
    parser = face.parser("Say what an error of the skills.video API means and what to do. Sends nothing.")
    add = parser.add_argument
    add("--status", type=int, required=True, metavar="N", help="HTTP status")
    add("--body", metavar="TEXT", help="the answer, JSON or text")
    add("--body-file", metavar="FILE", help="the same, in a file")
    add("--base-url", metavar="URL")
    add("--credits-endpoint", default="/credits", metavar="PATH")
    return parser
