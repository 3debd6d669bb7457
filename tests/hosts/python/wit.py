"""The contract's values in Python. wasmtime names the members of a record as WIT does, `external-id`; here they are read
and written as `external_id`.
"""

from __future__ import annotations

import json
from typing import Any

from wasmtime.component import Record, Variant


class Rec(Record):
    """A record of the contract."""

    def __init__(self, **members: Any) -> None:
        self.__dict__.update({name.replace("_", "-"): value for name, value in members.items()})

    def __getattr__(self, name: str) -> Any:
        # Only asked for what is not there by its own name.
        try:
            return self.__dict__[name.replace("_", "-")]
        except KeyError:
            raise AttributeError(name) from None


class Refused(Exception):
    """An answer of the contract that is an error: `diagnosis` says why."""

    def __init__(self, why: Rec) -> None:
        super().__init__(why.message)
        self.diagnosis = why


class BrokeContract(Exception):
    """The connector did what the contract does not allow: its call is ended."""


def lifted(value: Any) -> Any:
    """A value of the connector."""
    match value:
        case Record():
            record = Rec()
            record.__dict__.update({name: lifted(member) for name, member in value.__dict__.items()})
            return record
        case Variant():
            return Variant(value.tag, lifted(value.payload))
        case list():
            return [lifted(element) for element in value]
        case _:
            return value


def n_bytes(value: Any) -> int:
    """About how much memory a value takes on its way between connector and host."""
    match value:
        case str():
            return len(value.encode(errors="replace"))
        case bytes():
            return len(value)
        case list():
            return 16 * len(value) + sum(map(n_bytes, value))
        case Record():
            return sum(map(n_bytes, value.__dict__.values()))
        case Variant():
            return 8 + n_bytes(value.payload)
        case _:
            return 8


def plain(value: Any) -> Any:
    """The same as JSON has it."""
    match value:
        case Record():
            return {name.replace("-", "_"): plain(member) for name, member in value.__dict__.items()}
        case Variant():
            return {value.tag: plain(value.payload)}
        case list():
            return [plain(element) for element in value]
        case _:
            return value


def shown(diagnosis: Rec) -> dict[str, Any]:
    """A diagnosis for whoever reads the output: its facts by name."""
    said = plain(diagnosis)
    return {**said, "facts": {fact.name: fact.value for fact in diagnosis.facts}}


def diagnosis(code: str, message: str, remedy: str | None = None, setting: str | None = None, **facts: object) -> Rec:
    """What happened, in this host's words. They are English only: see the README."""
    listed = [Rec(name=name, value=str(value)) for name, value in facts.items()]
    return Rec(code=code, message=message, remedy=remedy, translations=[], facts=listed, setting=setting)


def failure(kind: str, why: Rec, retry_after_ms: int | None = None) -> Rec:
    """Why a call came to nothing."""
    return Rec(kind=kind, diagnosis=why, retry_after_ms=retry_after_ms)


def invalid(what: str) -> Rec:
    """The connector asks for something that the contract does not allow."""
    return diagnosis("request-invalid", f"the connector's request is invalid: {what}")


def at_most(n: int, most: int, things: str) -> None:
    """Refuse a call with too much in it."""
    if most < n:
        raise Refused(invalid(f"{n} {things} are more than the {most} of one call"))


def entry(severity: str, why: Rec, subject: tuple[str, str] | None = None, name: str | None = None) -> Rec:
    """A line of a run's log."""
    return Rec(severity=severity, subject=subject and key(*subject), subject_name=name, diagnosis=why)


def key(resource_type: str, external_id: str) -> Rec:
    """Which object is meant."""
    return Rec(resource_type=resource_type, external_id=external_id)


def id_of(of: Rec) -> tuple[str, str]:
    """The same as something that can be looked up by."""
    return of.resource_type, of.external_id


def compact(value: Any) -> str:
    """One line of JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
