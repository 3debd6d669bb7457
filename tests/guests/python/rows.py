"""One row of a roster, whatever its format: cells in, a department or a person out, or what is wrong with it.

Pure. What rows say about each other is checked in `roster.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from wit_world.imports.history import LogEntry, Severity
from wit_world.imports.model import Diagnosis, Key
from words import Text, diagnosis, entry, quoted

# Bytes of an id at most. Source: the contract, `model.key.external-id`.
MAX_ID_BYTES = 256

# Bytes of any other value at most: a longer one is a quotation mark that was never closed.
MAX_VALUE_BYTES = 1024

# Departments of one person at most: with ids of the greatest length they still fit into a document of 256 KiB.
MAX_DEPARTMENTS = 500

# What Unicode calls white space. `str.strip` by itself would take control characters with it.
BLANKS = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"

CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class Kind:
    """What a file lists, and its columns, the required ones first."""

    member: str
    resource_type: str
    columns: tuple[str, ...]

    @property
    def required(self) -> tuple[str, ...]:
        """The columns that a CSV file must have."""
        return self.columns[:3]


DEPARTMENTS = Kind("departments", "Department", ("id", "name", "parent", "order"))
PEOPLE = Kind(
    "people",
    "User",
    ("id", "name", "departments", "email", "mobile", "title", "employee_number", "manager"),
)


@dataclass(frozen=True)
class File:
    """A file as messages name it: the last part of its path, and its address without the query, which may be a secret."""

    name: str
    address: str

    def diagnosis(self, code: str, message: Text, remedy: Text | None = None, **facts: object) -> Diagnosis:
        """About the file as a whole."""
        said = (f"{self.name}: {message[0]}", f"{self.name}：{message[1]}")
        return diagnosis(code, said, remedy, file=self.address, **facts)


@dataclass(frozen=True)
class Place:
    """Where a row is: the line on which it begins, from 1, and in a JSON roster its JSON pointer."""

    file: File
    line: int
    pointer: str | None = None

    def diagnosis(self, column: str | None, code: str, message: Text, remedy: Text | None = None) -> Diagnosis:
        """About this row, or about one column of it."""
        match self.pointer, column:
            case None, None:
                within = ("", "")
            case None, _:
                within = (f", column {column}", f" {column} 列")
            case _, None:
                within = (f", {self.pointer}", f" {self.pointer}")
            case _:
                within = (f", {self.pointer}/{column}", f" {self.pointer}/{column}")
        name, line = self.file.name, self.line
        said = (f"{name}, line {line}{within[0]}: {message[0]}", f"{name} 第 {line} 行{within[1]}：{message[1]}")
        facts = {"file": self.file.address, "line": line, "row": self.pointer, "column": column}
        return diagnosis(code, said, remedy, **{fact: value for fact, value in facts.items() if value is not None})

    @property
    def named(self) -> Text:
        """The line, for another row's message."""
        row = f", {self.pointer}" if self.pointer else ""
        return f"line {self.line}{row}", f"第 {self.line} 行{row.lstrip(',')}"


class Wrong:
    """A value that is neither a text, nor a whole number, nor a list of these."""


Cell = str | list[str] | Wrong


@dataclass
class Row:
    """One row as it stands in its file; `broken` says what is wrong with it as a whole."""

    place: Place
    cells: dict[str, Cell] = field(default_factory=dict)
    broken: Text | None = None


class Unclear:
    """A reference that is given up, so that the platform keeps what it holds there."""


UNCLEAR = Unclear()

# What a row says about another: its id, nothing, or nothing that is clear.
Reference = str | None | Unclear


@dataclass
class Department:
    """One department as its row says it."""

    place: Place
    id: str
    name: str
    parent: Reference
    order: int | None


@dataclass
class Person:
    """One person as their row says it. `departments` are sorted; none when they are not clear."""

    place: Place
    id: str
    name: str
    email: str | None
    mobile: str | None
    title: str | None
    employee_number: str | None
    departments: list[str] | None
    manager: Reference


@dataclass
class Rejected(Exception):
    """A row that cannot be imported: its id, if it has one, and everything that is wrong with it."""

    id: str | None
    entries: list[LogEntry]


def read_department(row: Row) -> Department:
    """Read a row. Raises `Rejected`."""
    cells = Cells(DEPARTMENTS, row)
    id, name = cells.required("id", MAX_ID_BYTES), cells.required("name")
    parent, order = cells.text("parent", MAX_ID_BYTES), cells.whole_number("order")
    cells.end(id, name)
    return Department(row.place, id or "", name or "", parent, order)


def read_person(row: Row) -> Person:
    """Read a row. Raises `Rejected`."""
    cells = Cells(PEOPLE, row)
    id, name = cells.required("id", MAX_ID_BYTES), cells.required("name")
    email = cells.checked("email", is_email, not_an_email)
    mobile = cells.checked("mobile", is_telephone, not_a_telephone)
    title, employee_number = cells.text("title"), cells.text("employee_number")
    departments, manager = cells.ids("departments"), cells.text("manager", MAX_ID_BYTES)
    cells.end(id, name)
    return Person(row.place, id or "", name or "", email, mobile, title, employee_number, departments, manager)


class Cells:
    """Reads the cells of a row one by one and gathers what is wrong."""

    def __init__(self, kind: Kind, row: Row) -> None:
        if row.broken is not None:
            broken = row.place.diagnosis(None, "row-broken", row.broken)
            raise Rejected(None, [entry(Severity.ERROR, broken)])
        self.kind, self.row = kind, row
        self.problems: list[Diagnosis] = []

    def end(self, id: str | None, name: str | None) -> None:
        """Raise everything that was wrong. A required value that is not there is a problem, too."""
        if self.problems:
            key = Key(self.kind.resource_type, id) if id is not None else None
            raise Rejected(id, [entry(Severity.ERROR, why, key, name if key else None) for why in self.problems])

    def required(self, column: str, max_bytes: int = MAX_VALUE_BYTES) -> str | None:
        n_before = len(self.problems)
        text = self.text(column, max_bytes)
        if text is None and len(self.problems) == n_before:
            self.problem(column, "value-missing", ("a value is required", "不能为空"))
        return text

    def text(self, column: str, max_bytes: int = MAX_VALUE_BYTES) -> str | None:
        cell = self.row.cells.get(column)
        if cell is None:
            return None
        if not isinstance(cell, str):
            self.problem(
                column, "value-not-a-text", ("the value must be a text or a whole number", "值必须是文本或整数")
            )
            return None
        return self.tidy(column, cell, max_bytes)

    def checked(
        self, column: str, is_right: Callable[[str], bool], why: Callable[[str], tuple[str, Text]]
    ) -> str | None:
        text = self.text(column)
        if text is not None and not is_right(text):
            self.problem(column, *why(text))
        return text

    def whole_number(self, column: str) -> int | None:
        text = self.text(column)
        if text is None:
            return None
        # As many digits as 64 bits have, so that every host and connector reads the same number.
        if re.fullmatch(r"[+-]?[0-9]+", text) and -(2**63) <= int(text) < 2**63:
            return int(text)
        shown = quoted(text)
        self.problem(column, "not-a-whole-number", (f"{shown} is not a whole number", f"{shown} 不是整数"))
        return None

    def ids(self, column: str) -> list[str] | None:
        cell = self.row.cells.get(column)
        if cell is None or isinstance(cell, Wrong):
            why = ("a list of department ids is required", "必须是部门 id 的列表")
            self.problem(column, "departments-missing", why)
            return None
        parts = cell.split(";") if isinstance(cell, str) else cell
        ids = {self.tidy(column, part, MAX_ID_BYTES) for part in parts} - {None}
        if MAX_DEPARTMENTS < len(ids):
            n, most = len(ids), MAX_DEPARTMENTS
            why = (f"{n} departments, at most {most}", f"{n} 个部门，最多 {most} 个")
            self.problem(column, "too-many-departments", why)
        return sorted(id for id in ids if id is not None)

    def tidy(self, column: str, text: str, max_bytes: int) -> str | None:
        """A value without the white space around it; none when nothing is left, or it is no value."""
        text = text.strip(BLANKS)
        n_bytes = len(text.encode())
        if max_bytes < n_bytes:
            english = f"the value has {n_bytes} bytes, at most {max_bytes} are allowed"
            self.problem(column, "value-not-valid", (english, f"值有 {n_bytes} 字节，最多 {max_bytes} 字节"))
            return None
        # Most often a quotation mark that was not closed on its line.
        if CONTROL_CHARACTER.search(text):
            shown = quoted(text)
            english = f"{shown} has a line break or another control character"
            self.problem(column, "value-not-valid", (english, f"{shown} 包含换行或其他控制字符"))
            return None
        return text or None

    def problem(self, column: str, code: str, why: Text) -> None:
        self.problems.append(self.row.place.diagnosis(column, code, why))


def is_email(text: str) -> bool:
    name, _, domain = text.rpartition("@")
    return bool(name and domain) and not any(char in BLANKS for char in text)


def is_telephone(text: str) -> bool:
    """Digits, with the signs that people put between them."""
    return bool(re.fullmatch(r"\+?[0-9 ()-]*", text)) and 3 <= sum(char in "0123456789" for char in text)


def not_an_email(text: str) -> tuple[str, Text]:
    shown = quoted(text)
    return "not-an-email-address", (f"{shown} is not an e-mail address", f"{shown} 不是邮箱地址")


def not_a_telephone(text: str) -> tuple[str, Text]:
    shown = quoted(text)
    english = f"{shown} is not a telephone number; if a spreadsheet rounded it, format the column as text"
    chinese = f"{shown} 不是电话号码；如果是表格软件改写了数字，请把该列设为文本格式后重新导出"
    return "not-a-telephone-number", (english, chinese)
