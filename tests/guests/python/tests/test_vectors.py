"""The rules of the contract that a connector keeps, by the vectors that every language passes (`wit/vectors`), and those of the
roster's webhook, by the ones beside the connector in Rust."""

from __future__ import annotations

import json
from typing import Any

import emptied
import pytest
from conftest import REPOSITORY
from documents import canonical
from webhook import BadDelivery, read_delivery
from wit_world.exports.events import Delivery
from wit_world.imports.model import Body_Text


def vectors(file: str) -> Any:
    return json.loads((REPOSITORY / "wit" / "vectors" / f"{file}.json").read_text(encoding="utf-8"))


def cases(file: str, member: str) -> list[Any]:
    listed = vectors(file)[member]
    assert listed, f"{file}.json has no {member}"
    return listed


@pytest.mark.parametrize("case", cases("canonical", "cases"), ids=lambda case: case["name"])
def test_a_document_has_one_text(case: Any) -> None:
    assert canonical(case["document"]) == case["text"]


@pytest.mark.parametrize("case", cases("emptied", "cases"), ids=str)
def test_a_field_without_a_value_means(case: Any) -> None:
    evidence = emptied.Evidence(case["isComplete"], case["others"], case["gateShown"], case["emptyIsExplicit"])
    assert emptied.meaning(case["field"], case["answer"], evidence) == case["meaning"]


@pytest.mark.parametrize("case", cases("emptied", "gates"), ids=str)
def test_an_answer_shows_a_permission(case: Any) -> None:
    gates = {field["name"]: emptied.Gate(field["gate"], field["isOpen"]) for field in vectors("emptied")["fields"]}
    assert emptied.shows_gate(gates, case["field"], case["present"].__contains__) == case["shown"]


@pytest.mark.parametrize("case", cases("emptied", "guard"), ids=str)
def test_many_clearings_of_a_full_reading_are_weighed(case: Any) -> None:
    assert emptied.guard(case["losing"], case["keeping"]) == case["meaning"]


@pytest.mark.parametrize("case", cases("emptied", "eventGuard"), ids=str)
def test_many_clearings_of_a_batch_are_weighed(case: Any) -> None:
    assert emptied.guard_event(case["losing"]) == case["meaning"]


DELIVERIES = json.loads((REPOSITORY / "connector" / "roster" / "vectors" / "deliveries.json").read_text(encoding="utf-8"))

WRONG = {
    "body": 'the body must be a JSON object such as {"people": ["7"]}',
    "nobody": "the body names nobody: list ids under `people` or `departments`",
}


def wrong(place: str) -> str:
    """What the sender is told."""
    said = "text of 1 to 256 bytes or a whole number" if place.endswith("]") else "list of ids"
    return WRONG.get(place) or f"`{place}` must be a {said}"


@pytest.mark.parametrize("case", DELIVERIES["cases"], ids=lambda case: case["name"])
def test_a_delivery_names(case: Any) -> None:
    body = "".join(part if isinstance(part, str) else part["repeat"] * part["times"] for part in case["body"])
    try:
        _, keys = read_delivery(Delivery("POST", "", [], Body_Text(body)))
    except BadDelivery as error:
        assert str(error) == wrong(case.get("wrong", "nothing"))
    else:
        assert [f"{key.resource_type}:{key.external_id}" for key in keys] == case.get("named")
