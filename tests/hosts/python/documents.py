"""What a document must be, what becomes of it when it is merged, its one text, and counters that add up.

Pure, and equal to the vectors in `wit/vectors`.
"""

from __future__ import annotations

import json
import re
from typing import Any

import bounds

TYPED = ("emails", "phoneNumbers", "photos")


class Violation(ValueError):
    """A rule that a document breaks, and where: a JSON pointer."""

    def __init__(self, rule: str, pointer: str = "") -> None:
        super().__init__(f"its document breaks the rule {rule!r}" + (f" at {pointer}" if pointer else ""))
        self.rule, self.pointer = rule, pointer


# A bracket, or a text with whatever is in it, whole or cut off.
_NESTING = re.compile(rb'[\[\]{}]|"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)


def is_too_deep(body: bytes) -> bool:
    """Whether a response begins as JSON does and is nested so deep that a connector might not survive reading it."""
    body = body.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\f")
    if not body.startswith((b"[", b"{")):
        return False
    depth = 0
    for found in _NESTING.finditer(body):
        match found.group():
            case b"[" | b"{":
                depth += 1
            case b"]" | b"}":
                depth = max(0, depth - 1)
        if bounds.RESPONSE_DEPTH < depth:
            return True
    return False


def read(text: str, external_id: str) -> dict[str, Any]:
    """Read what a connector gives for the object with this id. Raises the first rule that it breaks."""
    try:
        n_bytes = len(text.encode())
    except UnicodeEncodeError as error:
        raise Violation("json") from error
    if bounds.DOCUMENT_BYTES < n_bytes:
        raise Violation("size")
    # Before Python's parser, which calls itself for each bracket.
    is_deep = bounds.DOCUMENT_DEPTH < _depth(text)
    try:
        document = None if is_deep and 100 < _depth(text) else _decoder.decode(text)
    except (ValueError, RecursionError) as error:
        raise Violation("depth" if is_deep else "json") from error
    if is_deep and document is None:
        raise Violation("depth")
    if not isinstance(document, dict):
        raise Violation("object")
    _check(document, "", 0)
    if document.get("externalId") != external_id or not isinstance(document.get("externalId"), str):
        raise Violation("external-id", "/externalId")
    return document


def check_held(document: dict[str, Any]) -> None:
    """What the platform holds names its schemas, be it by what came or by what was there."""
    schemas = document.get("schemas")
    is_list = isinstance(schemas, list) and schemas
    if not is_list or not all(isinstance(schema, str) and schema for schema in schemas):
        raise Violation("schemas", "/schemas")


class _Fraction:
    """A number that is no whole one: with a fraction, an exponent, or a minus before zero."""


def _number(text: str) -> int | _Fraction:
    return _Fraction() if text == "-0" or 20 < len(text) else int(text)


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")


_decoder = json.JSONDecoder(parse_float=lambda _: _Fraction(), parse_int=_number, parse_constant=_no_constant)


def _depth(text: str) -> int:
    depth = deepest = 0
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"?|[\[{]|[\]}]', text, re.DOTALL):
        if token[0] in ("[", "{"):
            depth += 1
            deepest = max(deepest, depth)
        elif token[0] in ("]", "}"):
            depth -= 1
    return deepest


def _check(value: Any, pointer: str, depth: int) -> None:
    match value:
        case list() | dict() if bounds.DOCUMENT_DEPTH <= depth:
            raise Violation("depth", pointer)
        case _Fraction():
            raise Violation("number", pointer)
        case bool() | None:
            pass
        case int() if bounds.NUMBER < abs(value):
            raise Violation("number", pointer)
        case str() if "\0" in value:
            raise Violation("null-character", pointer)
        case str() if any("\ud800" <= char <= "\udfff" for char in value):
            raise Violation("json")
        case list():
            for index, element in enumerate(value):
                _check(element, f"{pointer}/{index}", depth + 1)
        case dict():
            for name, member in value.items():
                if "\0" in name:
                    raise Violation("null-character", pointer)
                _check(name, pointer, depth)
                _check(member, f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}", depth + 1)


def merge(held: dict[str, Any] | None, incoming: dict[str, Any]) -> dict[str, Any]:
    """What the platform holds after `incoming` was merged into `held` (RFC 7396, and typed attributes by their `type`)."""
    merged = dict(held or {})
    for name, value in incoming.items():
        if name in TYPED and isinstance(value, list):
            value = _merge_typed(merged.get(name), value)
        else:
            value = _merge_value(merged.get(name), value)
        _put(merged, name, value)
    return merged


def _merge_value(held: Any, incoming: Any) -> Any:
    if not isinstance(incoming, dict):
        return incoming
    merged = dict(held) if isinstance(held, dict) else {}
    for name, value in incoming.items():
        _put(merged, name, _merge_value(merged.get(name), value))
    # An object left without members is removed.
    return merged or None


def _put(members: dict[str, Any], name: str, value: Any) -> None:
    if value is None:
        members.pop(name, None)
    else:
        members[name] = value


def _merge_typed(held: Any, incoming: list[Any]) -> list[Any] | None:
    new = {_type(element): element for element in incoming}
    # Of several of one type the last counts, in its own place.
    order = sorted(new, key=lambda type: max(n for n, element in enumerate(incoming) if _type(element) == type))
    merged, taken = [], set()
    for element in held if isinstance(held, list) else []:
        type = _type(element)
        if type not in new:
            merged.append(element)
        elif type not in taken:
            taken.add(type)
            merged.append(new[type])
    merged += [new[type] for type in order if type not in taken]
    merged = [one for one in merged if not (isinstance(one, dict) and "value" in one and one["value"] is None)]
    return merged or None


def _type(element: Any) -> str | None:
    return canonical(element["type"]) if isinstance(element, dict) and "type" in element else None


def canonical(document: Any) -> str:
    """The one text of a document: names in the order of their bytes, no white space."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def accounted(counters: dict[str, int]) -> int:
    """What the parts come to: `read` when they add up."""
    return sum(counters[part] for part in ("created", "updated", "unchanged", "skipped", "rejected"))


def departments_of(document: dict[str, Any]) -> set[str]:
    """Where an object hangs: the departments of a person, the one above a department."""
    extension = document.get("urn:rollcall:scim:schemas:extension:2.0:User")
    listed = extension.get("departments") if isinstance(extension, dict) else None
    references = [*(listed if isinstance(listed, list) else []), document.get("parent")]
    return {one["value"] for one in references if isinstance(one, dict) and isinstance(one.get("value"), str)}
