"""Departments and people as the SCIM documents that `wit/model.wit` describes.

Pure. An empty value is left out: `kit.py` decides when that clears it. What an attribute takes to be seen is its column,
which an export may lack.
"""

from __future__ import annotations

from documents import Document, Draft, Optional, Reference, Schema
from emptied import Gate
from roster import Roster
from rows import Department, Person
from wit_world.imports.model import Key

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE_USER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
ORGANISATION_USER = "urn:rollcall:scim:schemas:extension:2.0:User"
DEPARTMENT = "urn:rollcall:scim:schemas:2.0:Department"

DEPARTMENT_SCHEMA = Schema(
    "Department",
    optional=(Optional("order", ("order",), Gate("order")),),
    references=(Reference("parent", ("parent",), "Department"),),
)

USER_SCHEMA = Schema(
    "User",
    optional=(
        Optional("email", ("emails",), Gate("email"), type="work"),
        Optional("mobile", ("phoneNumbers",), Gate("mobile"), type="mobile"),
        Optional("title", ("title",), Gate("title")),
        Optional("employee_number", (ENTERPRISE_USER, "employeeNumber"), Gate("employee_number")),
        Optional("manager", (ENTERPRISE_USER, "manager"), Gate("manager")),
    ),
    references=(
        Reference("departments", (ORGANISATION_USER, "departments"), "Department"),
        Reference("manager", (ENTERPRISE_USER, "manager"), "User"),
    ),
)

# What the connector yields, parents first.
SCHEMAS = (DEPARTMENT_SCHEMA, USER_SCHEMA)


def drafts(roster: Roster) -> list[Draft]:
    """Everything in a roster, parents first, with what its columns show."""
    shown = roster.columns
    departments = [department_draft(department, shown) for department in roster.departments]
    return departments + [person_draft(person, shown) for person in roster.people]


def department_draft(department: Department, shown: frozenset[str] = frozenset()) -> Draft:
    """What the roster says about a department."""
    document: Document = {
        "schemas": [DEPARTMENT],
        "externalId": department.id,
        "displayName": department.name,
    }
    if department.parent is None:
        document["parent"] = None
    elif isinstance(department.parent, str):
        document["parent"] = {"value": department.parent}
    if department.order is not None:
        document["order"] = str(department.order)
    key = Key(DEPARTMENT_SCHEMA.resource_type, department.id)
    return Draft(DEPARTMENT_SCHEMA, key, department.name, document, shown)


def person_draft(person: Person, shown: frozenset[str] = frozenset()) -> Draft:
    """What the roster says about a person."""
    document: Document = {
        "schemas": [USER, ENTERPRISE_USER, ORGANISATION_USER],
        "externalId": person.id,
        "displayName": person.name,
        "userName": person.id,
        "name": {"formatted": person.name},
        "active": True,
    }
    if person.email is not None:
        document["emails"] = [{"type": "work", "value": person.email}]
    if person.mobile is not None:
        document["phoneNumbers"] = [{"type": "mobile", "value": person.mobile}]
    if person.title is not None:
        document["title"] = person.title
    enterprise: Document = {}
    if person.employee_number is not None:
        enterprise["employeeNumber"] = person.employee_number
    if isinstance(person.manager, str):
        enterprise["manager"] = {"value": person.manager}
    if enterprise:
        document[ENTERPRISE_USER] = enterprise
    if person.departments is not None:
        document[ORGANISATION_USER] = {"departments": [{"value": id} for id in person.departments]}
    return Draft(USER_SCHEMA, Key(USER_SCHEMA.resource_type, person.id), person.name, document, shown)
