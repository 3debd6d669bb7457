"""The requests that identity platforms document for whoever serves SCIM, as far as they read, answered as they demand.

Sources, by the titles of the documents:

- ENTRA: Microsoft, "Tutorial: Develop and plan provisioning for a SCIM endpoint in Microsoft Entra ID", and what "Tutorial:
  Validate a SCIM endpoint" has its validator ask.
- OKTA_TEST: Okta, "Okta SCIM 2.0 SPEC Test", the suite for Runscope, step by step.
- OKTA: Okta, "Okta and SCIM Version 2.0".
- RFC: RFC 7644, sections 3.4.2 and 3.4.3, whose examples these platforms follow.

What they write (POST, PUT, PATCH, DELETE) is not here: the directory is read-only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import httpx2
import pytest
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


NOBODY = finds()
MAIL = "u0002@crowd.example"

ENTRA = [
    # "Test Connection" asks for somebody who is not there, and for somebody at random.
    Case("ENTRA", 'Users?filter=userName eq "non-existent user"', NOBODY),
    Case("ENTRA", "Users?startIndex=1&count=1", a_list_of(N_PEOPLE, 1)),
    Case("ENTRA", "Users/{user}", lambda body, known: body["id"] == known["user"] and body["active"] is True),
    Case("ENTRA", "Users/5171a35d82074e068ce2", error, 404),
    Case("ENTRA", 'Users?filter=userName eq "u0002"', finds("u0002")),
    Case("ENTRA", 'Users?filter=userName eq "U0002"', finds("u0002")),
    Case("ENTRA", 'Users?filter=externalId eq "u0002"', finds("u0002")),
    Case("ENTRA", 'Users?filter=externalId eq "00aa00aa-bb11-cc22-dd33-44ee44ee44ee"', NOBODY),
    Case("ENTRA", f'Users?filter=emails[type eq "work"].value eq "{MAIL}"', finds("u0002")),
    Case("ENTRA", 'Users?filter=emails[type eq "home"].value eq "u0002@crowd.example"', NOBODY),
    Case("ENTRA", f'Users?filter=emails[type eq "work"].value eq "{MAIL}" and active eq true', finds("u0002")),
    Case("ENTRA", 'Users?filter=userName eq "u0002" and active eq "True"', finds("u0002")),
    Case("ENTRA", f'Users?filter={ENTERPRISE}:employeeNumber eq "E-2"', finds("u0002")),
    Case(
        "ENTRA",
        'Users?filter=userName eq "u0002"&attributes=id,userName,emails[type eq "work"].value',
        lambda body, known: finds_with(body, ["emails", "id", "schemas", "userName"]),
    ),
    Case("ENTRA", "Groups/{group}?excludedAttributes=members", the_group_alone),
    Case("ENTRA", 'Groups?excludedAttributes=members&filter=displayName eq "部门 7"', without("members", finds("7"))),
    Case("ENTRA", 'Groups?excludedAttributes=members&filter=displayName eq "nothing"', NOBODY),
    Case("ENTRA", 'Groups?filter=externalId eq "7"&excludedAttributes=members', without("members", finds("7"))),
    # "Requests to determine whether a reference attribute has a certain value are requests about the members attribute."
    Case("ENTRA", 'Groups?filter=id eq "{group}" and members.value eq "{member}"', finds("7")),
    Case("ENTRA", 'Groups?filter=id eq "{group}" and members eq "{member}"', finds("7")),
    Case("ENTRA", 'Groups?filter=id eq "{group}" and members.value eq "{stranger}"', NOBODY),
    Case(
        "ENTRA",
        'Users?filter=id eq "{user}" and manager eq "{manager}"&attributes=id',
        lambda body, known: [one["id"] for one in body["Resources"]] == [known["user"]],
    ),
    Case("ENTRA", "Schemas", describes),
    Case("ENTRA", "ServiceProviderConfig", lambda body, _: body["filter"]["supported"] is True),
    Case("ENTRA", "ResourceTypes", lambda body, _: [one["name"] for one in body["Resources"]] == ["User", "Group"]),
]


def finds_with(body: Body, names: list[str]) -> bool:
    (user,) = body["Resources"]
    return sorted(user) == names


OKTA_TEST = [
    Case("OKTA_TEST: Test Users endpoint", "Users?count=1&startIndex=1", the_first_user),
    Case("OKTA_TEST: Get Users/{{id}}", "Users/{user}", the_user),
    Case("OKTA_TEST: Test invalid User by username", 'Users?filter=userName eq "abcdefgh@atko.com"', NOBODY),
    Case("OKTA_TEST: Test invalid User by ID", "Users/010101001010101011001010101011", error, 404),
    Case("OKTA_TEST: Make sure random user doesn't exist", 'Users?filter=userName eq "random@atko.com"', NOBODY),
    Case("OKTA_TEST: Username Case Sensitivity Check", 'Users?filter=userName eq "U0002"', finds("u0002")),
    Case("OKTA_TEST: Verify Groups endpoint", "Groups", a_list_of(N_DEPARTMENTS, N_DEPARTMENTS)),
    Case("OKTA_TEST: Check status 404", "Users/00919288221112222", error, 404),
]

OKTA = [
    Case("OKTA: Determine if the User object exists", 'Users?filter=userName eq "u0002"&startIndex=1&count=100', finds("u0002")),
    Case("OKTA: Retrieve Users", "Users?startIndex=1&count=100", a_list_of(N_PEOPLE, 100)),
    Case("OKTA: Retrieve Users", "Users?startIndex=1901&count=200", a_list_of(N_PEOPLE, 100)),
    Case("OKTA: Retrieve a specific User", "Users/{user}", the_user),
    Case("OKTA: Retrieve Groups", "Groups?startIndex=1&count=100", a_list_of(N_DEPARTMENTS, 100)),
    Case("OKTA: Retrieve specific Groups", "Groups/{group}", lambda body, _: body["displayName"] == "部门 7"),
    Case("OKTA: Retrieve Groups", 'Groups?filter=displayName eq "部门 7"&startIndex=1&count=100', finds("7")),
]

RFC = [
    Case("RFC", 'Users?filter=name.familyName co "欧阳" and userName sw "u0005"', finds("u0005")),
    Case("RFC", 'Users?filter=userName sw "u000" and not (userName ew "9")&count=3', a_list_of(9, 3)),
    Case("RFC", 'Users?filter=userName eq "u0001" or userName eq "u0002"', finds("u0001", "u0002")),
    Case("RFC", 'Users?filter=meta.lastModified gt "2011-05-13T04:42:34Z"&count=5', a_list_of(N_PEOPLE, 5)),
    Case("RFC", 'Users?filter=meta.lastModified gt "2111-05-13T04:42:34Z"', NOBODY),
    Case("RFC", 'Users?filter=emails[type eq "work" and value co "u0002@"]', finds("u0002")),
    Case("RFC", 'Users?filter=title pr and userName eq "u0002"', finds("u0002")),
    Case("RFC", 'Users?filter=schemas eq "{enterprise}" and userName eq "u0002"', finds("u0002")),
    Case("RFC", 'Users?filter=userName Eq "u0002" AND title PR', finds("u0002")),
    Case("RFC", 'Users?filter=userName eq "u0002"&sortBy=userName&sortOrder=descending', finds("u0002")),
    Case("RFC", "Users?filter=&attributes=&excludedAttributes=&startIndex=&count=5", a_list_of(N_PEOPLE, 5)),
    Case("RFC", "Users?count=0", a_list_of(N_PEOPLE, 0)),
    Case(
        "RFC",
        ".search",
        lambda body, _: body["totalResults"] == 1 and "displayName" in body["Resources"][0],
        search={
            "schemas": [SEARCH_REQUEST],
            "attributes": ["displayName", "userName"],
            "filter": 'displayName eq "部门 7"',
            "startIndex": 1,
            "count": 10,
        },
    ),
]


@pytest.fixture(scope="session")
def known(crowd: Crowd) -> dict[str, str]:
    """Ids of those whom the requests are about."""
    scim = crowd.scim

    def identified(endpoint: str, external_id: str) -> str:
        found = scim.get(endpoint, params={"filter": f'externalId eq "{external_id}"'}).raise_for_status().json()
        return found["Resources"][0]["id"]

    # In department 7, and in another one; u0002's manager is u0000.
    users = {"user": "u0002", "manager": "u0000", "member": "u0006", "stranger": "u0005"}
    ids = {name: identified("Users", external_id) for name, external_id in users.items()}
    return {**ids, "group": identified("Groups", "7"), "enterprise": ENTERPRISE}


def asked(crowd: Crowd, case: Case, known: dict[str, str], headers: dict[str, str]) -> httpx2.Response:
    path, mark, query = case.path.partition("?")
    for name, value in known.items():
        path, query = path.replace(f"{{{name}}}", value), query.replace(f"{{{name}}}", value)
    pairs = [pair.partition("=")[::2] for pair in query.split("&")] if mark else []
    if case.search is not None:
        return crowd.scim.post(path, json=case.search, headers=headers)
    return crowd.scim.get(path, params=pairs, headers=headers)


@pytest.mark.parametrize(
    ("case", "headers"),
    [
        *[(case, ENTRA_HEADERS) for case in (*ENTRA, *RFC)],
        *[(case, OKTA_HEADERS) for case in (*OKTA_TEST, *OKTA)],
    ],
    ids=lambda value: f"{value.source} {value.path}" if isinstance(value, Case) else "",
)
def test_a_documented_request_is_answered_as_its_document_demands(
    crowd: Crowd, known: dict[str, str], case: Case, headers: dict[str, str]
) -> None:
    answer = asked(crowd, case, known, headers)
    assert answer.status_code == case.status, answer.text
    assert answer.headers["content-type"] == "application/scim+json"
    assert case.check(answer.json(), known), answer.text


@pytest.mark.parametrize("authorization", ["non-token", "Bearer wrong", "Basic YTpi", None])
def test_whoever_has_no_token_is_told_so_as_okta_demands(crowd: Crowd, authorization: str | None) -> None:
    headers = {**OKTA_HEADERS, **({} if authorization is None else {"Authorization": authorization})}
    for path in ['Users?filter=userName eq "U0002"', "ServiceProviderConfig", "nowhere", ""]:
        refused = httpx2.get(f"{crowd.base}/{path}", headers=headers, trust_env=False)
        assert (refused.status_code, refused.headers["content-type"]) == (401, "application/scim+json")
        assert refused.headers["www-authenticate"].startswith("Bearer ")
        assert error(refused.json(), {}, "401")
