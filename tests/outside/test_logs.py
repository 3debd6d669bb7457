"""Whether a system that collects logs can read ours."""

from __future__ import annotations

from datetime import datetime

from administrator import SOURCE, ended_runs, import_again
from conftest import Directory


def test_each_line_is_an_object_that_says_when_how_grave_and_what_and_of_which_source_and_run(
    own_directory: Directory,
) -> None:
    program = own_directory.administrator.program("manage")
    broken = {"fault": {"http_status": {"status": 502}}, "path": "/topapi/v2/user/list", "times": None}
    own_directory.simulator.control("POST", "/faults", [broken])
    import_again(program)
    failed = ended_runs(program, SOURCE, 2)[0]
    assert failed["state"] != "succeeded"
    assert own_directory.serving.stop() == 0
    lines = own_directory.serving.log
    for line in lines:
        assert {"time", "level", "target", "message"} <= line.keys(), line
        assert datetime.fromisoformat(line["time"]).tzinfo, line
        assert line["level"] in ("info", "warn", "error"), line
    of_runs = [line for line in lines if line["message"] in ("run opened", "run closed")]
    assert [(line["message"], line["source"], line["run"]) for line in of_runs] == [
        (message, SOURCE, run) for run in ("1", failed["id"]) for message in ("run opened", "run closed")
    ]
    assert [line["state"] for line in of_runs if "state" in line] == ["succeeded", failed["state"]]
    assert [line["message"] for line in lines][-1] == "stopped"
