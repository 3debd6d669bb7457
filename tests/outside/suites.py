"""What the requests that identity platforms document for whoever serves SCIM are written down as, and what their answers are held
to. What they write (POST, PUT, PATCH, DELETE) is not here: the directory is read-only.

Sources, by the titles of the documents:

- ENTRA: Microsoft, "Tutorial: Develop and plan provisioning for a SCIM endpoint in Microsoft Entra ID", and what "Tutorial:
  Validate a SCIM endpoint" has its validator ask.
- OKTA_TEST: Okta, "Okta SCIM 2.0 SPEC Test", the suite for Runscope, step by step.
- OKTA: Okta, "Okta and SCIM Version 2.0".
- RFC: RFC 7644, sections 3.4.2 and 3.4.3, whose examples these platforms follow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import httpx2
from crowd import N_DEPARTMENTS, N_PEOPLE, Crowd

LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
SEARCH_REQUEST = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

ENTRA_HEADERS = {"Accept": "application/scim+json", "Content-Type": "application/scim+json; charset=utf-8"}
OKTA_HEADERS = {
    "Accept": "application/scim+json",
    "Accept-Charset": "utf-8",
    "Content-Type": "application/scim+json; charset=utf-8",
    "User-Agent": "OKTA SCIM Integration",
}

Body = dict[str, object]
Check = Callable[[Body, dict[str, str]], bool]


@dataclass(frozen=True)
class Case:
    """One documented request, with names of what is held in braces, and what must hold of its answer."""

    source: str
    path: str
    check: Check
    status: int = 200
    search: Body | None = None


def titled(value: object) -> str:
    """A case as pytest shows it."""
    return f"{value.source} {value.path}" if isinstance(value, Case) else ""


def finds(*external_ids: str) -> Check:
    """These alone, on a list of SCIM."""

    def check(body: Body, _: dict[str, str]) -> bool:
        resources = body["Resources"]
        found = sorted(one["externalId"] for one in resources)
        n = len(external_ids)
        numbers = (body["totalResults"], body["itemsPerPage"], body["startIndex"])
        return body["schemas"] == [LIST] and found == sorted(external_ids) and numbers == (n, n, 1)

    return check


def a_list_of(total: int, n: int) -> Check:
    def check(body: Body, _: dict[str, str]) -> bool:
        numbers = (body["totalResults"], body["itemsPerPage"], len(body["Resources"]))
        return body["schemas"] == [LIST] and numbers == (total, n, n)

    return check


def without(name: str, check: Check) -> Check:
    return lambda body, known: check(body, known) and all(name not in one for one in body["Resources"])


def error(body: Body, _: dict[str, str], status: str = "404") -> bool:
    return body["schemas"] == [ERROR] and body["status"] == status and bool(body["detail"])


def the_user(body: Body, known: dict[str, str]) -> bool:
    """Okta: each of these is there and not empty."""
    name, mails = body["name"], body["emails"]
    there = [name["familyName"], name["givenName"], body["userName"], mails[0]["value"], body["active"]]
    return body["id"] == known["user"] and USER in body["schemas"] and all(there)


def the_first_user(body: Body, known: dict[str, str]) -> bool:
    (user,) = body["Resources"]
    return a_list_of(N_PEOPLE, 1)(body, known) and the_user(user, {"user": user["id"]})


def the_group_alone(body: Body, known: dict[str, str]) -> bool:
    return body["id"] == known["group"] and GROUP in body["schemas"] and "members" not in body and "meta" in body


def describes(body: Body, _: dict[str, str]) -> bool:
    """Entra: a list, no nulls, and types and characteristics in camel case."""
    ids = {schema["id"] for schema in body["Resources"]}
    return body["schemas"] == [LIST] and {USER, GROUP, ENTERPRISE} <= ids and not has_null(body)


def has_null(value: object) -> bool:
    if isinstance(value, dict):
        return any(has_null(one) for one in value.values())
    return any(has_null(one) for one in value) if isinstance(value, list) else value is None


def finds_with(body: Body, names: list[str]) -> bool:
    (user,) = body["Resources"]
    return sorted(user) == names


NOBODY = finds()


def identified(crowd: Crowd) -> dict[str, str]:
    """Ids of those whom the requests are about."""
    scim = crowd.scim

    def of(endpoint: str, external_id: str) -> str:
        found = scim.get(endpoint, params={"filter": f'externalId eq "{external_id}"'}).raise_for_status().json()
        return found["Resources"][0]["id"]

    # In department 7, and in another one; u0002's manager is u0000.
    users = {"user": "u0002", "manager": "u0000", "member": "u0006", "stranger": "u0005"}
    ids = {name: of("Users", external_id) for name, external_id in users.items()}
    return {**ids, "group": of("Groups", "7")}


def asked(crowd: Crowd, case: Case, known: dict[str, str], headers: dict[str, str]) -> httpx2.Response:
    path, mark, query = case.path.partition("?")
    for name, value in known.items():
        path, query = path.replace(f"{{{name}}}", value), query.replace(f"{{{name}}}", value)
    pairs = [pair.partition("=")[::2] for pair in query.split("&")] if mark else []
    if case.search is not None:
        return crowd.scim.post(path, json=case.search, headers=headers)
    return crowd.scim.get(path, params=pairs, headers=headers)


def judge(crowd: Crowd, case: Case, known: dict[str, str], headers: dict[str, str]) -> None:
    answer = asked(crowd, case, known, headers)
    assert answer.status_code == case.status, answer.text
    assert answer.headers["content-type"] == "application/scim+json"
    assert case.check(answer.json(), known), answer.text
