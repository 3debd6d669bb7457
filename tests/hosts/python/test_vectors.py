"""The rules of the contract, by the vectors that every language passes (`wit/vectors`)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import documents
import pytest
from identity import Notation, verdict
from sealed import Misuse, Outgoing, Scrubber, Seal, fill, new_token, unfit

VECTORS = Path(__file__).parents[3] / "wit" / "vectors"


def cases(file: str, member: str = "cases") -> list[Any]:
    """One list of a file, each case by its name."""
    listed = json.loads((VECTORS / f"{file}.json").read_text(encoding="utf-8"))[member]
    assert listed, f"{file}.json has no {member}"
    return [pytest.param(case, id=case["name"] if isinstance(case, dict) else repr(case)) for case in listed]


def breaks(check: Any, *arguments: Any) -> dict[str, str] | None:
    try:
        check(*arguments)
    except documents.Violation as violation:
        return {"rule": violation.rule, "pointer": violation.pointer}
    return None


@pytest.mark.parametrize("case", cases("document-check"))
def test_a_document_is_checked_as_it_comes(case: Any) -> None:
    text = "".join(part if isinstance(part, str) else part["repeat"] * part["times"] for part in case["text"])
    assert breaks(documents.read, text, case["externalId"]) == case["breaks"]


@pytest.mark.parametrize("case", cases("nesting"))
def test_a_response_is_nested_no_deeper_than_a_connector_can_read(case: Any) -> None:
    body = "".join(part if isinstance(part, str) else part["repeat"] * part["times"] for part in case["body"])
    assert documents.is_too_deep(body.encode()) == case["tooDeep"]


@pytest.mark.parametrize("case", cases("document-check", "held"))
def test_a_document_is_checked_once_it_was_merged(case: Any) -> None:
    assert breaks(documents.check_held, case["document"]) == case["breaks"]


@pytest.mark.parametrize("case", cases("merge"))
def test_documents_are_merged(case: Any) -> None:
    merged = documents.merge(case.get("held"), case["incoming"])
    assert merged == case["merged"]
    assert documents.merge(merged, case["incoming"]) == merged, "merging twice changes nothing"


@pytest.mark.parametrize("case", cases("canonical"))
def test_a_document_has_one_text(case: Any) -> None:
    assert documents.canonical(case["document"]) == case["text"]


@pytest.mark.parametrize("case", cases("counters"))
def test_counters_add_up(case: Any) -> None:
    assert documents.accounted(case["counters"]) == case["accounted"]
    assert (documents.accounted(case["counters"]) == case["counters"]["read"]) == case["addsUp"]


@pytest.mark.parametrize("case", cases("identity"))
def test_who_stands_behind_a_key(case: Any) -> None:
    found = verdict(case["held"], case["incoming"], Notation.parse(case["attribute"]))
    told = {"kind": found.kind, "from": found.before, "to": found.after, "by": found.by}
    assert {name: value for name, value in told.items() if value is not None} == case["verdict"]


@pytest.mark.parametrize("text", cases("identity", "notAttributes"))
def test_what_is_no_attribute(text: str) -> None:
    with pytest.raises(ValueError):
        Notation.parse(text)


def seals(case: Any, origins: list[str]) -> list[Seal]:
    token = json.loads((VECTORS / "sealed.json").read_text(encoding="utf-8"))["token"]
    return [Seal("/secret", token, case["secret"], frozenset(origins))]


def outgoing(request: Any) -> Outgoing:
    headers = [(name, value) for name, value in request["headers"]]
    return Outgoing(request["method"], request["url"], headers, request["body"])


@pytest.mark.parametrize("case", cases("sealed", "fill"))
def test_a_secret_in_a_request(case: Any) -> None:
    sealed = seals(case, case["origins"])
    if case["refused"] is None:
        assert fill(sealed, outgoing(case["request"]), case["origin"]) == outgoing(case["filled"])
    else:
        with pytest.raises(Misuse) as misuse:
            fill(sealed, outgoing(case["request"]), case["origin"])
        assert misuse.value.code == case["refused"]


@pytest.mark.parametrize("case", cases("sealed", "scrub"))
def test_a_secret_in_a_response(case: Any) -> None:
    assert Scrubber(seals(case, [])).scrub(case["response"].encode()).decode() == case["seen"]


@pytest.mark.parametrize("case", cases("sealed", "unfit"))
def test_a_secret_that_is_unfit(case: Any) -> None:
    schema = json.loads((VECTORS / "sealed.json").read_text(encoding="utf-8"))["schema"]
    told = [{"setting": setting, "code": code} for setting, code in unfit(schema, case["settings"])]
    assert told == case["problems"]


def test_tokens_are_of_one_form_and_none_is_the_other() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert {len(token) for token in tokens} == {len("sealed-") + 26}
