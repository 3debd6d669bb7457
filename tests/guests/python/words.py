"""What a person and a program are told: diagnoses in English and in Chinese, failures, lines of a run's log.

Pure. The types are the contract's own, as componentize-py generates them from `wit/`.
"""

from __future__ import annotations

from typing import NoReturn

from componentize_py_types import Err
from wit_world.imports import history, model
from wit_world.imports.history import Severity
from wit_world.imports.model import Diagnosis, FailureKind, Key, NameValue, Translation

# A sentence, in English and in Chinese.
Text = tuple[str, str]

# Characters of a value that a message repeats at most: enough to find the cell, short enough for a line of a log.
MAX_QUOTED_CHARS = 60

# Bytes of an object's name in a log, and of the evidence of a removal, at most. Source: the contract's bounds.
MAX_SUBJECT_NAME_BYTES = 256
MAX_EVIDENCE_BYTES = 1024


# How characters are shown that nobody sees, or that end a quotation.
ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}


def diagnosis(
    code: str,
    message: Text,
    remedy: Text | None = None,
    setting: str | None = None,
    **facts: object,
) -> Diagnosis:
    """What happened. `setting` is a JSON pointer into the settings."""
    english, chinese = remedy or (None, None)
    return Diagnosis(
        code,
        message[0],
        english,
        [Translation("zh-CN", message[1], chinese)],
        [NameValue(name, str(value)) for name, value in facts.items()],
        setting,
    )


def chinese(of: Diagnosis) -> str:
    """The sentence in Chinese, or in English where there is none."""
    return next((said.message for said in of.translations if said.language == "zh-CN"), of.message)


def failure(kind: FailureKind, why: Diagnosis, retry_after_ms: int | None = None) -> Err:
    """What an export raises when it cannot go on. `retry_after_ms` is what the source asked for."""
    most_ms = 2**32 - 1
    return Err(model.Failure(kind, why, retry_after_ms and min(retry_after_ms, most_ms)))


def fail(kind: FailureKind, why: Diagnosis) -> NoReturn:
    """Raise it."""
    raise failure(kind, why)


def entry(severity: Severity, why: Diagnosis, key: Key | None = None, name: str | None = None) -> history.LogEntry:
    """A line of the run's log."""
    return history.LogEntry(severity, key, name and clipped(name, MAX_SUBJECT_NAME_BYTES), why)


def quoted(value: str) -> str:
    """A value as a message repeats it: quoted, and not too much of it."""
    shown = value if len(value) <= MAX_QUOTED_CHARS else f"{value[:MAX_QUOTED_CHARS]}…"
    return f'"{"".join(map(_visible, shown))}"'


def _visible(char: str) -> str:
    """A character as a person can see it."""
    return ESCAPES.get(char) or (char if char.isprintable() else f"\\u{{{ord(char):x}}}")


def counted(n: int, one: str, several: str) -> str:
    """So many of a thing: "1 person", "0 people"."""
    return f"1 {one}" if n == 1 else f"{n} {several}"


def clipped(text: str, max_bytes: int) -> str:
    """As much of a text as has so many bytes."""
    encoded = text.encode()
    if len(encoded) <= max_bytes:
        return text
    return encoded[: max_bytes - len("…".encode())].decode(errors="ignore") + "…"


def sort_key(key: Key) -> tuple[str, str]:
    """The order of keys: that of code points, which is that of the bytes of UTF-8."""
    return key.resource_type, key.external_id
