"""What a program is told of a source that it configures wrongly."""

from __future__ import annotations

from administrator import configuration, connector
from conftest import Directory


def test_everything_that_is_wrong_is_told_at_once_each_at_its_place_in_the_body(directory: Directory) -> None:
    program = directory.administrator.program("manage")
    body = configuration(directory.simulator, connector(program), name="Head Office")
    body["settings"].pop("app_key")
    body |= {
        "proxy": {"url": "proxy"},
        "ca_pem": "not a certificate",
        "allowed_origins": ["https://api.dingtalk.com", "oapi"],
        "schedule": {"cron": "nightly", "jitter_s": 10**9},
        "departed_users": "keep",
    }
    answer = program.post("/api/v1/sources", json=body)
    assert answer.status_code == 422
    assert {wrong["pointer"] for wrong in answer.json()["errors"]} == {
        "/name",
        "/settings/app_key",
        "/proxy/url",
        "/ca_pem",
        "/allowed_origins/1",
        "/schedule/cron",
        "/schedule/jitter_s",
        "/departed_users",
    }
