"""Getting a file: redirects, statuses, faults, and when it is tried again."""

from __future__ import annotations

from typing import Any

import pytest
from componentize_py_types import Err
from conftest import FakeHost
from fetch import MAX_REDIRECTS, Fetcher, redirected
from settings import Address
from waiting import run
from wit_world.imports.http_client import Fault, FaultKind, HttpResponse
from wit_world.imports.model import Body_Text, NameValue
from words import diagnosis

URL = "https://hr.example/a/r.json?key=1"


def response(status: int, body: str = "", **headers: str) -> HttpResponse:
    listed = [NameValue(name.replace("_", "-"), value) for name, value in headers.items()]
    return HttpResponse(status, listed, Body_Text(body))


def fault(kind: FaultKind) -> Fault:
    return Fault(kind, diagnosis("a-fault", ("it failed", "失败")))


def fetched(host: FakeHost, authorization: str | None = None) -> Any:
    """The text, or the kind and the code with which it ends."""
    address = Address.parse(URL)
    assert isinstance(address, Address)
    try:
        return run(Fetcher(authorization).fetch(address))
    except Err as error:
        return error.value.kind.name, error.value.diagnosis.code


@pytest.mark.parametrize(
    ("status", "expected", "n_asked"),
    [
        (401, ("PERMISSION", "roster-refused"), 1),
        (403, ("PERMISSION", "roster-refused"), 1),
        (404, ("UNAVAILABLE", "roster-not-found"), 1),
        (410, ("SETTINGS", "roster-not-found"), 1),
        (204, ("SETTINGS", "unexpected-status"), 1),
        (408, ("UNAVAILABLE", "server-unavailable"), 5),
        (503, ("UNAVAILABLE", "server-unavailable"), 5),
    ],
)
def test_a_status_says_who_must_act(host: FakeHost, status: int, expected: Any, n_asked: int) -> None:
    host.answers[URL] = response(status)
    assert (fetched(host), len(host.requests)) == (expected, n_asked)


@pytest.mark.parametrize(
    ("kind", "expected", "n_asked"),
    [
        (FaultKind.PROXY_REFUSED, "HOST", 1),
        (FaultKind.DENIED, "HOST", 1),
        (FaultKind.CANCELLED, "HOST", 1),
        (FaultKind.PROXY_UNREACHABLE, "UNAVAILABLE", 2),
        (FaultKind.UNTRUSTED, "UNAVAILABLE", 2),
        (FaultKind.NOT_SENT, "UNAVAILABLE", 5),
        (FaultKind.TIMED_OUT, "UNAVAILABLE", 5),
        (FaultKind.INTERRUPTED, "UNAVAILABLE", 5),
    ],
)
def test_a_fault_is_tried_again_where_that_can_help(
    host: FakeHost, kind: FaultKind, expected: str, n_asked: int
) -> None:
    host.answers[URL] = fault(kind)
    assert (fetched(host), len(host.requests)) == ((expected, "a-fault"), n_asked)


def test_waits_double_and_are_never_less_than_the_server_asks_for(host: FakeHost) -> None:
    host.answers[URL] = lambda n: (
        "the roster" if n == 5 else response(429, retry_after="7") if n == 2 else response(500)
    )
    assert fetched(host) == "the roster"
    assert host.slept_ms == [1000, 7000, 4000, 8000]
    assert host.logged == ["throttled None 0"]


def test_a_server_that_asks_for_an_hour_is_left_alone(host: FakeHost) -> None:
    host.answers[URL] = response(503, retry_after="3600")
    assert (fetched(host), host.slept_ms) == (("UNAVAILABLE", "server-unavailable"), [])


def test_what_authorises_goes_to_no_other_origin(host: FakeHost) -> None:
    host.answers[URL] = response(302, location="/b.json")
    host.answers["https://hr.example/b.json"] = response(307, location="//cdn.example/c.json")
    host.answers["https://cdn.example/c.json"] = "the roster"
    assert fetched(host, "a token") == "the roster"
    sent = [[header.name for header in request.headers] for request in host.requests]
    assert sent == [["accept", "authorization"], ["accept", "authorization"], ["accept"]]


def test_a_circle_ends(host: FakeHost) -> None:
    host.answers[URL] = response(301, location=URL)
    assert fetched(host) == ("SETTINGS", "unexpected-status")
    assert len(host.requests) == MAX_REDIRECTS + 1


@pytest.mark.parametrize(
    ("status", "location", "expected"),
    [
        (302, "https://cdn.example/x?y=1#z", "https://cdn.example/x?y=1"),
        (302, "//cdn.example/x", "https://cdn.example/x"),
        (302, "/c.csv?v=2", "https://hr.example/c.csv?v=2"),
        (302, "c.csv", "https://hr.example/a/c.csv"),
        (200, "/x", None),
        (304, "/x", None),
        (301, "https://", None),
    ],
)
def test_every_form_of_a_location_leads_to_an_absolute_address(
    status: int, location: str, expected: str | None
) -> None:
    assert redirected(URL, response(status, location=location)) == expected
