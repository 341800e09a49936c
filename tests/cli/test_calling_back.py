"""`limner cancel`, and what is told of an answer that was lost, at the command line."""

from .person import Person

LOST = "a mug [[lost-after-charge]]"


def test_a_job_that_waits_in_its_own_process_is_called_back(person: Person) -> None:
    person.configure("[gateways.omnimaas.limits]\nconcurrency = 1\n")
    first = person.buy("a mug [[slow:6]]", "--wait", "0.2", "--json").json["data"]["job_id"]
    second = person.buy("a lamp", "--wait", "0.2", "--json").json["data"]["job_id"]
    told = person.run("cancel", second)
    assert (told.code, told.out) == (0, "")
    assert f"The job {second} is called back. Nothing was charged, and ¥" in told.err
    late = person.run("cancel", first, "--json")
    assert (late.code, late.json["data"]["cancel"]) == (20, "too_late")
    assert "cannot be called back" in late.json["data"]["message"]
    assert late.json["next"][0]["argv"][1:3] == ["status", first]

    again = person.json("cancel", second)
    assert (again["data"]["cancel"], again["data"]["state"]) == ("confirmed", "canceled")
    ended = person.run("status", first, "--wait", "30", "--json")
    assert ended.json["data"]["state"] == "done"
    assert person.run("status", second).code == 14
    assert len(person.bills()) == 1
    over = person.run("cancel", first, "--lang", "zh")
    assert (over.code, over.line) == (2, f"任务 {first} 已经结束（已完成），没有什么可撤回的。")


def test_what_was_seen_of_a_lost_answer_is_told_in_a_sentence_each(person: Person) -> None:
    bought = person.buy(LOST, "--json").json
    job = bought["error"]["details"]["job_id"]
    seen = ["No whole answer to request 1 is on the disk.", "OmniMaaS does not tell a balance"]
    assert [one["kind"] for one in bought["error"]["details"]["evidence"]]
    for ran in (person.run("status", job), person.run("jobs", "--state", "unknown"), person.run("recover")):
        assert all(line in ran.out + ran.err for line in seen), ran
    assert "磁盘上没有第 1 次请求的完整答复。" in person.run("status", job, "--lang", "zh").err
    assert person.json("recover")["data"]["unknown"] == [job]
    called = person.run("cancel", job)
    assert called.code == 12
    assert "its answer was lost" in called.err
    assert len(person.bills()) == 1


def test_a_task_is_named_for_a_job_whose_answer_was_lost(person: Person) -> None:
    job = person.buy(LOST, "--json").json["error"]["details"]["job_id"]
    looked = person.run("recover", job, "--task", "t-1")
    assert looked.code == 12
    assert "OmniMaaS named the task t-1, but has no way to look at it." in looked.err
    done = person.buy("a lamp", "--json").json["data"]["job_id"]
    assert "has no lost answer" in person.run("recover", done, "--task", "t-2").line
    assert person.run("recover", "j_nothing", "--task", "t-2").code == 9
