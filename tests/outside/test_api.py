"""Whether the API does what its document says, whatever is sent: judged by Schemathesis, which makes requests from the document.

It makes the same ones each time. What it judges is in CHECKS; not there is `positive_data_acceptance`, because a cursor, a
digest or an idempotency key may look as it should and be none of ours. Nothing here is a stream without an end.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from administrator import SOURCE
from conftest import Directory

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
    "ignored_auth",
)

# What takes away what the others are asked about: undoing the import, and removing the source. They come last, alone.
TAKING_AWAY = ("undoRun", "removeSource")

# What is there of runs alone that held something.
OF_HELD_RUNS = ("readHeld",)

# Requests for each operation beside those that the document's bounds lead to: together they take about half a minute.
N_EXAMPLES = 40

# What the simulator's company has.
WHAT_IS_THERE = {"source": SOURCE, "run": "1", "resource_type": "User", "external_id": "manager4220"}


def schemathesis(
    directory: Directory, folder: Path, *words: str, segments: dict[str, str], fail_on: tuple[str, ...] = ()
) -> None:
    """Judge the operations that `words` choose; a part of a path that `segments` names is always that."""
    url = f"{directory.serving.url}/api/v1"
    config = folder / "schemathesis.toml"
    values = "".join(f'"path.{name}" = "{value}"\n' for name, value in segments.items())
    config.write_text(f"[warnings]\nfail-on = {json.dumps(['missing_auth', *fail_on])}\n[parameters]\n{values}")
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--no-color", "--config-file", config),
        *("run", f"{url}/openapi.json", "--url", url),
        *("--header", f"Authorization: Bearer {directory.administrator.tokens['manage']}"),
        *("--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing"),
        *("--generation-deterministic", "--max-examples", str(N_EXAMPLES), "--request-timeout", "30"),
        # All that is wrong, and not only the first of each operation.
        "--continue-on-failure",
        *words,
    ]
    judged = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    print(judged.stdout)
    if judged.returncode != 0:
        pytest.fail(f"Schemathesis ended with {judged.returncode}: {judged.stderr}", pytrace=False)


def each(option: str, operations: tuple[str, ...]) -> list[str]:
    return [word for operation in operations for word in (option, operation)]


def test_every_operation_answers_as_the_document_says_about_what_is_there(own_directory: Directory, tmp_path: Path) -> None:
    # An operation that only ever answered 404 did not do its work, and nothing is known about it.
    seen = ("missing_test_data",)
    others = each("--exclude-operation-id", TAKING_AWAY + OF_HELD_RUNS)
    schemathesis(own_directory, tmp_path, *others, segments=WHAT_IS_THERE, fail_on=seen)
    schemathesis(own_directory, tmp_path, *each("--include-operation-id", OF_HELD_RUNS), segments=WHAT_IS_THERE)
    program = own_directory.administrator.program("manage")
    assert program.get(f"/api/v1/sources/{SOURCE}").status_code == 200
    # Everybody would leave, so it takes their number, which no request made up from the document has.
    undone = program.post(f"/api/v1/runs/{WHAT_IS_THERE['run']}/undo", json={"allow_removals": 1000})
    assert undone.status_code == 202, undone.text
    schemathesis(own_directory, tmp_path, *each("--include-operation-id", TAKING_AWAY), segments=WHAT_IS_THERE)
    assert program.get("/api/v1/runs", params={"kind": "undo"}).json()["items"]
    assert program.get(f"/api/v1/sources/{SOURCE}").status_code == 404


def test_every_operation_answers_as_the_document_says_about_what_was_never_there(
    own_directory: Directory, tmp_path: Path
) -> None:
    schemathesis(own_directory, tmp_path, "--include-path-regex", "[{]", segments={})
