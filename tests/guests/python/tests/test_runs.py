"""Whole calls against a platform in memory: what differs is put, what is empty cleared, who is gone removed."""

from __future__ import annotations

import json
from typing import Any

import app
import pytest
from componentize_py_types import Err
from conftest import FakeHost
from wit_world.exports.events import Delivery, SourceEvent
from wit_world.imports.http_client import HttpResponse
from wit_world.imports.model import Body_Bytes, Body_Text, Key, NameValue

URL = "https://hr.example/r.json"
TOKEN = "canary-of-the-webhook"
SETTINGS = json.dumps({"url": URL, "webhook_token": TOKEN})

SOURCE, EVENTS = app.IdentitySource(), app.Events()


def company(n: int = 3) -> dict[str, Any]:
    people = [
        {"id": str(i), "name": f"P{i}", "title": "T", "email": f"p{i}@x", "departments": ["rd"]} for i in range(n)
    ]
    return {"departments": [{"id": "1", "name": "F"}, {"id": "rd", "name": "R", "parent": "1"}], "people": people}


def sync(host: FakeHost, written: Any) -> Any:
    host.answers[URL] = written if isinstance(written, str) else json.dumps(written)
    host.puts.clear()
    host.removed.clear()
    host.proposed.clear()
    return SOURCE.sync(SETTINGS, None)


def counts(summary: Any) -> tuple[int, int, bool]:
    return summary.read, summary.unchanged, summary.complete


def test_a_second_import_puts_nothing(host: FakeHost) -> None:
    assert counts(sync(host, company())) == (5, 0, True)
    assert [document["externalId"] for document in host.puts] == ["1", "rd", "0", "1", "2"]
    assert counts(sync(host, company())) == (5, 5, True)
    assert (host.puts, host.removed, host.told()) == ([], [], [])
    assert host.closed == [[("Department", 2), ("User", 3)]] * 2


def test_who_is_gone_is_removed_with_the_answer_to_a_question_of_its_own(host: FakeHost) -> None:
    sync(host, company())
    written = company()
    del written["people"][1]
    n_asked = len(host.requests)
    assert counts(sync(host, written)) == (4, 4, True)
    assert host.removed == [(("User", "1"), "404: not in the roster")]
    assert len(host.requests) - n_asked == 2, "the roster is read once more, whatever is looked up"


def test_nobody_is_gone_and_nothing_cleared_while_a_row_is_wrong(host: FakeHost) -> None:
    sync(host, company())
    written = company()
    written["people"][1] = {"id": "1"}
    del written["people"][2]["title"]
    assert counts(sync(host, written)) == (4, 3, False)
    assert (host.removed, host.proposed) == ([], [])
    assert [code for _, code, _ in host.told()] == ["value-missing", "departments-missing", "removals-stopped"]


def test_a_value_is_cleared_where_others_have_it_and_few_lose_it(host: FakeHost) -> None:
    sync(host, company(9))
    written = company(9)
    for person in written["people"][:5]:
        del person["title"]
    sync(host, written)
    cleared = [document for document in host.puts if "schemas" not in document]
    assert cleared == [{"externalId": str(i), "title": None} for i in range(5)]
    assert counts(sync(host, written)) == (11, 11, True)


def test_too_many_and_the_last_ones_wait_for_a_person(host: FakeHost) -> None:
    sync(host, company(9))
    written = company(9)
    for person in written["people"]:
        del person["email"]
    for person in written["people"][:6]:
        del person["title"]
    sync(host, written)
    everybody = [str(i) for i in range(9)]
    assert host.proposed == [
        ("email", '{"emails":[{"type":"work","value":null}]}', everybody, "attribute-not-visible"),
        ("title", '{"title":null}', everybody[:6], "clearing-kept"),
    ]
    assert not any("schemas" not in document for document in host.puts)


def test_a_reference_to_what_is_gone_is_left_out_and_told_of(host: FakeHost) -> None:
    written = company(1)
    written["people"][0] |= {"departments": ["gone", "rd"], "manager": "nobody"}
    assert counts(sync(host, written)) == (3, 0, True)
    person = host.held["User", "0"][1]
    assert person["urn:rollcall:scim:schemas:extension:2.0:User"] == {"departments": [{"value": "rd"}]}
    assert person["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"] == {"manager": None}
    assert host.told() == [("warning", "reference-gone", "0"), ("warning", "reference-gone", "0")]


def test_a_reference_that_is_not_clear_says_nothing(host: FakeHost) -> None:
    written = company(1)
    written["people"][0]["departments"] = ["gone", "rd"]
    written["people"].append({"id": "7"})
    sync(host, written)
    assert "urn:rollcall:scim:schemas:extension:2.0:User" not in host.held["User", "0"][1]
    codes = [code for _, code, _ in host.told()]
    assert codes == ["value-missing", "departments-missing", "roster-not-whole", "reference-not-clear"]


def test_many_references_to_nothing_are_told_of_by_their_number(host: FakeHost) -> None:
    written = company(30)
    for person in written["people"]:
        person["departments"] = ["gone"]
    sync(host, written)
    codes = [code for _, code, _ in host.told()]
    assert codes == ["reference-gone"] * 20 + ["references-not-clear"]


def test_what_the_platform_refuses_is_not_cleared_after_it(host: FakeHost) -> None:
    sync(host, company(9))
    written = company(9)
    del written["people"][0]["title"]
    written["people"][0]["name"] = "Renamed"
    host.refuses.add("0")
    sync(host, written)
    assert host.puts == []


def test_what_somebody_wrote_on_the_platform_is_put_right(host: FakeHost) -> None:
    sync(host, company(1))
    host.held["User", "0"] = "", {}
    assert counts(sync(host, company(1))) == (3, 2, True)


def test_a_file_that_is_no_roster_changes_nothing(host: FakeHost) -> None:
    sync(host, company())
    before = dict(host.held)
    with pytest.raises(Err) as failed:
        sync(host, "<html>")
    assert (failed.value.value.kind.name, failed.value.value.diagnosis.code) == ("PROTOCOL", "roster-is-a-web-page")
    assert host.held == before


def test_single_objects_are_brought_in_line(host: FakeHost) -> None:
    sync(host, company())
    written = company()
    del written["people"][0]["title"], written["people"][1]
    written["departments"].append({"id": "new", "name": "N", "parent": "rd"})
    written["people"].append({"id": "9", "name": "N", "departments": ["new"]})
    host.answers[URL] = json.dumps(written)
    host.puts.clear()
    keys = [Key("User", id) for id in ("9", "0", "1", "none")]
    summary = SOURCE.refresh(SETTINGS, keys)
    assert counts(summary) == (3, 0, True)
    put = [document["externalId"] for document in host.puts]
    assert put == ["new", "0", "9", "0"], "what is named is put first, and what is cleared last"
    assert host.puts[-1] == {"externalId": "0", "title": None}
    assert host.removed == [(("User", "1"), "404: not in the roster")]


def delivered(body: Any, token: str = TOKEN, method: str = "POST") -> Any:
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return EVENTS.receive(SETTINGS, Delivery(method, "", [NameValue("x-roster-token", token)], Body_Text(text)))


def test_a_delivery_becomes_events_that_name_each_once(host: FakeHost) -> None:
    receipt = delivered({"id": "c", "people": [*range(101), " 7 "], "departments": ["rd"]})
    assert (receipt.status, receipt.body) == (202, '{"accepted":102}')
    assert [(event.id, event.kind, len(event.subjects)) for event in receipt.events] == [
        ("roster:c:0", "roster-changed", 100),
        ("roster:c:1", "roster-changed", 2),
    ]
    assert json.loads(receipt.events[1].payload) == {"departments": [], "people": ["99", "100"]}
    assert delivered({"people": ["7"]}).events[0].id == f"{'0' * 32}:0"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{",
        "{}",
        *(
            '{"people": %s}' % one
            for one in ('"7"', "null", "[]", '[""]', '["a\\nb"]', "[7.5]", "[true]", r'["\ud800"]')
        ),
    ],
)
def test_a_body_that_is_wrong_is_answered_with_what_is_wrong(host: FakeHost, body: str) -> None:
    receipt = delivered(body)
    assert (receipt.status, receipt.events) == (400, [])
    assert receipt.body


def test_bytes_that_are_no_text_are_no_body(host: FakeHost) -> None:
    delivery = Delivery("POST", "", [NameValue("x-roster-token", TOKEN)], Body_Bytes(b"\xff"))
    assert EVENTS.receive(SETTINGS, delivery).status == 400


def test_a_delivery_is_refused_without_the_token_or_where_none_is_set(host: FakeHost) -> None:
    assert delivered({"people": ["7"]}, method="GET").status == 405
    for token in ("", TOKEN.upper(), TOKEN + "x", "é"):
        with pytest.raises(Err) as refused:
            delivered("no object", token)
        assert refused.value.value.diagnosis.code == "webhook-not-authentic"
    with pytest.raises(Err) as refused:
        EVENTS.receive(json.dumps({"url": URL}), Delivery("POST", "", [], Body_Text("{}")))
    assert (refused.value.value.kind.name, refused.value.value.diagnosis.code) == ("SETTINGS", "webhook-not-set-up")


def event(id: str, payload: str) -> SourceEvent:
    return SourceEvent(id, "roster-changed", payload, None, [])


def test_events_are_handled_together_and_one_that_cannot_be_read_costs_itself(host: FakeHost) -> None:
    sync(host, company())
    written = company()
    del written["people"][1]
    host.answers[URL] = json.dumps(written)
    n_asked = len(host.requests)
    handled = EVENTS.handle(
        SETTINGS, [event("a", '{"people": ["1"]}'), event("b", "x"), event("c", '{"people": ["1", "2"]}')]
    )
    assert (handled.unfinished, handled.summary.complete, handled.summary.read) == ([], True, 1)
    assert host.removed == [(("User", "1"), "404: not in the roster")]
    assert host.told() == [("warning", "event-unreadable", None)]
    assert len(host.requests) - n_asked == 1


def test_events_about_what_nobody_can_tell_are_unfinished(host: FakeHost) -> None:
    sync(host, company())
    written = company()
    del written["people"][0], written["people"][0]["name"]
    host.answers[URL] = json.dumps(written)
    handled = EVENTS.handle(SETTINGS, [event("a", '{"people": ["0"]}'), event("b", '{"people": ["2"]}')])
    (unfinished,) = handled.unfinished
    why = unfinished.failure
    assert (unfinished.id, why.kind.name, why.diagnosis.code) == ("a", "UNAVAILABLE", "roster-not-whole")
    assert handled.summary.complete


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("[]", ("UNAVAILABLE", "roster-not-understood")),
        ("<html>", ("UNAVAILABLE", "roster-is-a-web-page")),
        (HttpResponse(404, [], Body_Text("")), ("UNAVAILABLE", "roster-not-found")),
        (HttpResponse(410, [], Body_Text("")), ("SETTINGS", "roster-not-found")),
        (HttpResponse(403, [], Body_Text("")), ("PERMISSION", "roster-refused")),
    ],
)
def test_events_wait_together_for_a_roster_that_cannot_be_read(host: FakeHost, answer: Any, expected: Any) -> None:
    host.answers[URL] = answer
    with pytest.raises(Err) as failed:
        EVENTS.handle(SETTINGS, [event("a", '{"people": ["0"]}'), event("b", '{"people": ["1"]}')])
    why = failed.value.value
    assert (why.kind.name, why.diagnosis.code, len(host.requests)) == (*expected, 1)


def test_what_nobody_expected_is_logged_with_its_words(host: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: str) -> None:
        raise ZeroDivisionError("nobody expected this")

    monkeypatch.setattr(app, "read_settings", broken)
    with pytest.raises(ZeroDivisionError):
        SOURCE.validate(SETTINGS)
    (line,) = host.logged
    assert line.startswith("ERROR: Traceback")
    assert line.endswith("ZeroDivisionError: nobody expected this\n")


def test_settings_that_are_wrong_fail_every_call_and_are_told_all_at_once(host: FakeHost) -> None:
    with pytest.raises(Err) as failed:
        SOURCE.sync('{"delimiter": "#"}', None)
    assert failed.value.value.kind.name == "SETTINGS"
    assert [finding.diagnosis.code for finding in SOURCE.check('{"delimiter": "#"}')] == [
        "no-address",
        "not-a-delimiter",
    ]
