"""A question that is open stays open, and says so, however often somebody looks."""

import json
from pathlib import Path

from buyer import ask
from crash.stage import Stage


def test_a_second_recovery_leaves_a_question_open_whose_other_pictures_are_home(stage: Stage) -> None:
    wish = {"request": "a cup", "gateway": "skillsvideo", "model": "google/nano-banana", "n": 3}
    (quote,) = stage.told("quotes", json.dumps([wish]))
    rows = [
        {"fault": fault, "match": "/generation/sse", "times": 1} for fault in ("slow:0", "lost-after-charge")
    ]
    ask(stage.url, "/_sandbox/script", {"gateway": "skillsvideo", "account": stage.key, "faults": rows})
    ran = stage.start("run", quote["id"], "--approve", quote["id"], "-o", "cup", "--json")
    assert ran.wait(60) == 12, stage.said_by(ran)
    (job,) = stage.rows("SELECT * FROM job")
    for _ in range(2):
        looked = stage.start("recover")
        assert looked.wait(60) == 0, stage.said_by(looked)
        (again,) = stage.rows("SELECT * FROM job")
        assert (again["state"], again["owner"], again["cost"]) == ("unknown", None, job["cost"])
        assert json.loads((Path(job["folder"]) / "result.json").read_text("utf-8"))["state"] == "unknown"
        assert f"{job['id']}  unknown  " in stage.said_by(looked)
    assert len(stage.rows("SELECT * FROM picture")) >= 1
