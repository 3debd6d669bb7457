"""Whether the directory is SCIM 2.0: judged by scim2-tester where that can, and by assertions where it cannot."""

from __future__ import annotations

from collections import Counter

import httpx2
import pytest
from conftest import Directory
from scim2_tester import Status
from scim_tester import READING, judged

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
SEARCH_REQUEST = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
MEDIA_TYPE = "application/scim+json"


@pytest.fixture
def scim(directory: Directory) -> httpx2.Client:
    """A program that may only read."""
    program = directory.administrator.program("read")
    program.base_url = f"{directory.serving.url}/scim/v2/"
    return program


def test_scim2_tester_finds_nothing_wrong_and_leaves_nothing_out(scim: httpx2.Client) -> None:
    results = judged(scim)
    for result in results:
        print(result.status.name, result.title, result.reason or "")
    assert [result for result in results if result.status is not Status.SUCCESS] == []
    # So that one that falls out of what is asked for is noticed.
    n_of = Counter(result.title for result in results)
    assert len(n_of) == 17, n_of
    assert {n_of[check.__name__] for check in READING[:2]} == {2}, n_of


@pytest.mark.parametrize("scope", ["read", "manage"])
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "Users", 501),
        ("PUT", "Users/{user}", 501),
        ("PATCH", "Users/{user}", 501),
        ("DELETE", "Users/{user}", 501),
        ("POST", "Groups", 501),
        ("PUT", "Groups/{group}", 501),
        ("PATCH", "Groups/{group}", 501),
        ("DELETE", "Groups/{group}", 501),
        ("POST", "Bulk", 501),
        ("GET", "Me", 501),
        ("POST", "ServiceProviderConfig", 405),
        ("PUT", "ResourceTypes", 405),
        ("PATCH", "Schemas", 405),
        ("DELETE", "Schemas", 405),
        ("GET", "Schemas?filter=id pr", 403),
        ("GET", "ResourceTypes?filter=id pr", 403),
        ("GET", "Users/nobody", 404),
        ("GET", "Users/{group}", 404),
        ("GET", "Groups/{user}", 404),
        ("GET", "Nonsense", 404),
        ("GET", "Users?filter=userName zz 1", 400),
        ("GET", 'Users?filter=colour eq "a" or userName eq "b"', 400),
        ("GET", "Users?count=many", 400),
    ],
)
def test_what_cannot_be_done_is_refused_with_an_error_of_scim(
    directory: Directory, scim: httpx2.Client, scope: str, method: str, path: str, status: int
) -> None:
    known = {"user": first(scim, "Users")["id"], "group": first(scim, "Groups")["id"]}
    token = directory.administrator.tokens[scope]
    refused = scim.request(
        method,
        path.format_map(known),
        headers={"Authorization": f"Bearer {token}", "Content-Type": MEDIA_TYPE},
        content=b"" if method == "GET" else b"{}",
    )
    body = refused.json()
    assert (refused.status_code, body["schemas"], body["status"]) == (status, [ERROR], str(status))
    assert refused.headers["content-type"] == MEDIA_TYPE
    assert body["detail"]
    assert ("scimType" in body) == (status == 400)
    assert status != 405 or "allow" in refused.headers


def test_whoever_is_not_known_is_told_so_by_an_error_of_scim(directory: Directory) -> None:
    refused = httpx2.get(f"{directory.serving.url}/scim/v2/Users", trust_env=False)
    assert (refused.status_code, refused.json()["schemas"]) == (401, [ERROR])
    assert refused.headers["www-authenticate"].startswith("Bearer ")


def first(scim: httpx2.Client, endpoint: str) -> dict[str, object]:
    return found(scim, endpoint)[0]


def found(scim: httpx2.Client, endpoint: str, **parameters: object) -> list[dict[str, object]]:
    return scim.get(endpoint, params=parameters).raise_for_status().json()["Resources"]


def user_names(scim: httpx2.Client, condition: str) -> list[str]:
    return sorted(user["userName"] for user in found(scim, "Users", filter=condition))


def test_a_filter_finds_whom_it_describes_and_nobody_else(scim: httpx2.Client) -> None:
    everybody = found(scim, "Users")
    for user in everybody:
        assert user_names(scim, f'userName eq "{user["userName"].upper()}"') == [user["userName"]]
        assert user_names(scim, f'id eq "{user["id"]}"') == [user["userName"]]
    by_part = [user["userName"] for user in everybody if "ming" in user["displayName"].lower()]
    assert by_part
    assert user_names(scim, 'displayName co "MING"') == sorted(by_part)
    assert user_names(scim, 'displayName co "MING" and userName eq "nobody"') == []
    assert user_names(scim, f'displayName co "MING" and userName eq "{by_part[0]}"') == by_part[:1]
    with_mail = [user["userName"] for user in everybody if user.get("emails")]
    assert 0 < len(with_mail) < len(everybody)
    assert user_names(scim, "emails pr") == sorted(with_mail)


def test_pages_hold_everybody_once(scim: httpx2.Client) -> None:
    everybody = [user["id"] for user in found(scim, "Users")]
    assert 2 < len(everybody)
    pages = [scim.get("Users", params={"startIndex": at, "count": 2}).json() for at in range(1, len(everybody) + 1, 2)]
    assert [user["id"] for page in pages for user in page["Resources"]] == everybody
    assert {page["totalResults"] for page in pages} == {len(everybody)}
    assert [page["startIndex"] for page in pages] == list(range(1, len(everybody) + 1, 2))
    beyond = scim.get("Users", params={"startIndex": len(everybody) + 1}).json()
    assert (beyond["totalResults"], beyond["itemsPerPage"]) == (len(everybody), 0)
    assert scim.get("Users", params={"count": 0}).json()["totalResults"] == len(everybody)


def test_a_search_is_answered_as_the_list_with_the_same_parameters(scim: httpx2.Client) -> None:
    asked = {"filter": "active eq true", "startIndex": 2, "count": 2}
    searched = scim.post("Users/.search", json={"schemas": [SEARCH_REQUEST], **asked}).raise_for_status()
    assert searched.json() == scim.get("Users", params=asked).json()


@pytest.mark.parametrize("endpoint", ["Users", "Groups"])
def test_a_version_that_the_client_has_is_not_sent_again(scim: httpx2.Client, endpoint: str) -> None:
    path = f"{endpoint}/{first(scim, endpoint)['id']}"
    fresh = scim.get(path)
    assert fresh.headers["etag"] == fresh.json()["meta"]["version"]
    again = scim.get(path, headers={"If-None-Match": fresh.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", fresh.headers["etag"])
    assert scim.get(path, headers={"If-None-Match": 'W/"another"'}).json() == fresh.json()


def test_only_the_attributes_that_are_asked_for_are_told(scim: httpx2.Client) -> None:
    path = f"Users/{first(scim, 'Users')['id']}"
    whole = scim.get(path).json()
    some = scim.get(path, params={"attributes": "displayName,name.formatted"}).json()
    assert some == {name: whole[name] for name in ("id", "schemas", "displayName", "name")} | {
        "schemas": some["schemas"],
        "name": {"formatted": whole["name"]["formatted"]},
    }
    less = scim.get(path, params={"excludedAttributes": "displayName,id"}).json()
    assert set(whole) - set(less) == {"displayName"}
    assert set(found(scim, "Groups", excludedAttributes="members")[0]) < set(first(scim, "Groups"))
