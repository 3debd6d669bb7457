"""A whole roster: every row that can be imported, departments with parents first, and everything that is wrong with the rest.

Pure. A reference to a row that is wrong is given up, so that the platform keeps what it holds there. One to what is not
listed stays: `kit.py` asks about it, and takes out what is gone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from files import Table
from rows import (
    DEPARTMENTS,
    PEOPLE,
    UNCLEAR,
    Department,
    Kind,
    Person,
    Reference,
    Rejected,
    Row,
    read_department,
    read_person,
)
from wit_world.imports.history import LogEntry, Severity
from wit_world.imports.model import Key
from words import entry, quoted

Item = Department | Person

T = TypeVar("T", Department, Person)


@dataclass
class Ids:
    """The ids of one list: those that will be imported, and those whose rows have errors, which were reported there."""

    good: set[str]
    rejected: set[str]


@dataclass
class Roster:
    """What was read. `dangling` says where references stand to what is not listed."""

    departments: list[Department]
    people: list[Person]
    entries: list[LogEntry]
    dangling: list[LogEntry]

    @property
    def n_errors(self) -> int:
        """How much was not understood. A roster with an error is not whole."""
        return sum(one.severity == Severity.ERROR for one in self.entries)

    @property
    def columns(self) -> frozenset[str]:
        """The columns of a whole roster in which anybody has a value: where somebody has none there, it is empty."""
        if self.n_errors:
            return frozenset()
        names = ("email", "mobile", "title", "employee_number")
        filled = {name for name in names if any(getattr(person, name) is not None for person in self.people)}
        if any(isinstance(person.manager, str) for person in self.people):
            filled.add("manager")
        if any(department.order is not None for department in self.departments):
            filled.add("order")
        return frozenset(filled)


def read(departments: Table, people: Table) -> Roster:
    """Read every row, then check what they say about each other."""
    entries = [*_unknown_columns(DEPARTMENTS, departments), *_unknown_columns(PEOPLE, people), *_nobody(people)]
    found_departments, department_ids = _read_rows(DEPARTMENTS, departments.rows, read_department, entries)
    found_people, person_ids = _read_rows(PEOPLE, people.rows, read_person, entries)
    if not departments.rows and any(person.departments for person in found_people):
        entries.append(_no_departments(departments))
    for person in found_people:
        # A list with a hole would take the person out of the department that is missing from it.
        if person.departments is not None and not department_ids.rejected.isdisjoint(person.departments):
            person.departments = None
        person.manager = _unless_rejected(person.manager, person_ids)
    for department in found_departments:
        department.parent = _unless_rejected(department.parent, department_ids)
    cycles = _on_cycles(found_departments)
    for department in found_departments:
        if department.id in cycles:
            entries.append(_cycle(department))
            department.parent = UNCLEAR
    found_departments = _parents_first(found_departments, department_ids)
    dangling = [*_dangling_parents(found_departments, department_ids)]
    dangling += _dangling_people(found_people, department_ids, person_ids)
    return Roster(found_departments, found_people, entries, dangling)


def _read_rows(
    kind: Kind, rows: Iterable[Row], read_one: Callable[[Row], T], entries: list[LogEntry]
) -> tuple[list[T], Ids]:
    items: list[T] = []
    rejected: set[str] = set()
    for row in rows:
        try:
            items.append(read_one(row))
        except Rejected as why:
            entries += why.entries
            if why.id is not None:
                rejected.add(why.id)
    rejected |= _duplicates(kind, items, entries)
    good = [item for item in items if item.id not in rejected]
    return good, Ids({item.id for item in good}, rejected)


def _duplicates(kind: Kind, items: Iterable[Item], entries: list[LogEntry]) -> set[str]:
    """Ids that stand on several rows. Nobody can say which row is right, so none of them is imported."""
    first: dict[str, Item] = {}
    duplicates = set()
    for item in items:
        there = first.setdefault(item.id, item)
        if there is item:
            continue
        duplicates.add(item.id)
        id, (line, line_in_chinese) = quoted(item.id), there.place.named
        why = (
            f"id {id} stands on {line} already; none of its rows is imported",
            f"id {id} 已出现在{line_in_chinese}；这些行都不会导入",
        )
        remedy = ("give each department one row", "每个部门只保留一行")
        if kind is PEOPLE:
            remedy = (
                "give each person one row, with all departments in it",
                "每个人只保留一行，并在该行列出其所有部门",
            )
        said = item.place.diagnosis("id", "id-not-unique", why, remedy)
        entries.append(entry(Severity.ERROR, said, Key(kind.resource_type, item.id), item.name))
    return duplicates


def _unknown_columns(kind: Kind, table: Table) -> Iterator[LogEntry]:
    if not table.unknown_columns:
        return
    names = [quoted(name) for name in sorted(table.unknown_columns)]
    why = table.file.diagnosis(
        "unknown-columns",
        (
            f"columns that are not known were left out: {', '.join(names)}",
            f"以下列无法识别，已忽略：{'、'.join(names)}",
        ),
        (f"the columns are {', '.join(kind.columns)}", f"可用的列：{'、'.join(kind.columns)}"),
    )
    yield entry(Severity.WARNING, why)


def _no_departments(departments: Table) -> LogEntry:
    """A list without anything is likelier an export that went wrong, where people name some."""
    why = departments.file.diagnosis(
        "no-departments",
        ("no departments are listed, and people name some", "没有列出任何部门，但人员引用了部门"),
        (
            "check the export; if there are no departments, take them from the people, too",
            "请检查导出结果；如果确实没有部门，请同时清空人员的部门",
        ),
    )
    return entry(Severity.ERROR, why)


def _nobody(people: Table) -> Iterator[LogEntry]:
    """A list without anyone is likelier an export that went wrong than a company that everybody left."""
    if people.rows:
        return
    why = people.file.diagnosis(
        "no-people",
        ("no people are listed", "没有列出任何人员"),
        (
            "check the export; a roster without people is not imported as one",
            "请检查导出结果；空的人员列表不会被当作真实情况导入",
        ),
    )
    yield entry(Severity.ERROR, why)


def _unless_rejected(reference: Reference, ids: Ids) -> Reference:
    """The row that is wrong has an entry of its own."""
    return UNCLEAR if isinstance(reference, str) and reference in ids.rejected else reference


def _on_cycles(departments: Iterable[Department]) -> set[str]:
    """Departments that are their own ancestors. Each is passed by one walk only, so a deep tree costs no more than a flat one."""
    parents = {one.id: one.parent for one in departments if isinstance(one.parent, str)}
    passed_by: dict[str, str] = {}
    cycles: set[str] = set()
    for start in parents:
        path: list[str] = []
        at: str | None = start
        while at is not None and at not in passed_by:
            passed_by[at] = start
            path.append(at)
            at = parents.get(at)
        if at is not None and passed_by[at] == start:
            cycles.update(path[path.index(at) :])
    return cycles


def _parents_first(departments: Iterable[Department], ids: Ids) -> list[Department]:
    """Siblings stay in the order of their rows."""
    children: dict[str, list[Department]] = {}
    queue: deque[Department] = deque()
    for department in departments:
        if isinstance(department.parent, str) and department.parent in ids.good:
            children.setdefault(department.parent, []).append(department)
        else:
            queue.append(department)
    ordered = []
    while queue:
        department = queue.popleft()
        queue.extend(children.pop(department.id, []))
        ordered.append(department)
    return ordered


def _dangling_parents(departments: Iterable[Department], ids: Ids) -> Iterator[LogEntry]:
    for department in departments:
        if isinstance(department.parent, str) and department.parent not in ids.good:
            yield _not_listed(DEPARTMENTS, "parent", department, department.parent)


def _dangling_people(people: Iterable[Person], departments: Ids, ids: Ids) -> Iterator[LogEntry]:
    for person in people:
        for id in person.departments or []:
            if id not in departments.good:
                yield _not_listed(PEOPLE, "departments", person, id)
        if isinstance(person.manager, str) and person.manager not in ids.good:
            yield _not_listed(PEOPLE, "manager", person, person.manager)


def _not_listed(kind: Kind, column: str, item: Item, id: str) -> LogEntry:
    shown = quoted(id)
    why = item.place.diagnosis(
        column,
        "reference-unknown",
        (f"{shown} is not in the roster", f"花名册中没有 {shown}"),
        (
            "add what is missing or correct the id; until then the row is imported without the reference",
            "请补全缺失的行或更正 id；在此之前导入该行时去掉这一引用",
        ),
    )
    return entry(Severity.WARNING, why, Key(kind.resource_type, item.id), item.name)


def _cycle(department: Department) -> LogEntry:
    id = quoted(department.id)
    why = department.place.diagnosis(
        "parent",
        "parent-cycle",
        (f"department {id} is its own ancestor", f"部门 {id} 是自己的上级"),
        (
            "correct the parent; until then the platform keeps where the department is",
            "请更正上级部门；在此之前平台保留该部门的现有位置",
        ),
    )
    return entry(Severity.ERROR, why, Key(DEPARTMENTS.resource_type, department.id), department.name)
