"""Sealed secrets: used by a connector without being seen by it. It holds a token; the secret takes its place in a request,
and the token that of the secret in a response.

Pure, and equal to `wit/vectors/sealed.json`.
"""

from __future__ import annotations

import base64
import copy
import re
import secrets
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from documents import canonical

PREFIX, LETTERS, ALPHABET = "sealed-", 26, string.ascii_lowercase + "234567"

# Bytes of the shortest secret that is looked for in a response, and letters of base64 within a longer text: fewer stand in
# some response by chance.
MIN_SCRUBBED_BYTES, MIN_BASE64_LETTERS = 4, 8

UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060\ufeff]")


class Misuse(Exception):
    """A request with a token must not leave; `code` is that of the fault."""

    def __init__(self, code: str, setting: str) -> None:
        super().__init__(f"the secret {setting} stands where none is put, or must not go there ({code})")
        self.code, self.setting = code, setting


@dataclass(frozen=True, repr=False)
class Seal:
    """One secret, the token that stands for it, and where it may go."""

    setting: str
    token: str
    secret: str
    origins: frozenset[str] = frozenset()


@dataclass
class Outgoing:
    """A request on its way out."""

    method: str
    url: str
    headers: list[tuple[str, str]]
    body: str | bytes


def new_token() -> str:
    """A token that nobody can guess."""
    return PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))


# Settings.


def _walk(schema: Any, value: Any, pointer: str = "") -> Iterator[tuple[Any, Any, str]]:
    yield schema, value, pointer
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        for name in sorted(value.keys() & properties.keys()):
            yield from _walk(properties[name], value[name], f"{pointer}/{_escaped(name)}")
    elif isinstance(value, list) and isinstance(schema.get("items"), dict):
        for index, item in enumerate(value):
            yield from _walk(schema["items"], item, f"{pointer}/{index}")


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _is_sealed(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get("writeOnly") is True and schema.get("x-sealed") is True


def _is_nothing(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def seal(schema: Any, settings: Any) -> tuple[Any, list[Seal]]:
    """The settings with a new token in place of every sealed one that is given."""
    settings = copy.deepcopy(settings)
    given = [place for place in _walk(schema, settings) if _is_sealed(place[0]) and not _is_nothing(place[1])]
    seals = []
    for _, value, pointer in given:
        token = new_token()
        *above, last = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
        parent = settings
        for step in above:
            parent = parent[int(step)] if isinstance(parent, list) else parent[step]
        parent[int(last) if isinstance(parent, list) else last] = token
        # What is no text never becomes a secret, and is not shown either.
        if isinstance(value, str):
            seals.append(Seal(pointer, token, value))
    return settings, seals


def unfit(schema: Any, settings: Any) -> list[tuple[str, str]]:
    """Everything that is wrong with the sealed settings: where, and the code."""
    found = []
    for place, value, pointer in _walk(schema, settings):
        if _is_sealed(place) and not _is_nothing(value):
            found += [(pointer, code) for code in _unfit(place, value)]
        if isinstance(value, dict):
            properties = place.get("properties", {})
            for name in place.get("required", []):
                if _is_sealed(properties.get(name)) and _is_nothing(value.get(name)):
                    found.append((f"{pointer}/{_escaped(name)}", "secret-empty"))
    return found


def _unfit(schema: Any, value: Any) -> list[str]:
    if not isinstance(value, str):
        return ["secret-not-a-text"]
    has_blanks = schema.get("pattern") == r"^\S+$" and re.search(r"\s", value)
    if value.strip() != value or UNSEEN.search(value) or has_blanks:
        return ["secret-has-blanks"]
    return ["secret-too-long"] if schema.get("maxLength", len(value)) < len(value) else []


def secrets_of(schema: Any, settings: Any) -> list[str]:
    """Every text that the schema calls write-only, to be kept out of what is stored and said."""
    texts = [value for place, value, _ in _walk(schema, settings) if place.get("writeOnly") is True]
    return sorted((text for text in texts if isinstance(text, str) and len(text) >= 4), key=len, reverse=True)


# A request.


def fill(seals: list[Seal], request: Outgoing, origin: str) -> Outgoing:
    """The request with the secrets in place of their tokens. Raises `Misuse`: nothing of it may be sent then."""
    if not seals:
        return request
    filler = _Filler(seals, origin)
    filler.none_in(request.method)
    address, hash, fragment = request.url.partition("#")
    filler.none_in(fragment)
    address, question, query = address.partition("?")
    filler.none_in(address)
    url = address + question + filler.replaced(query, lambda secret: quote(secret, safe="-._~")) + hash + fragment
    body = filler.body(request.headers, request.body)
    headers = [filler.header(name, value) for name, value in request.headers]
    return Outgoing(request.method, url, headers, body)


class _Filler:
    def __init__(self, seals: list[Seal], origin: str) -> None:
        self.seals, self.origin = seals, origin

    def find(self, text: str) -> Iterator[tuple[int, Seal]]:
        for begin in re.finditer(PREFIX, text):
            found = next((seal for seal in self.seals if text.startswith(seal.token, begin.start())), None)
            if found is not None:
                yield begin.start(), found

    def none_in(self, text: str) -> None:
        for _, seal in self.find(text):
            raise Misuse("secret-misplaced", seal.setting)

    def replaced(self, text: str, write: Callable[[str], str]) -> str:
        parts, done = [], 0
        for place, seal in self.find(text):
            if self.origin not in seal.origins:
                raise Misuse("secret-not-for-origin", seal.setting)
            parts += [text[done:place], write(seal.secret)]
            done = place + len(seal.token)
        return "".join([*parts, text[done:]])

    def header(self, name: str, value: str) -> tuple[str, str]:
        self.none_in(name)
        for _, seal in self.find(value):
            is_fit = seal.secret.strip() == seal.secret and all(" " <= char <= "~" for char in seal.secret)
            if self.origin in seal.origins and not is_fit:
                raise Misuse("secret-not-for-header", seal.setting)
        return name, self.replaced(value, lambda secret: secret)

    def body(self, headers: list[tuple[str, str]], body: str | bytes) -> str | bytes:
        if isinstance(body, bytes):
            self.none_in(body.decode(errors="replace"))
            return body
        types = [value for name, value in headers if name.lower() == "content-type"]
        if 1 < len(types):
            self.none_in(body)
            return body
        if types and types[0].partition(";")[0].strip().lower() == "application/x-www-form-urlencoded":
            return self.replaced(body, lambda secret: quote(secret, safe="-._~"))
        quoted = _quoted(body)
        for place, seal in self.find(body):
            if place not in quoted:
                raise Misuse("secret-misplaced", seal.setting)
        return self.replaced(body, lambda secret: canonical(secret)[1:-1])


def _quoted(text: str) -> set[int]:
    """The places within double quotes where a token may begin: not behind a backslash."""
    places: set[int] = set()
    for span in re.finditer(r'"((?:[^"\\]|\\.)*)"', text, re.DOTALL):
        within = re.finditer(r"\\.|" + PREFIX, span[1], re.DOTALL)
        places.update(span.start(1) + found.start() for found in within if not found[0].startswith("\\"))
    return places


# A response.


class Scrubber:
    """Puts tokens in place of the secrets in whatever form a server repeats them: as it is, percent-encoded, escaped as in
    JSON, these mixed, or in base64, by itself or within more."""

    def __init__(self, seals: list[Seal]) -> None:
        forms = {
            (form, seal.token)
            for seal in seals
            if MIN_SCRUBBED_BYTES <= len(seal.secret.encode())
            for form in _forms(seal.secret)
        }
        # The longest first, in case one contains another.
        self.patterns = [
            (re.compile(b"".join(_pattern(char) for char in form), re.DOTALL), token.encode())
            for form, token in sorted(forms, key=lambda pair: (-len(pair[0]), pair))
        ]

    def scrub(self, body: bytes) -> bytes:
        """The bytes of a response without any secret."""
        parts, place = [], 0
        while True:
            found = [
                (match.start(), number, match, token)
                for number, (pattern, token) in enumerate(self.patterns)
                if (match := pattern.search(body, place))
            ]
            if not found:
                return b"".join([*parts, body[place:]])
            _, _, match, token = min(found, key=lambda one: one[:2])
            parts += [body[place : match.start()], token]
            place = match.end()


def _forms(secret: str) -> set[str]:
    encoded = secret.encode()
    within = [_base64_within(encoded, n_before) for n_before in range(3)]
    letters = [form for form in within if MIN_BASE64_LETTERS <= len(form)]
    letters.append(base64.b64encode(encoded).decode().rstrip("="))
    return {secret, *letters, *(form.replace("+", "-").replace("/", "_") for form in letters)}


def _base64_within(encoded: bytes, n_before: int) -> str:
    """The letters that these bytes alone decide when so many stand before them in a group of three."""
    shifted = bytes(n_before) + encoded
    return base64.b64encode(shifted).decode()[-(-n_before * 8 // 6) : len(shifted) * 8 // 6]


_SHORT_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t"}


def _pattern(char: str) -> bytes:
    """A character in any of its forms."""
    utf8 = char.encode()
    units = char.encode("utf-16-be").hex()
    escape = "".join(rf"\\u(?i:{units[n : n + 4]})" for n in range(0, len(units), 4))
    percent = "".join(rf"%(?i:{byte:02x})" for byte in utf8)
    forms = [escape.encode(), percent.encode(), re.escape(utf8)]
    if char in _SHORT_ESCAPES:
        forms.insert(0, rb"\\" + re.escape(_SHORT_ESCAPES[char].encode()))
    if char == " ":
        forms.append(rb"\+")
    return b"(?:" + b"|".join(forms) + b")"
