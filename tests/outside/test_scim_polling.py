"""Whether a program that asks again and again for what is later than the latest that it has seen meets every change, over a
socket, while people are imported."""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx2
from administrator import ended_runs
from crowd import N_PEOPLE, SOURCE, Crowd

# Imports that change everybody, each with another name.
N_IMPORTS = 3


@dataclass
class Poller:
    """What it knows: what people are called, and the latest moment that it was told."""

    scim: httpx2.Client
    names: dict[str, str] = field(default_factory=dict)
    latest: str = ""

    def poll(self) -> int:
        """Ask once; how many were told."""
        later = {"filter": f'meta.lastModified gt "{self.latest}"'} if self.latest else {}
        page = self.scim.get("Users", params=later).raise_for_status().json()
        for person in page["Resources"]:
            self.names[person["externalId"]] = person["displayName"]
            # Moments are written so that they are in order as text.
            self.latest = max(self.latest, person["meta"]["lastModified"])
        return len(page["Resources"])


def has_ended(crowd: Crowd, n_runs: int) -> bool:
    runs = crowd.manager.get("/api/v1/runs", params={"source": SOURCE}).raise_for_status().json()["items"]
    return n_runs <= sum(run["state"] != "running" for run in runs)


def test_a_program_that_polls_during_imports_knows_in_the_end_what_there_is(own_crowd: Crowd) -> None:
    crowd = own_crowd
    with crowd.scim as scim:
        poller = Poller(scim)
        assert poller.poll() == N_PEOPLE
        told = []
        for number in range(1, N_IMPORTS + 1):
            people = [{**person, "name": f"{person['name']} {number}"} for person in crowd.people]
            crowd.web.show({"departments": crowd.departments, "people": people})
            crowd.manager.post(f"/api/v1/sources/{SOURCE}/runs", json={}).raise_for_status()
            while not has_ended(crowd, 1 + number):
                told.append(poller.poll())
            poller.poll()
            assert poller.names == {person["id"]: person["name"] for person in people}
        assert [run["state"] for run in ended_runs(crowd.manager, SOURCE, 1 + N_IMPORTS)] == ["succeeded"] * (1 + N_IMPORTS)
        # Some answers had a part of an import, so that there was something to miss.
        assert any(0 < n < N_PEOPLE for n in told), told
