"""Filters as identity platforms write them, and when resources were last modified: over the built program and its file.

Not here: every operator over every attribute, which `cargo xtask filters` asks at random.
"""

from __future__ import annotations

import httpx2
import pytest
from administrator import SOURCE, ended_runs, import_again
from conftest import Directory

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def program(directory: Directory) -> httpx2.Client:
    """A program that may only read."""
    program = directory.administrator.program("read")
    program.base_url = f"{directory.serving.url}/scim/v2/"
    return program


@pytest.fixture
def scim(directory: Directory) -> httpx2.Client:
    return program(directory)


def found(scim: httpx2.Client, endpoint: str, condition: str) -> list[str]:
    answer = scim.get(endpoint, params={"filter": condition, "attributes": "id"}).raise_for_status().json()
    ids = [resource["id"] for resource in answer["Resources"]]
    assert answer["totalResults"] == len(ids)
    return ids


def everybody(scim: httpx2.Client, endpoint: str = "Users") -> list[dict[str, object]]:
    return scim.get(endpoint).raise_for_status().json()["Resources"]


def test_each_person_is_found_by_what_a_platform_matches_people_by(scim: httpx2.Client) -> None:
    people = everybody(scim)
    n_mails = 0
    for person in people:
        id_of = [person["id"]]
        assert found(scim, "Users", f'userName eq "{person["userName"].upper()}"') == id_of
        assert found(scim, "Users", f'externalId eq "{person["externalId"]}"') == id_of
        assert found(scim, "Users", f'id eq "{person["id"]}" and meta.resourceType eq "User"') == id_of
        assert found(scim, "Users", f'source EQ "{SOURCE}"  AND  USERNAME Eq "{person["userName"]}"') == id_of
        for mail in person.get("emails", []):
            n_mails += 1
            kind, value = mail.get("type", "work"), mail["value"]
            ids = [one["id"] for one in people if any(m["value"] == value for m in one.get("emails", []))]
            assert found(scim, "Users", f'emails.value eq "{value}"') == ids
            assert found(scim, "Users", f'emails[value eq "{value}"]') == ids
            if "type" in mail:
                assert found(scim, "Users", f'emails[type eq "{kind}"].value eq "{value}"') == ids
                assert found(scim, "Users", f'emails[type eq "{kind}" and value co "{value[1:]}"]') == ids
            assert found(scim, "Users", f'emails[type eq "nothing"].value eq "{value}"') == []
    assert n_mails


def test_two_halves_make_everybody(scim: httpx2.Client) -> None:
    people = [person["id"] for person in everybody(scim)]
    middle = sorted(person["userName"].lower() for person in everybody(scim))[len(people) // 2]
    for condition in [
        f'userName lt "{middle}"',
        'displayName sw "小"',
        'active eq "True"',
        "active eq false",
        "emails pr",
        "name.formatted pr",
        f"{ENTERPRISE}:employeeNumber pr",
        'groups.display co "a"',
        'meta.created ge "2000-01-01T00:00:00+08:00"',
    ]:
        one, other = found(scim, "Users", condition), found(scim, "Users", f"not ({condition})")
        assert sorted(one + other) == sorted(people), condition
        assert found(scim, "Users", f"({condition}) or not ({condition})") == people
    assert found(scim, "Users", f'userName lt "{middle}"') != found(scim, "Users", f'userName ge "{middle}"') != []


def test_groups_are_found_by_their_members(scim: httpx2.Client) -> None:
    groups = everybody(scim, "Groups")
    person = next(person for person in everybody(scim) if person.get("groups"))
    of_person = [group["value"] for group in person["groups"]]
    assert sorted(found(scim, "Groups", f'members.value eq "{person["id"]}"')) == sorted(of_person)
    assert found(scim, "Groups", f'id eq "{of_person[0]}" and members[value eq "{person["id"]}"]') == of_person[:1]
    for group in groups:
        assert group["id"] in found(scim, "Groups", f'displayName eq "{group["displayName"]}"')
        ids = [one["id"] for one in everybody(scim) if any(g["value"] == group["id"] for g in one.get("groups", []))]
        assert found(scim, "Users", f'groups.value eq "{group["id"]}"') == ids


def test_a_filter_that_asks_nothing_is_refused_with_what_is_wrong(scim: httpx2.Client) -> None:
    for condition, named in [
        ('userNam eq "x"', "userNam"),
        ('emails[colour eq "x"].value pr', "emails.colour"),
        ("userName eq zhangsan", "zhangsan"),
        ("active gt true", "active"),
        ('meta.lastModified gt "yesterday"', "meta.lastModified"),
        ('userName="x"', "userName="),
        ("(userName pr", ")"),
    ]:
        refused = scim.get("Users", params={"filter": condition})
        body = refused.json()
        assert (refused.status_code, body["scimType"]) == (400, "invalidFilter"), condition
        assert named in body["detail"], body


def test_whoever_moves_modifies_both_departments_and_nobody_else(own_directory: Directory) -> None:
    scim = program(own_directory)
    person = next(one for one in everybody(scim) if one.get("groups"))
    before = {one["id"]: one["meta"] for kind in ("Users", "Groups") for one in everybody(scim, kind)}
    latest = max(meta["lastModified"] for meta in before.values())
    assert found(scim, "Users", f'meta.lastModified gt "{latest}"') == []
    of_person = {group["value"] for group in person["groups"]}
    target = next(group["externalId"] for group in reversed(everybody(scim, "Groups")) if group["id"] not in of_person)
    own_directory.simulator.mutate({"move_user": {"userid": person["externalId"], "dept_ids": [int(target)]}})
    manage = own_directory.administrator.program("manage")
    import_again(manage)
    ended_runs(manage, SOURCE, 2)
    after = {one["id"]: one["meta"] for kind in ("Users", "Groups") for one in everybody(scim, kind)}
    told_otherwise = {id_ for id_, meta in after.items() if meta["version"] != before[id_]["version"]}
    modified = {id_ for id_, meta in after.items() if meta["lastModified"] != before[id_]["lastModified"]}
    assert told_otherwise == modified
    assert person["id"] in modified
    assert 3 <= len(modified)
    since = f'meta.lastModified gt "{latest}"'
    assert set(found(scim, "Users", since)) | set(found(scim, "Groups", since)) == modified
