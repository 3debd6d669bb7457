"""What becomes of changes, removals and clearings, and what is held for a person."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from directory import Apply
from runs import conclude
from store import Store
from wasmtime.component import Variant
from wit import Rec, Refused, diagnosis, key

SCHEMAS = ["urn:ietf:params:scim:schemas:core:2.0:User"]
EXTENSION = "urn:rollcall:scim:schemas:extension:2.0:User"
DESCRIPTOR = Rec(
    resource_types=[
        Rec(name="Department", identity_attribute=None),
        Rec(name="User", identity_attribute="urn:example:2.0:User:unionId"),
    ]
)
WHOLE = Rec(whole=True, parts=[])


class Recorder:
    """The log of a run, in memory."""

    def __init__(self) -> None:
        self.entries: list[Rec] = []

    def record(self, entries: list[Rec], always: bool = False) -> None:
        self.entries += entries

    def has_error(self, code: str, message: str) -> bool:
        return False

    @property
    def codes(self) -> list[str]:
        return [one.diagnosis.code for one in self.entries]


Begin = Callable[..., Apply]


@pytest.fixture
def begin(tmp_path: Path) -> Begin:
    """Begin a run over the same platform."""
    store = Store(tmp_path / "host.db")

    def begin(kind: str = "full", is_attended: bool = True) -> Apply:
        apply = Apply(store, Recorder(), store.open_run(kind), DESCRIPTOR, kind == "full", is_attended)
        if kind == "full":
            apply.open_reading(WHOLE)
        return apply

    return begin


def put(id: str, type: str = "User", version: str = "1", **members: Any) -> Variant:
    document = {"schemas": SCHEMAS, "externalId": id, **members}
    return Variant("put", Rec(key=key(type, id), version=version, document=json.dumps(document)))


def gone(id: str, type: str = "User", evidence: str = "404: gone") -> Rec:
    return Rec(key=key(type, id), evidence=evidence)


def statuses(outcomes: list[Rec]) -> list[str]:
    return [outcome.status for outcome in outcomes]


def covered(read: int, expected: int | None = None, closed: bool = True) -> list[Rec]:
    lists = [Rec(key=key("Department", "1"), closed=closed, listed=read, expected=None)]
    return [Rec(resource_type="User", read=read, expected=expected, containers=lists)]


def ended(apply: Apply, read: int, unchanged: int = 0, complete: bool = True) -> Any:
    apply.finish(complete)
    summary = Rec(read=read, unchanged=unchanged, skipped=0, complete=complete, incomplete_reason=None)
    return conclude(apply, apply.recorder, summary, None, False)


def imported(begin: Begin, *changes: Variant) -> None:
    apply = begin()
    assert set(statuses(apply.changes(list(changes)))) == {"applied"}
    assert ended(apply, len(changes))["state"] == "succeeded"


def test_an_object_counts_once_however_often_it_is_put(begin: Begin) -> None:
    imported(begin, put("a", title="x"))
    apply = begin()
    apply.changes([put("a", title="x", version="2")])
    apply.changes([Variant("put", Rec(key=key("User", "a"), version="3", document='{"externalId":"a","title":null}'))])
    counters = ended(apply, 1)["counters"]
    assert (counters["updated"], counters["unchanged"]) == (1, 0)


def test_a_summary_that_does_not_add_up_makes_the_run_partial(begin: Begin) -> None:
    apply = begin()
    apply.changes([put("a")])
    assert ended(apply, 2)["state"] == "partial"
    assert apply.recorder.codes == ["counters-inconsistent"]


def test_what_breaks_the_contract_is_rejected_and_the_others_go_on(begin: Begin) -> None:
    apply = begin()
    outcomes = apply.changes([put("a"), put("b", version=""), put("c", type="Group"), put("d", n=1.5), put("x" * 257)])
    assert statuses(outcomes) == ["applied", "rejected", "rejected", "rejected", "rejected"]
    with pytest.raises(Refused):
        apply.changes([put("a")] * 1001)


def test_a_full_run_removes_once_at_its_end_and_never_what_it_put(begin: Begin) -> None:
    imported(begin, put("a"), put("b"), put("c"))
    apply = begin()
    assert statuses(apply.changes([put("a"), Variant("remove", gone("b"))])) == ["applied", "rejected"]
    with pytest.raises(Refused):
        apply.remove_missing([gone("b")])
    apply.close_reading(covered(1))
    outcomes = apply.remove_missing([gone("a"), gone("b", evidence=""), gone("c"), gone("nobody")])
    assert statuses(outcomes) == ["rejected", "rejected", "applied", "applied"]
    for call in (lambda: apply.remove_missing([]), lambda: apply.close_reading([])):
        with pytest.raises(Refused):
            call()
    told = ended(apply, 1)
    assert (told["state"], told["counters"]["deactivated"], told["counters"]["kept"]) == ("partial", 1, 3)
    assert apply.present(("User", "b")) is not None


def test_people_leave_before_departments_and_children_before_parents(begin: Begin) -> None:
    below = {"parent": {"value": "1"}}
    imported(begin, put("1", "Department"), put("2", "Department", **below), put("a"), put("b"))
    apply = begin()
    apply.changes([put("b")])
    apply.close_reading(covered(1))
    apply.remove_missing([gone("1", "Department"), gone("2", "Department"), gone("a")])
    order = apply.store._read("SELECT external_id FROM changes WHERE run = ? ORDER BY rowid", apply.run)
    assert [id for (id,) in order] == ["a", "2", "1"]


@pytest.mark.parametrize("coverage", [covered(1, expected=3), covered(1, closed=False)])
def test_what_was_not_covered_is_held_whoever_looks(begin: Begin, coverage: list[Rec]) -> None:
    imported(begin, put("a"), put("b"))
    apply = begin()
    apply.changes([put("a")])
    apply.close_reading(coverage)
    assert statuses(apply.remove_missing([gone("b")])) == ["held"]
    assert (ended(apply, 1, 0)["state"], apply.recorder.codes[-1]) == ("held", "coverage-held")


def test_too_many_at_once_are_held_where_nobody_looks(begin: Begin) -> None:
    people = [put(f"{n:02}") for n in range(20)]
    imported(begin, *people)
    for is_attended, state, n_left in ((False, "held", 0), (True, "succeeded", 6)):
        apply = begin(is_attended=is_attended)
        apply.changes(people[6:])
        apply.close_reading(covered(14))
        apply.remove_missing([gone(f"{n:02}") for n in range(6)])
        told = ended(apply, 14)
        assert (told["state"], told["counters"]["deactivated"]) == (state, n_left)


def test_events_remove_so_many_in_an_hour(begin: Begin) -> None:
    imported(begin, *(put(str(n)) for n in range(9)))
    apply = begin("events", is_attended=False)
    outcomes = apply.changes([Variant("remove", gone(str(n))) for n in range(4)])
    again = begin("events", is_attended=False)
    outcomes += again.changes([Variant("remove", gone(str(n))) for n in range(4, 7)])
    assert statuses(outcomes) == ["applied"] * 5 + ["held"] * 2


def test_whoever_comes_back_is_made_anew(begin: Begin) -> None:
    imported(begin, put("a", title="x"), put("b"))
    apply = begin("refresh")
    apply.changes([Variant("remove", gone("a"))])
    assert apply.present(("User", "a")) is None
    apply.changes([put("a", version="2")])
    held = apply.present(("User", "a"))
    assert held is not None and "title" not in held.document and "active" not in held.document


def test_a_key_that_is_somebody_elses_is_inherited_by_nobody(begin: Begin) -> None:
    def person(union_id: str, name: str) -> dict[str, Any]:
        return {"displayName": name, "urn:example:2.0:User": {"unionId": union_id}}

    imported(begin, put("a", title="x", **person("1", "Li")), put("b", **person("2", "Wu")), put("c"))
    apply = begin()
    apply.changes([put("a", version="2", **person("3", "Wang")), put("b", version="2", **person("4", "Wu")), put("c")])
    assert apply.present(("User", "a")).document["displayName"] == "Li", "it waits for the end of the reading"
    told = ended(apply, 3)
    assert "title" not in apply.present(("User", "a")).document
    assert (told["state"], told["counters"]["created"], told["counters"]["deleted"]) == ("succeeded", 1, 1)
    assert sorted(apply.recorder.codes) == ["identity-changed", "identity-replaced"]


def test_nobody_is_replaced_while_not_everything_was_read(begin: Begin) -> None:
    imported(begin, put("a", **{"urn:example:2.0:User": {"unionId": "1"}}))
    apply = begin()
    apply.changes([put("a", version="2", title="y", **{"urn:example:2.0:User": {"unionId": "2"}})])
    ended(apply, 1, complete=False)
    assert "title" not in apply.present(("User", "a")).document
    assert "identities-undecided" in apply.recorder.codes


def test_a_clearing_that_is_not_proven_waits_for_a_person(begin: Begin) -> None:
    imported(begin, put("a", title="x"), put("b"))
    reason = diagnosis("not-proven", "nobody knows")
    clearing = Rec(
        attribute="title", document='{"title":null}', keys=[key("User", "a"), key("User", "b")], reason=reason
    )
    for kind, state, code in (("refresh", "succeeded", "clearing-undecided"), ("full", "held", "clearing-held")):
        apply = begin(kind)
        apply.propose_clearings([clearing])
        assert (ended(apply, 0)["state"], apply.recorder.codes) == (state, [code])
        assert apply.present(("User", "a")).document["title"] == "x"


def test_what_a_smaller_view_no_longer_shows_is_held(begin: Begin) -> None:
    def within(*ids: str) -> dict[str, Any]:
        return {EXTENSION: {"departments": [{"value": id} for id in ids]}}

    departments = [put("1", "Department"), put("2", "Department")]
    imported(begin, *departments, put("a", **within("1", "2")), put("b", **within("2")))
    apply = begin()
    apply.scope = None
    apply.open_reading(Rec(whole=False, parts=[key("Department", "1")]))
    outcomes = apply.changes([departments[0], put("a", version="2", **within("1"))])
    assert statuses(outcomes) == ["applied", "held"]
    apply.close_reading(covered(2))
    assert statuses(apply.remove_missing([gone("b"), gone("2", "Department")])) == ["held", "held"]
    assert (ended(apply, 2)["state"], apply.recorder.codes[-1]) == ("held", "scope-held")


def test_the_inventory_is_in_the_byte_order_of_utf_8(begin: Begin) -> None:
    ids = ["a", "B", "\uff01", "\U0001f600"]
    imported(begin, *(put(id) for id in ids))
    apply = begin()
    first = apply.list_inventory("User", None, 3)
    rest = apply.list_inventory("User", first[-1].external_id, 3)
    assert [item.external_id for item in first + rest] == ["B", "a", "\uff01", "\U0001f600"]
    for limit in (0, 10_001):
        with pytest.raises(Refused):
            apply.list_inventory("User", None, limit)
