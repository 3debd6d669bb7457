"""Who stands behind a key: the same person under a new id, or somebody else to whom the source gave the key.

Pure, and equal to `wit/vectors/identity.json`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

CORE = ("urn:ietf:params:scim:schemas:core:2.0:User", "urn:rollcall:scim:schemas:2.0:Department")
ENTERPRISE_USER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

_NAME = r"[A-Za-z][A-Za-z0-9_-]*"


@dataclass(frozen=True)
class Notation:
    """An attribute in SCIM's notation (RFC 7644, section 3.10): `urn:example:2.0:User:unionId`, `name.formatted`."""

    schema: str | None
    path: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Notation:
        """Raises `ValueError` for what is none."""
        parts = re.fullmatch(rf"(?:(urn:[!-9;-~]+(?::[!-9;-~]+)+):)?({_NAME})(?:\.({_NAME}))?", text)
        if parts is None:
            raise ValueError(f"{text!r} is no SCIM attribute")
        # A core schema may be named, and its attributes stand at the top all the same.
        schema = None if parts[1] in CORE else parts[1]
        return cls(schema, (parts[2],) if parts[3] is None else (parts[2], parts[3]))

    def read(self, document: Any) -> str | None:
        """What the document says there; none where it says nothing."""
        value = document
        for name in (*((self.schema,) if self.schema else ()), *self.path):
            value = value.get(name) if isinstance(value, dict) else None
        return known(value)


@dataclass(frozen=True)
class Identity:
    """`unknown`, `same`, `same-person` or `somebody-else`; how it changed, and what stayed."""

    kind: str
    before: str | None = None
    after: str | None = None
    by: str | None = None


def verdict(held: Any, incoming: Any, attribute: Notation) -> Identity:
    """Who stands behind a key, by what the platform holds and what came."""
    before, after = attribute.read(held), attribute.read(incoming)
    if before is None or after is None:
        return Identity("unknown")
    if before == after:
        return Identity("same")
    by = _stayed(held, incoming)
    return Identity("somebody-else", before, after) if by is None else Identity("same-person", before, after, by)


def _stayed(held: Any, incoming: Any) -> str | None:
    is_known = False
    for name, read in (("mobile", _mobiles), ("email", _emails), ("employee-number", _employee_number)):
        before, after = set(read(held)), set(read(incoming))
        if before & after:
            return name
        is_known = is_known or bool(before and after)
    before, after = set(_name(held)), set(_name(incoming))
    return "name" if not is_known and before & after else None


def known(value: Any) -> str | None:
    """What a value says, without the blanks around it."""
    if isinstance(value, str):
        return value.strip() or None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else None


def _elements(document: Any, name: str) -> Iterator[dict[str, Any]]:
    elements = document.get(name) if isinstance(document, dict) else None
    yield from (one for one in (elements if isinstance(elements, list) else []) if isinstance(one, dict))


def _mobiles(document: Any) -> Iterator[str]:
    for element in _elements(document, "phoneNumbers"):
        number = known(element.get("value"))
        if number is None or str(element.get("type")).lower() != "mobile":
            continue
        number = number.removeprefix("tel:").lstrip()
        digits = "".join(re.findall("[0-9]", number))
        # `00` is another way to write the plus sign.
        is_international = number.startswith("+") or digits.startswith("00")
        digits = digits[2:] if digits.startswith("00") else digits
        if digits:
            yield ("+" if is_international else "") + digits


def _emails(document: Any) -> Iterator[str]:
    values = (known(element.get("value")) for element in _elements(document, "emails"))
    yield from (address.lower() for address in values if address)


def _employee_number(document: Any) -> Iterator[str]:
    extension = document.get(ENTERPRISE_USER) if isinstance(document, dict) else None
    number = known(extension.get("employeeNumber")) if isinstance(extension, dict) else None
    if number:
        yield number.lower()


def _name(document: Any) -> Iterator[str]:
    if not isinstance(document, dict):
        return
    name = document.get("name")
    formatted = name.get("formatted") if isinstance(name, dict) else None
    shown = known(document.get("displayName")) or known(formatted)
    if shown:
        yield " ".join(shown.lower().split())
