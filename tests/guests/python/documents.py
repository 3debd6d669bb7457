"""What a connector says about one object, and the version that tells whether it differs from what the platform holds.

Pure. A source may leave an attribute out because it is empty or because it is hidden. Such attributes are *optional*: a
draft has them or lacks them, and only the reading decides whether lacking one clears it (`kit.py`).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from emptied import Gate, shows_gate
from wit_world.imports.model import Key

Document = dict[str, Any]


@dataclass(frozen=True)
class Optional:
    """An attribute that the source may leave out."""

    # What a person calls it.
    name: str
    # The names that lead to it; of an element of `emails` or `phoneNumbers`, the attribute.
    path: tuple[str, ...]
    gate: Gate
    # The `type` of the element, where it is one.
    type: str | None = None


@dataclass(frozen=True)
class Reference:
    """A member that names other objects of the source, as `{"value": id}` or a list of these."""

    name: str
    path: tuple[str, ...]
    to: str


@dataclass(frozen=True)
class Schema:
    """One resource type. Only ever append to `optional`: versions name an attribute by its place in it."""

    resource_type: str
    optional: tuple[Optional, ...]
    references: tuple[Reference, ...]


@dataclass
class Draft:
    """What the source says about one object."""

    schema: Schema
    key: Key
    name: str
    document: Document
    # Permissions that the answer shows by something that is no attribute.
    shown: frozenset[str] = frozenset()
    # Optional attributes of which this draft says nothing, not even that they are empty.
    untold: int = 0
    # Sets of optional attributes, as bits: those with a value, and those left out.
    given: int = field(init=False)
    lacking: int = field(init=False)
    # Those that the document says to have no value.
    unassigned: int = field(init=False)

    def __post_init__(self) -> None:
        self.document = without_null_characters(self.document)
        said = [said_of(self.document, optional) for optional in self.schema.optional]
        self.given = sum(1 << index for index, word in enumerate(said) if word is True)
        missing = sum(1 << index for index, word in enumerate(said) if word is None)
        self.lacking = missing & ~self.untold
        self.unassigned = sum(1 << index for index, word in enumerate(said) if word is False)

    def retold(self, document: Document) -> Draft:
        """The same with a document that says less: what was taken out is not told."""
        retold = Draft(self.schema, self.key, self.name, document, self.shown)
        untold = self.untold | (retold.lacking & ~self.lacking)
        return Draft(self.schema, self.key, self.name, document, self.shown, untold)

    def visible(self) -> int:
        """The optional attributes that the answer would show if they had a value."""
        gates = {optional.name: optional.gate for optional in self.schema.optional}
        places = {optional.name: index for index, optional in enumerate(self.schema.optional)}

        def has_value(name: str) -> bool:
            return bool(self.given >> places[name] & 1)

        def is_visible(optional: Optional) -> bool:
            return optional.gate.permission in self.shown or shows_gate(gates, optional.name, has_value)

        return sum(1 << index for index, one in enumerate(self.schema.optional) if is_visible(one))


@dataclass(frozen=True)
class Version:
    """What the platform was told last: a digest of the document, and the optional attributes that it holds from here."""

    digest: str
    given: int

    @classmethod
    def of(cls, text: str, given: int) -> Version:
        """The version of a canonical document."""
        return cls(hashlib.blake2b(text.encode(), digest_size=16).hexdigest(), given)

    @classmethod
    def parse(cls, text: str) -> Version | None:
        """Read what a host returned; none for a text that this connector never wrote."""
        digest, _, mask = text.partition(".")
        try:
            int(digest, 16)
            return cls(digest, int(mask, 16)) if len(digest) == 32 else None
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.digest}.{self.given:x}"


def canonical(document: object) -> str:
    """The one text of a document: names in the order of their bytes, no white space."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def without_null_characters(value: Any) -> Any:
    """The same with U+FFFD for U+0000, which no document may hold."""
    match value:
        case str():
            return value.replace("\0", "\N{REPLACEMENT CHARACTER}")
        case list():
            return [without_null_characters(element) for element in value]
        case dict():
            return {without_null_characters(name): without_null_characters(one) for name, one in value.items()}
        case _:
            return value


def said_of(document: Document, optional: Optional) -> bool | None:
    """What a document says of an optional attribute: a value, that there is none (false), or nothing."""
    value: Any = document
    for name in optional.path:
        if name not in value:
            return None
        value = value[name]
        if not isinstance(value, dict):
            break
    if optional.type is not None and isinstance(value, list):
        value = [element.get("value") for element in value if element.get("type") == optional.type]
        if not value:
            return None
        # Of several of one type the last counts, as in a merge.
        value = value[-1]
    return value not in (None, "", [], {})


def unassigning(schema: Schema, cleared: int) -> Document:
    """A document that says nothing but that these attributes have no value."""
    document: Document = {}
    for index, optional in enumerate(schema.optional):
        if not cleared >> index & 1:
            continue
        if optional.type is not None:
            document.setdefault(optional.path[0], []).append({"type": optional.type, "value": None})
            continue
        *outer, last = optional.path
        inner = document
        for name in outer:
            inner = inner.setdefault(name, {})
        inner[last] = None
    return document


def references_of(draft: Draft) -> list[tuple[Reference, Key]]:
    """What an object names: the member, and the object."""
    return [
        (reference, Key(reference.to, one["value"]))
        for reference in draft.schema.references
        for one in elements_at(draft.document, reference.path)
    ]


def elements_at(document: Document, path: tuple[str, ...]) -> list[Document]:
    """The references that stand there, one or several."""
    value: Any = document
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    elements = value if isinstance(value, list) else [value]
    return [one for one in elements if isinstance(one, dict) and isinstance(one.get("value"), str)]


def without_gone(document: Document, path: tuple[str, ...], gone: set[str]) -> Document:
    """The same without what is gone: a list without these elements, else `null`."""
    name, *rest = path
    value = document.get(name)
    if rest:
        return {**document, name: without_gone(value, tuple(rest), gone)} if isinstance(value, dict) else document
    if isinstance(value, list):
        return {**document, name: [one for one in value if one.get("value") not in gone]}
    is_gone = isinstance(value, dict) and value.get("value") in gone
    return {**document, name: None} if is_gone else document


def without_member(document: Document, path: tuple[str, ...]) -> Document:
    """The same saying nothing there. An extension with nothing else in it goes too: empty, it would unassign all of it."""
    name, *rest = path
    inner = document.get(name)
    if rest and isinstance(inner, dict):
        inner = without_member(inner, tuple(rest))
        if inner:
            return {**document, name: inner}
    return {other: value for other, value in document.items() if other != name}
