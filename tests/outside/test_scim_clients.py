"""Whether clients that we did not write read a large directory: discovery, everybody page by page, one, by a filter. Each meets
everybody once, and finds nothing wrong."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from crowd import N_DEPARTMENTS, N_PEOPLE, Crowd
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import Resource
from scim2_tester import Status
from scim_client import SCIMClient
from scim_sanity.http_client import SCIMClient as SanityClient
from scim_sanity.probe import tests as sanity
from scim_sanity.probe.report import ProbeResult
from scim_sanity.response_validator import ServerResponseValidator
from scim_tester import judged

SCIMMY = Path(__file__).parent / "scimmy"


def people(crowd: Crowd) -> list[str]:
    return [person["id"] for person in crowd.people]


def departments(crowd: Crowd) -> list[str]:
    return [department["id"] for department in crowd.departments]


def test_scim2_tester_finds_nothing_wrong_with_a_large_directory(crowd: Crowd) -> None:
    results = judged(crowd.scim)
    assert [(result.title, result.reason) for result in results if result.status is not Status.SUCCESS] == []
    assert 17 <= len(results)


@pytest.mark.parametrize("count", [100, 500, 100_000])
def test_scim2_client_meets_everybody(crowd: Crowd, count: int) -> None:
    client = SyncSCIMClient(crowd.scim)
    client.discover()
    for name, known in [("User", people(crowd)), ("Group", departments(crowd))]:
        model = client.provider.model_for(next(kind for kind in client.provider.resource_types if kind.name == name))
        found = pages(client, model, count)
        assert sorted(one.external_id for one in found) == sorted(known)
        last = client.query(model, found[-1].id)
        assert (last.id, last.meta.version) == (found[-1].id, found[-1].meta.version)
        by_filter = client.query(model, query_parameters={"filter": f'externalId eq "{known[7]}"'})
        assert [one.external_id for one in by_filter.resources] == [known[7]]


def pages(client: SyncSCIMClient, model: type[Resource], count: int) -> list[Resource]:
    """All of them, by steps of what was asked for."""
    found, start, total = [], 1, 1
    while start <= total:
        page = client.query(model, query_parameters={"startIndex": start, "count": count})
        total = page.total_results
        found += page.resources or []
        start += count
    return found


def test_scim_client_of_pypi_meets_everybody(crowd: Crowd) -> None:
    client = SCIMClient(crowd.base, crowd.token)
    found = []
    while not found or len(found) < page.total_results:
        page = client.search_users("", count=500, start_index=len(found) + 1)
        assert page.resources
        found += page.resources
    assert sorted(user.external_id for user in found) == sorted(people(crowd))
    for user in found[::250]:
        assert client.read_user(user.id).user_name == user.user_name
    assert [user.external_id for user in client.search_users('userName eq "u0042"').resources] == ["u0042"]
    assert client.search_users('userName eq "nobody"').resources == []


def test_scim_sanity_finds_nothing_wrong_with_what_is_read(crowd: Crowd) -> None:
    client, strict = SanityClient(crowd.base, token=crowd.token), ServerResponseValidator(strict=True)
    results = sanity.test_discovery(client, strict) + sanity.test_search(client, strict)
    assert [(result.name, result.message) for result in results if result.status != ProbeResult.PASS] == []
    assert sanity.discover_supported_resources(client) == {"User", "Group"}
    # What it would create is refused because nothing can be written; it waits for a complaint about the body.
    errors = Counter(result.status for result in sanity.test_error_handling(client, strict))
    assert errors == {ProbeResult.PASS: 1, ProbeResult.FAIL: 2}


@pytest.mark.parametrize(("endpoint", "kind", "n"), [("Users", "User", N_PEOPLE), ("Groups", "Group", N_DEPARTMENTS)])
def test_scim_sanity_finds_nothing_wrong_with_anybody(crowd: Crowd, endpoint: str, kind: str, n: int) -> None:
    client, strict = SanityClient(crowd.base, token=crowd.token), ServerResponseValidator(strict=True)
    listed = client.get(f"/{endpoint}?count={n + 1}")
    assert strict.validate_list_response(listed.json(), listed.status_code, listed.headers) == (True, [])
    resources = listed.json()["Resources"]
    assert len(resources) == n
    kept = {"Content-Type": listed.header("Content-Type")}
    wrong = [strict.validate_resource_response(one, 200, 200, kept, kind) for one in resources]
    assert [errors for is_valid, errors in wrong if not is_valid or errors] == []
    alone = client.get(f"/{endpoint}/{resources[-1]['id']}")
    judgement = strict.validate_resource_response(alone.json(), 200, alone.status_code, alone.headers, kind)
    assert judgement == (True, [])


def test_scimmy_meets_everybody_and_filters_as_the_service_does(crowd: Crowd) -> None:
    read = subprocess.run(
        [os.environ["NODE"], SCIMMY / "read.js", crowd.base],
        env={**os.environ, "SCIM_TOKEN": crowd.token},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert read.returncode == 0, read.stderr
    said = json.loads(read.stdout)
    assert said["types"] == ["User", "Group"]
    assert said["maxResults"] == 1_000_000
    for endpoint, n in [("Users", N_PEOPLE), ("Groups", N_DEPARTMENTS)]:
        part = said[endpoint]
        assert (part["total"], len(part["ids"]), len(set(part["ids"]))) == (n, n, n)
        assert part["one"] == part["ids"][-1]
        for text, found in part["filters"].items():
            assert found["theirs"] == found["ours"], text
        assert any(found["theirs"] for found in part["filters"].values())


@pytest.mark.parametrize("count", [77, 200, 500, 1_000, 1_999, 2_001, 100_000])
def test_a_client_that_steps_by_what_it_asks_for_meets_everybody(crowd: Crowd, count: int) -> None:
    found = []
    for start in range(1, N_PEOPLE + 1, count):
        page = crowd.scim.get("Users", params={"startIndex": start, "count": count}).raise_for_status().json()
        assert (page["totalResults"], page["itemsPerPage"]) == (N_PEOPLE, len(page["Resources"]))
        found += [user["externalId"] for user in page["Resources"]]
    assert sorted(found) == people(crowd)


def test_the_members_of_all_groups_and_the_groups_of_all_members_are_the_same(crowd: Crowd) -> None:
    groups = crowd.scim.get("Groups", params={"count": 100_000}).json()["Resources"]
    users = crowd.scim.get("Users", params={"count": 100_000}).json()["Resources"]
    of_groups = {
        (member["value"], group["id"]) for group in groups for member in group["members"] if member["type"] == "User"
    }
    assert of_groups == {(user["id"], group["value"]) for user in users for group in user["groups"]}
    assert N_PEOPLE < len(of_groups)
