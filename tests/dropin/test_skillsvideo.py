"""The skills.video scripts as processes of their own: the skill's own command lines, the lines, the codes."""

import json
import re
import shlex
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from PIL import Image

from buyer import ask

from .caller import Called, Caller

SKILL = Path(__file__).parents[2] / "skills" / "ai-image-skills"
BANANA = "/generation/sse/google/nano-banana"
OFFICIAL = "https://open.skills.video/api/v1"
QUICK = "waits = [0]\n[gateways.skillsvideo.polling]\nfloor = 0.02\nceiling = 0.05\n"


class Shop(NamedTuple):
    """Somebody who calls the scripts with a key of their own."""

    caller: Caller
    base: str

    def run(self, script: str, *words: str, **variables: str) -> Called:
        variables = {"SKILLS_VIDEO_API_KEY": self.caller.key, "SKILLS_VIDEO_BASE_URL": self.base, **variables}
        return self.caller.call(
            [sys.executable, str(SKILL / "scripts" / f"{script}.py"), *words], **variables
        )

    def create(self, prompt: str, *words: str, endpoint: str = BANANA, **fields: Any) -> Called:
        payload = json.dumps({"prompt": prompt, **fields})
        return self.run("create_and_wait", "--sse-endpoint", endpoint, "--payload", payload, *words)

    def document(self, name: str, of: str = "") -> str:
        path = self.caller.folder / f"{name}.json"
        path.write_text(json.dumps(ask(self.caller.url, f"/skillsvideo/api/v1/{of}{name}.json")))
        return str(path)

    def creates(self) -> list[dict[str, Any]]:
        return [one for one in self.caller.requests() if one["method"] == "POST"]


def events(called: Called) -> list[dict[str, Any]]:
    return [json.loads(line) for line in called.lines]


def names(called: Called) -> list[str]:
    return [one["event"] for one in events(called)]


@pytest.fixture
def shop(caller: Caller) -> Shop:
    caller.configure(QUICK)
    return Shop(caller, f"{caller.url}/skillsvideo/api/v1")


def test_the_key_is_reported_and_where_it_comes_from_when_there_is_none(shop: Shop) -> None:
    there = shop.run("ensure_api_key")
    assert (there.code, json.loads(there.out)["ok"]) == (0, True)
    assert shop.caller.key not in there.out
    none = shop.run("ensure_api_key", SKILLS_VIDEO_API_KEY="")
    told = json.loads(none.out)
    assert (none.code, told["ok"], told["dashboard_url"]) == (
        1,
        False,
        "https://skills.video/dashboard/developer",
    )
    assert any("export SKILLS_VIDEO_API_KEY=" in line for line in told["set_env_examples"])


def test_a_generation_is_told_from_start_to_terminal(shop: Shop) -> None:
    done = shop.create("a cup")
    told = events(done)
    assert names(done) == ["start", "sse_open", "sse_event", "sse_event", "sse_event", "terminal"]
    assert [one["status"] for one in told[2:5]] == ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]
    assert [one["terminal"] for one in told[2:5]] == [False, False, True]
    last = told[-1]
    assert (done.code, last["ok"], last["source"], last["usage"]["total"]) == (0, True, "sse", 4)
    assert last["response"]["data"]["images"][0]["url"].startswith("http")
    with Image.open(last["images"][0]) as picture:
        assert picture.size == (1024, 1024)
    assert (last["cost"], last["charged"]) == ("4 credits", "yes")
    assert len(shop.caller.bills()) == 1
    with shop.caller.client() as client:
        assert [line.charged.micro for line in client.spend()[0]] == [4_000_000]


def test_the_skill_s_first_command_lines_work_as_they_are_written(shop: Shop) -> None:
    seed = """
        python scripts/create_and_wait.py \
          --sse-endpoint /generation/sse/google/nano-banana-pro \
          --payload '{"prompt":"Minimal product photo of a matte black coffee grinder on white background"}' \
          --poll-timeout 900 \
          --poll-interval 3
    """
    done = run_text(shop, seed)
    assert (done.code, events(done)[-1]["event"], events(done)[-1]["ok"]) == (0, "terminal", True)
    task = events(done)[-1]["generation_id"]
    waited = run_text(shop, f"""
        python scripts/wait_generation.py \
          --generation-id {task} \
          --timeout 900 \
          --interval 3
    """)  # fmt: skip
    assert (waited.code, names(waited)) == (0, ["poll", "terminal"])
    assert run_text(shop, "python scripts/ensure_api_key.py").code == 0
    refused = run_text(shop, """
        python scripts/handle_runtime_error.py \
          --status 404 \
          --body 'not found'
    """)  # fmt: skip
    assert refused.code == 23
    openapi, docs = shop.document("openapi"), shop.document("docs")
    listed = run_text(shop, f"""
        python scripts/inspect_openapi.py \
          --openapi {openapi} \
          --docs {docs} \
          --list-endpoints
    """)  # fmt: skip
    assert json.loads(listed.out)["default_endpoints"][0] == "POST /generation/sse/google/nano-banana-pro"
    inspected = run_text(shop, f"""
        python scripts/inspect_openapi.py \
          --openapi {openapi} \
          --endpoint /generation/sse/google/nano-banana-pro \
          --include-template
    """)  # fmt: skip
    assert json.loads(inspected.out)["request_template"]["resolution"] == "2K"


def run_text(shop: Shop, text: str) -> Called:
    words = shlex.split(text.replace("\\\n", " "))
    assert words[0] == "python"
    return shop.run(Path(words[1]).stem, *words[2:])


def test_every_command_line_of_the_skill_runs(shop: Shop) -> None:
    shop.document("openapi")
    shop.document("docs")
    task = events(shop.create("a cup"))[-1]["generation_id"]
    text = (SKILL / "SKILL.md").read_text("utf-8")
    quoted = [block.replace("gen_123", task) for block in re.findall(r"```bash\n(.*?)```", text, re.DOTALL)]
    quoted = [block for block in quoted if block.startswith("python")]
    codes = [run_text(shop, block).code for block in quoted]
    assert codes == [0, 0, 0, 0, 20]


@pytest.mark.parametrize("fault", ["stream-ends", "stream-cut", "stream-reset", "plain-json", "sse-bare-end"])
def test_a_stream_that_does_not_reach_the_end_is_followed_by_looks(shop: Shop, fault: str) -> None:
    done = shop.create(f"a cup [[{fault}]] [[poll-503x1]]", "--poll-interval", "0.05")
    told = names(done)
    assert done.code == 0
    assert told.index("sse_stream_ended") < told.index("fallback_polling_start") < told.index("poll_error")
    assert told[-3:] == ["poll", "fallback_polling_end", "terminal"]
    assert (events(done)[-1]["source"], len(shop.creates()), len(shop.caller.bills())) == ("poll", 1, 1)


@pytest.mark.parametrize("fault", ["task-failed", "task-canceled", "task-failed]] [[sse-named-end"])
@pytest.mark.parametrize("way", ["", "[[stream-ends]]"])
def test_what_failed_ends_with_ten_however_it_was_told(shop: Shop, fault: str, way: str) -> None:
    done = shop.create(f"a cup [[{fault}]] {way}", "--poll-interval", "0.05")
    last = events(done)[-1]
    assert (done.code, last["event"], last["ok"], last["usage"]["total"]) == (10, "terminal", False, 0)


def test_giving_up_is_no_end_and_waiting_goes_on_where_it_was_left(shop: Shop) -> None:
    prompt = "a cup [[stream-ends]] [[looks:30]]"
    done = shop.create(prompt, "--poll-interval", "0.05", "--poll-timeout", "0.3")
    last = events(done)[-2:]
    assert (done.code, last[0]["event"]) == (11, "timeout")
    assert last[0]["last_status"] in ("IN_QUEUE", "IN_PROGRESS")
    task = last[0]["generation_id"]
    waited = shop.run("wait_generation", "--generation-id", task, "--interval", "0.05")
    assert (waited.code, names(waited)[-1], set(names(waited))) == (0, "terminal", {"poll", "terminal"})
    assert events(waited)[-1]["status"] == "COMPLETED"
    assert len(shop.creates()) == 1


def test_a_generation_of_another_tool_is_waited_for_by_its_id(shop: Shop) -> None:
    first = shop.create("a cup [[stream-ends]]", "--poll-interval", "0.05")
    task = events(first)[-1]["generation_id"]
    other = shop.run(
        "wait_generation", "--generation-id", task, LIMNER_HOME=str(shop.caller.folder / "other")
    )
    assert (other.code, names(other)) == (0, ["poll", "terminal"])
    assert Path(events(other)[-1]["images"][0]).exists()


def test_an_id_nobody_knows_ends_the_waiting(shop: Shop) -> None:
    done = shop.run("wait_generation", "--generation-id", "gen_nothing", "--interval", "0.05")
    (told,) = events(done)
    assert (done.code, told["event"], told["http_status"], told["transient"]) == (
        12,
        "poll_error",
        404,
        False,
    )


@pytest.mark.parametrize(
    ("fault", "event", "status", "code"),
    [
        ("400", "sse_http_error", 400, 101),
        ("401", "sse_http_error", 401, 101),
        ("402", "sse_http_error", 402, 101),
        ("content-rejected", "sse_http_error", 422, 101),
        ("429", "sse_http_error", 429, 101),
        ("generation-failed", "sse_http_error", 502, 101),
        ("lost-after-charge", "sse_connect_error", None, 103),
        ("sse-no-id", "sse_stream_ended", None, 100),
    ],
)
def test_without_an_id_there_is_nothing_to_follow(
    shop: Shop, fault: str, event: str, status: int | None, code: int
) -> None:
    done = shop.create(f"a cup [[{fault}]]")
    told = events(done)
    assert (done.code, names(done)) == (3, ["start", event, "error"])
    assert told[1].get("http_status") == status
    assert (told[2]["error"], told[2]["sse_exit_code"]) == ("missing_generation_id", code)
    assert len(shop.creates()) == 1
    if status:
        assert isinstance(told[1]["payload"], dict)


def test_a_server_fault_that_names_no_charge_is_repeated_out_loud(shop: Shop) -> None:
    done = shop.create("a cup [[503x2]]")
    assert names(done)[:3] == ["start", "retry", "retry"]
    assert (done.code, len(shop.creates()), len(shop.caller.bills())) == (0, 3, 1)


@pytest.mark.parametrize(
    "words",
    [
        ("--sse-endpoint", f"https://evil.example{BANANA}"),
        ("--sse-endpoint", OFFICIAL + BANANA),
        ("--sse-endpoint", BANANA, "--base-url", "https://evil.example/api/v1"),
    ],
)
def test_the_key_goes_to_its_own_host_only(shop: Shop, words: tuple[str, ...]) -> None:
    done = shop.run("create_and_wait", *words, "--payload", '{"prompt": "a cup"}')
    (told,) = events(done)
    assert (done.code, told["error"]) == (1, "foreign_address")
    assert shop.caller.requests() == []
    waited = shop.run("wait_generation", "--generation-id", "gen_1", "--base-url", "https://evil.example")
    assert (waited.code, events(waited)[0]["error"]) == (1, "foreign_address")


def test_a_whole_address_of_the_gateway_itself_is_its_path(shop: Shop) -> None:
    done = shop.create("a cup", "--base-url", shop.base, endpoint=shop.base + BANANA)
    assert done.code == 0
    assert shop.creates()[0]["path"] == f"/skillsvideo/api/v1{BANANA}"


@pytest.mark.parametrize(
    ("fields", "error", "word"),
    [
        ({"aspect_ration": "1:1"}, "unknown_field", "aspect_ratio"),
        ({"aspect_ratio": "7:3"}, "invalid_payload", "7:3"),
        ({"n": 2}, "unknown_field", "n"),
        ({"prompt": None}, "invalid_payload", "prompt"),
    ],
)
def test_a_field_the_schema_does_not_have_is_refused_and_nothing_is_sent(
    shop: Shop, fields: dict[str, Any], error: str, word: str
) -> None:
    payload = json.dumps({"prompt": "a cup", **fields})
    endpoint = "/generation/sse/google/nano-banana-pro"
    done = shop.run("create_and_wait", "--sse-endpoint", endpoint, "--payload", payload)
    told = events(done)[-1]
    assert (done.code, told["event"], told["error"], word in told["message"]) == (1, "error", error, True)
    assert shop.creates() == []


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("--payload", "{}", "--payload-file", "x"), "invalid_arguments"),
        (("--payload", "[1]"), "invalid_arguments"),
        (("--payload", "{"), "invalid_arguments"),
        (("--payload-file", "nothing.json"), "invalid_arguments"),
        (("--payload", "{}"), "invalid_payload"),
        (("--payload", "{}", "--poll-interval", "0"), "invalid_interval"),
        (("--payload", "{}", "--poll-timeout", "-1"), "invalid_timeout"),
    ],
)
def test_mistakes_of_the_call_are_one_line(shop: Shop, words: tuple[str, ...], error: str) -> None:
    done = shop.run("create_and_wait", "--sse-endpoint", BANANA, *words)
    assert (done.code, events(done)[-1]["error"]) == (1, error)
    assert shop.creates() == []


def test_without_a_key_nothing_happens(shop: Shop) -> None:
    for script, words in (
        ("create_and_wait", ("--sse-endpoint", BANANA)),
        ("wait_generation", ("--generation-id", "x")),
    ):
        done = shop.run(script, *words, SKILLS_VIDEO_API_KEY="")
        assert (done.code, events(done)[0]["error"]) == (1, "missing_api_key")


def test_a_payload_reaches_the_gateway_as_it_was_given(shop: Shop) -> None:
    fields = {"resolution": "1K", "aspect_ratio": "3:2", "n": 2}
    done = shop.create("cups", endpoint="/v1/generation/bytedance/seedream-4.5", **fields)
    assert done.code == 0
    assert shop.creates()[0]["json"] == {"prompt": "cups", **fields}
    assert len(events(done)[-1]["images"]) == 2


def test_local_pictures_in_the_payload_travel_as_files(shop: Shop) -> None:
    Image.new("RGB", (64, 48), (200, 20, 20)).save(shop.caller.folder / "red.png")
    done = shop.create("a blue cup", image_urls=["red.png"])
    assert done.code == 0
    assert [part["name"] for part in shop.creates()[0]["parts"]] == ["prompt", "image_urls"]
    url = events(done)[-1]["response"]["data"]["image"]["url"]
    linked = shop.run("create_and_wait", "--sse-endpoint", "/generation/topaz/upscale/image",
                      "--payload", json.dumps({"image_url": url}))  # fmt: skip
    assert linked.code == 0
    assert shop.creates()[1]["json"] == {"image_url": url}


@pytest.mark.parametrize(
    ("status", "body", "category", "code", "again"),
    [
        (402, '{"message":"Insufficient credits"}', "insufficient_credits", 20, False),
        (400, '{"error":{"message":"please top up"}}', "insufficient_credits", 20, False),
        (
            400,
            '{"code":"IMAGE_GENERATION_INSUFFICIENT_CREDITS","message":""}',
            "insufficient_credits",
            20,
            False,
        ),
        (401, "", "auth", 21, False),
        (422, '{"code":"IMAGE_GENERATION_CONTENT_REJECTED"}', "validation", 22, False),
        (404, "not json", "not_found", 23, False),
        (429, "{}", "transient", 24, True),
        (502, "<html>", "transient", 24, True),
        (503, "{}", "transient", 24, True),
        (403, "[]", "unknown", 25, False),
        (400, "{}", "unknown", 25, False),
    ],
)
def test_errors_are_classified_offline(
    shop: Shop, status: int, body: str, category: str, code: int, again: bool
) -> None:
    done = shop.run("handle_runtime_error", "--status", str(status), "--body", body)
    told = json.loads(done.out)
    assert (done.code, told["category"], told["should_retry"]) == (code, category, again)
    assert ("balance" in told["guidance"][1]) == (status == 502)
    assert shop.base + "/credits" in told["credits_check_command"]
    assert shop.caller.key not in done.out
    elsewhere = shop.run("handle_runtime_error", "--status", "402", "--base-url", "https://evil.example")
    assert "evil" not in elsewhere.out


def test_an_endpoint_is_inspected_with_its_pair_its_fields_and_the_nearest_name(shop: Shop) -> None:
    openapi = shop.document("openapi", of="bytedance/seedream-4.5/v1/")
    endpoint = "POST /generation/bytedance/seedream-4.5"
    done = shop.run("inspect_openapi", "--openapi", openapi, "--endpoint", endpoint, "--include-template")
    told = json.loads(done.out)
    assert told["default_create_endpoint"] == "POST /v1/generation/sse/bytedance/seedream-4.5"
    assert told["polling_create_endpoint"] == "POST /v1/generation/bytedance/seedream-4.5"
    assert told["poll_endpoint"] == "/v1/generation/{request_id}"
    assert told["server_url"] == "/api"
    rows = {row["name"]: row for row in told["fields"]}
    assert rows["resolution"]["allowed_values"] == ["1K", "2K", "4K"]
    assert told["request_template"] == {
        "prompt": "Describe what to generate", "resolution": "2K", "aspect_ratio": "16:9", "n": 1,
    }  # fmt: skip
    assert told["queue_status_values"][0] == "IN_QUEUE"
    wrong = shop.run(
        "inspect_openapi", "--openapi", openapi, "--endpoint", "/generation/bytedance/seedream-4.6"
    )
    assert (wrong.code, "Did you mean /generation/bytedance/seedream-4.5?" in wrong.err) == (1, True)


def test_without_navigation_the_snapshot_is_listed(shop: Shop) -> None:
    done = shop.run("inspect_openapi", "--openapi", shop.document("openapi"), "--list-endpoints")
    told = json.loads(done.out)
    assert (len(told["default_endpoints"]), told["source"]) == (23, "snapshot of 2026-03-20")
    for words in (("--openapi", "nothing.json", "--endpoint", "x"), ("--openapi", "docs.json")):
        assert shop.run("inspect_openapi", *words).code == 1


def test_the_scripts_have_no_network_key_or_base64_of_their_own() -> None:
    for script in (SKILL / "scripts").glob("*.py"):
        text = script.read_text("utf-8")
        assert "dropin" in text
        assert not any(word in text for word in ("urllib", "http", "socket", "environ", "base64", "API_KEY"))
