"""Settings: all problems at once, and the plan."""

from __future__ import annotations

import json
from typing import Any

import pytest
from componentize_py_types import Err
from conftest import REPOSITORY
from settings import SCHEMA, Settings, read_settings


def problems(settings: Any) -> list[tuple[str, str]]:
    with pytest.raises(Err) as refused:
        read_settings(settings if isinstance(settings, str) else json.dumps(settings))
    return sorted((one.setting, one.code) for one in refused.value.value.problems)


def right(**settings: str) -> Settings:
    return read_settings(json.dumps(settings))


def test_the_schema_is_that_of_the_connector_in_rust() -> None:
    assert SCHEMA == (REPOSITORY / "connector" / "roster" / "src" / "settings.schema.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("url", "asked", "origin", "name"),
    [
        (" https://hr.example/a/r.json?key=1#x ", "https://hr.example/a/r.json?key=1", "https://hr.example", "r.json"),
        ("HTTPS://HR.example:443", "https://hr.example/", "https://hr.example", "hr.example"),
        ("http://127.0.0.1:80/r/", "http://127.0.0.1/r/", "http://127.0.0.1", "127.0.0.1"),
        (
            "https://[::1]:8443/花名册",
            "https://[::1]:8443/%E8%8A%B1%E5%90%8D%E5%86%8C",
            "https://[::1]:8443",
            "%E8%8A%B1%E5%90%8D%E5%86%8C",
        ),
    ],
)
def test_an_address_is_read(url: str, asked: str, origin: str, name: str) -> None:
    (address,) = right(url=url).addresses
    assert (address.url, address.origin, address.file.name) == (asked, origin, name)
    assert "key" not in address.file.address


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("[]", [("", "settings-not-an-object")]),
        ("{", [("", "settings-not-an-object")]),
        ({}, [("/url", "no-address")]),
        ({"url": " ", "delimiter": ""}, [("/url", "no-address")]),
        ({"people_url": "https://a/p"}, [("/departments_url", "half-a-pair")]),
        ({"departments_url": "https://a/p"}, [("/people_url", "half-a-pair")]),
        ({"url": "https://a/r", "people_url": "https://a/p"}, [("/url", "two-formats")]),
        ({"url": "ftp://a/r"}, [("/url", "not-an-address")]),
        ({"url": "https://a:99999/"}, [("/url", "not-an-address")]),
        ({"url": "https://me:secret@a/"}, [("/url", "password-in-address")]),
        ({"url": 7, "a/b": 1}, [("/a~1b", "unknown-setting"), ("/url", "no-address"), ("/url", "setting-not-a-text")]),
        ({"url": "https://a/", "delimiter": "#"}, [("/delimiter", "not-a-delimiter")]),
        ({"url": "https://a/", "webhook_token": "short"}, [("/webhook_token", "not-a-token")]),
        ({"url": "https://a/", "webhook_token": "sixteen letters x"}, [("/webhook_token", "not-a-token")]),
    ],
)
def test_what_is_wrong_is_told_all_at_once(settings: Any, expected: list[tuple[str, str]]) -> None:
    assert problems(settings) == expected


def test_no_problem_repeats_what_may_be_a_secret() -> None:
    with pytest.raises(Err) as refused:
        read_settings(json.dumps({"url": "canary-1", "webhook_token": "canary-2 "}))
    assert "canary" not in repr(refused.value.value)


def test_the_plan_names_origins_secrets_and_how_changes_are_told() -> None:
    plan = right(
        departments_url="https://b/d", people_url="http://a/p", authorization="t", webhook_token="x" * 16
    ).plan()
    assert [origin.origin for origin in plan.origins] == ["http://a", "https://b"]
    assert [(use.setting, use.origins) for use in plan.secrets] == [("/authorization", ["http://a", "https://b"])]
    assert plan.event_delivery.name == "CALLBACKS"
    quiet = right(url="https://a/r").plan()
    assert (quiet.secrets, quiet.event_delivery.name) == ([], "NONE")
