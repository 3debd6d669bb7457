"""What Entra, Okta and the RFC have clients ask, answered as they demand; `suites` has the titles of the documents.

Filters beyond one attribute that is compared are in test_scim_suite_filters.py.
"""

from __future__ import annotations

import httpx2
import pytest
from crowd import N_DEPARTMENTS, N_PEOPLE, Crowd
from suites import (
    ENTRA_HEADERS,
    NOBODY,
    OKTA_HEADERS,
    SEARCH_REQUEST,
    Case,
    a_list_of,
    describes,
    error,
    finds,
    finds_with,
    identified,
    judge,
    the_first_user,
    the_group_alone,
    the_user,
    titled,
    without,
)

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
    Case(
        "ENTRA",
        'Users?filter=userName eq "u0002"&attributes=id,userName,emails[type eq "work"].value',
        lambda body, _: finds_with(body, ["emails", "id", "schemas", "userName"]),
    ),
    Case("ENTRA", "Groups/{group}?excludedAttributes=members", the_group_alone),
    Case("ENTRA", 'Groups?excludedAttributes=members&filter=displayName eq "部门 7"', without("members", finds("7"))),
    Case("ENTRA", 'Groups?excludedAttributes=members&filter=displayName eq "nothing"', NOBODY),
    Case("ENTRA", 'Groups?filter=externalId eq "7"&excludedAttributes=members', without("members", finds("7"))),
    Case("ENTRA", "Schemas", describes),
    Case("ENTRA", "ServiceProviderConfig", lambda body, _: body["filter"]["supported"] is True),
    Case("ENTRA", "ResourceTypes", lambda body, _: [one["name"] for one in body["Resources"]] == ["User", "Group"]),
]

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
    Case("RFC", 'Users?filter=title pr and userName eq "u0002"', finds("u0002")),
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


@pytest.mark.parametrize(
    ("case", "headers"),
    [
        *[(case, ENTRA_HEADERS) for case in (*ENTRA, *RFC)],
        *[(case, OKTA_HEADERS) for case in (*OKTA_TEST, *OKTA)],
    ],
    ids=titled,
)
def test_a_documented_request_is_answered_as_its_document_demands(
    crowd: Crowd, case: Case, headers: dict[str, str]
) -> None:
    judge(crowd, case, identified(crowd), headers)


@pytest.mark.parametrize("authorization", ["non-token", "Bearer wrong", "Basic YTpi", None])
def test_whoever_has_no_token_is_told_so_as_okta_demands(crowd: Crowd, authorization: str | None) -> None:
    headers = {**OKTA_HEADERS, **({} if authorization is None else {"Authorization": authorization})}
    for path in ['Users?filter=userName eq "U0002"', "ServiceProviderConfig", "nowhere", ""]:
        refused = httpx2.get(f"{crowd.base}/{path}", headers=headers, trust_env=False)
        assert (refused.status_code, refused.headers["content-type"]) == (401, "application/scim+json")
        assert refused.headers["www-authenticate"].startswith("Bearer ")
        assert error(refused.json(), {}, "401")
