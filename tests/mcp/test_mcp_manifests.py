"""The two files that hosts install limner by, held against what the server really is."""

import json
import os
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from agenthost import host
from mcp.client.client import Client

from buyer import Buyer
from limner import gateways
from limner.messages import en_mcp

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def _read(name: str) -> dict[str, Any]:
    return dict(json.loads((ROOT / name).read_text("utf-8")))


def _keys() -> set[str]:
    """The variable of each gateway's own key, as its facts name it first."""
    told = (gateways.facts(name).get("credentials") for name in gateways.providers())
    return {pairs[0]["key"] for pairs in told if pairs}


def test_the_registry_entry_is_well_formed_and_in_step() -> None:
    told = _read("server.json")
    assert re.fullmatch(r"[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+", told["name"])
    assert f"mcp-name: {told['name']}" in (ROOT / "README.md").read_text("utf-8")
    assert len(told["description"]) <= 100
    (package,) = told["packages"]
    assert (package["identifier"], package["registryType"]) == (PROJECT["name"], "pypi")
    assert told["version"] == package["version"] == PROJECT["version"]
    assert package["transport"] == {"type": "stdio"}
    (extra,) = PROJECT["optional-dependencies"]["mcp"]
    assert [one["value"] for one in package["runtimeArguments"]] == [extra]
    variables = {one["name"]: one for one in package["environmentVariables"]}
    assert set(variables) >= _keys()
    assert all(variables[key]["isSecret"] for key in _keys())
    assert not any(one["isRequired"] for one in variables.values())


def test_the_registry_can_make_a_command_of_its_entry() -> None:
    """As its schema of 2025-12-11 wants arguments, variables and versions, told in our own words."""
    (package,) = _read("server.json")["packages"]
    assert package["runtimeHint"] == "uvx"
    for one in [*package["runtimeArguments"], *package["packageArguments"]]:
        assert one["type"] in {"named", "positional"}
        assert "name" in one if one["type"] == "named" else {"value", "valueHint"} & set(one)
    assert all({"name", "description"} <= set(one) for one in package["environmentVariables"])
    assert re.fullmatch(r"\d+(\.\d+)+\w*", package["version"])


def test_the_bundle_keeps_to_the_schema_of_its_makers() -> None:
    """The schema is that of @anthropic-ai/mcpb 2.1.2, under the licence beside it."""
    schema = json.loads((HERE / "mcpb-manifest-v0.4.schema.json").read_text("utf-8"))
    told = _read("manifest.json")
    assert told["$schema"].endswith("/mcpb-manifest-v0.4.schema.json")
    jsonschema.validate(told, schema)
    for wrong in ({"manifest_version": "9"}, {"server": {"type": "uv"}}, {"invented": True}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**told, **wrong}, schema)


def test_the_bundle_is_well_formed_and_starts_what_it_says() -> None:
    told = _read("manifest.json")
    assert told["version"] == PROJECT["version"]
    assert (ROOT / told["server"]["entry_point"]).is_file()
    config = told["server"]["mcp_config"]
    words = config["args"][config["args"].index("limner") :]
    assert words[:2] == ["limner", "mcp"]
    extras = [config["args"][place + 1] for place, word in enumerate(config["args"]) if word == "--extra"]
    assert set(extras) <= set(PROJECT["optional-dependencies"])
    assert set(config["env"]) == _keys() | {"LIMNER_SANDBOX"}
    asked = set(re.findall(r"\$\{user_config\.(\w+)\}", json.dumps(config)))
    assert asked == set(told["user_config"])
    for name, one in told["user_config"].items():
        assert one.get("sensitive", False) is name.endswith("_key")
        assert one["required"] is False


def test_the_bundle_lists_the_tools_there_are(buyer: Buyer) -> None:
    async def script(client: Client) -> list[str]:
        return [tool.name for tool in (await client.list_tools()).tools]

    told = _read("manifest.json")["tools"]
    assert [tool["name"] for tool in told] == host(buyer).talk(script)
    for tool in told:
        assert en_mcp.TEXTS[f"{tool['name']}.about"].startswith(tool["description"][:-1])


@pytest.mark.skipif(
    "LIMNER_INDEPENDENT" not in os.environ, reason="fetches judges from npm: LIMNER_INDEPENDENT=1"
)
def test_judges_from_elsewhere_agree() -> None:
    import subprocess

    done = subprocess.run([ROOT / "tests/mcp/independent.sh"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
