"""Programs that are given one source of several: by its SCIM address, by a token for it, by user names that are its own."""

from __future__ import annotations

import re
from html import unescape

import httpx2
import pytest
from administrator import SOURCE, eventually
from conftest import Directory
from scim2_client.engines.httpx2 import SyncSCIMClient
from stage import PATIENCE_S


def limited(directory: Directory) -> httpx2.Client:
    """A program whose token reads the one source alone."""
    fields = {"name": "limited", "scope": "read", "days": "30", "source": SOURCE}
    page = directory.administrator.send("/settings/tokens", from_page="/settings/tokens", **fields)
    token = re.search(r"rct_[\w-]+", unescape(page.text)).group()
    headers = {"Authorization": f"Bearer {token}"}
    return httpx2.Client(base_url=directory.serving.url, trust_env=False, timeout=PATIENCE_S, headers=headers)


def references(value: object) -> set[str]:
    """Where a resource says that something is."""
    match value:
        case dict():
            own = {place for name, place in value.items() if name in ("$ref", "location")}
            return own.union(*(references(member) for member in value.values()))
        case list():
            return set().union(*(references(member) for member in value))
        case _:
            return set()


@pytest.mark.parametrize("base", ["/scim/v2", f"/scim/v2/sources/{SOURCE}"])
def test_everything_that_a_resource_refers_to_answers_below_the_address_that_was_asked(
    directory: Directory, base: str
) -> None:
    program = directory.administrator.program("read")
    everything = program.get(base, params={"count": 200}).raise_for_status().json()
    assert everything["totalResults"] == everything["itemsPerPage"] > 0
    places = references(everything["Resources"])
    assert len(places) == everything["totalResults"]
    for place in places:
        assert place.startswith(f"{directory.serving.url}{base}/")
        assert program.get(place).raise_for_status().json()["meta"]["location"] == place


def test_a_public_client_reads_at_the_address_of_a_source(directory: Directory) -> None:
    program = limited(directory)
    program.base_url = f"{directory.serving.url}/scim/v2/sources/{SOURCE}/"
    client = SyncSCIMClient(program)
    client.discover()
    for model in ("User", "Group"):
        listed = client.query(client.get_resource_model(model))
        assert listed.total_results == len(listed.resources) > 0
        one = client.query(client.get_resource_model(model), listed.resources[0].id)
        assert one == listed.resources[0]


def test_a_token_for_a_source_reads_by_scim_and_nothing_else(directory: Directory) -> None:
    program = limited(directory)
    everybody = directory.administrator.program("read").get("/scim/v2/Users").json()
    assert program.get("/scim/v2/Users").json() == everybody
    for path in ("/api/v1/sources", "/api/v1/runs", "/api/v1/openapi.json", "/metrics"):
        refused = program.get(path)
        assert refused.status_code == 403, path
        assert "limited to some sources" in refused.json()["detail"]
    nowhere = program.get("/scim/v2/sources/elsewhere/Users")
    assert (nowhere.status_code, nowhere.headers["content-type"]) == (404, "application/scim+json")


def test_people_are_told_as_clients_expect_them(directory: Directory) -> None:
    program = directory.administrator.program("read")
    people = program.get("/scim/v2/Users").raise_for_status().json()["Resources"]
    for person in people:
        name = person["name"]
        assert (name["formatted"], name["familyName"], name["givenName"]) == (person["displayName"],) * 2 + ("",)
        for addresses in (person["emails"], person.get("phoneNumbers", [])):
            assert sum(address.get("primary", False) for address in addresses) == min(1, len(addresses))
            assert all(address["value"].strip() and address["type"] for address in addresses)


def test_what_is_chosen_for_a_source_is_told_at_once(own_directory: Directory) -> None:
    program = own_directory.administrator.program("manage")
    before = program.get("/scim/v2/Users").raise_for_status().json()["Resources"]
    chosen = {"scim": {"names": "split", "user_names": "with-source"}}
    program.patch(f"/api/v1/sources/{SOURCE}", json=chosen).raise_for_status()
    after = program.get("/scim/v2/Users").raise_for_status().json()["Resources"]
    assert [person["id"] for person in after] == [person["id"] for person in before]
    for was, person in zip(before, after, strict=True):
        assert person["userName"] == f"{was['userName']}@{SOURCE}"
        name = person["name"]
        assert name["formatted"] == was["name"]["formatted"] == name["familyName"] + name["givenName"]
        found = program.get("/scim/v2/Users", params={"filter": f'userName eq "{person["userName"]}"'}).json()
        assert [one["id"] for one in found["Resources"]] == [person["id"]]
    # It is kept: the source is followed on.
    eventually("the source is followed", lambda: program.get(f"/api/v1/sources/{SOURCE}").json()["state"] == "followed" or None)
