"""Every host under the probe: what a connector can see of it from inside, each promise of the contract by its name.

Run by `cargo xtask hosts`, which names the programs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hosts import HOSTS, Host, Json
from probe import DEAD, Probed, broken, expected, found, told

WORDS = "the probe ends itself on purpose"

# What asks for a socket or an input stream, in jco: it loses track of a handle that one component of a closed file gives the
# other, and ends the call. So nothing is got there either.
LOST_HANDLES = {"node"}


@pytest.fixture(params=HOSTS)
def probed(request: pytest.FixtureRequest, tmp_path: Path, compiled: Path) -> Iterator[Probed]:
    """One host."""
    probed = Probed(request.param, tmp_path, compiled)
    yield probed
    probed.end()


def test_every_promise_that_a_check_can_see_is_kept(probed: Probed, record_property: Callable[[str, object], None]) -> None:
    host = probed.host("all")
    # Some promises compare two calls.
    host.check()
    findings = found(host.check())
    record_property("promises", f"{len(findings) - len(broken(findings))}/{len(expected()['check'])}")
    assert broken(findings) == {}
    assert sorted(findings) == sorted(expected()["check"])


@pytest.mark.parametrize("number", [0, 1])
def test_there_is_no_socket_and_no_input(probed: Probed, number: int) -> None:
    assert len(expected()["alone"]) == 2
    probe = expected()["alone"][number]
    findings = found(probed.host(probe).check())
    if probed.name in LOST_HANDLES:
        assert findings["connector"]["diagnosis"]["code"] == "connector-trapped"
    else:
        assert broken(findings) == {}
        assert list(findings) == [probe]


def test_every_promise_of_the_directory_is_kept_in_a_first_reading_and_a_second(probed: Probed) -> None:
    host = probed.host("reading")
    for names, counted in zip(expected()["told"]["reading"], expected()["reading"], strict=True):
        run = host.sync()
        assert_kept(run, names)
        counters = {**run["counters"], "removed": run["counters"]["deactivated"] + run["counters"]["deleted"]}
        assert {name: counters[name] for name in counted} == counted
    assert run["state"] == "succeeded"


def test_documents_are_merged_and_checked_as_the_vectors_say(probed: Probed) -> None:
    for probe in ("merge", "documents"):
        host = probed.host(probe)
        assert_kept(host.sync(), expected()["told"][probe][0])
        if probe == "merge":
            assert_held(host, expected()["merge"])


@pytest.mark.parametrize("part", [0, 1, 2])
def test_whoever_stands_behind_a_key_is_told_apart_as_the_vectors_say(probed: Probed, part: int) -> None:
    assert len(expected()["identity"]) == 3
    probe = f"identity-{part + 1}"
    host = probed.host(probe)
    for names in expected()["told"][probe]:
        assert_kept(host.sync(), names)
    assert_held(host, expected()["identity"][part])


def test_a_reading_is_opened_before_the_first_put(probed: Probed) -> None:
    assert_kept(probed.host("open-after-put").sync(), expected()["told"]["open-after-put"][0])


def test_a_summary_that_does_not_add_up_makes_a_run_partial(probed: Probed) -> None:
    states = [probed.host(probe).sync()["state"] for probe in ("true-summary", "lying-summary")]
    assert states == ["succeeded", "partial"]


def test_a_proxy_is_never_bypassed_and_its_faults_are_told_apart(
    probed: Probed, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(variable, "*")
    for probe, proxy in (("dead-proxy", DEAD), ("refusing-proxy", probed.peer.origin)):
        assert_kept(probed.host(probe, proxy).sync(), expected()["told"][probe][0])


def test_a_call_that_must_end_ends_and_the_host_goes_on(probed: Probed) -> None:
    went_on = {}
    for ending in expected()["endings"]:
        probe = ending["probe"]
        code, words = ended(probed.host(probe), ending["within"])
        # Its words go through an output stream.
        is_lost = probe == "last-words-in-check" and probed.name in LOST_HANDLES
        has_words = not probe.startswith("last-words") or WORDS in words or is_lost
        if code == "probe-went-on" or not has_words:
            went_on[probe] = (code, words)
    assert went_on == {}
    assert probed.host("true-summary").sync()["state"] == "succeeded"


def ended(host: Host, within: str) -> tuple[str, str]:
    """The code and the words of the failure of a call."""
    match within:
        case "validate" | "check":
            failed = [one for one in host.check() if one["status"] == "failed"]
            assert failed, "the call went well"
            return failed[-1]["diagnosis"]["code"], failed[-1]["diagnosis"]["message"]
        case "refresh":
            run = host.refresh("User:1")
        case _:
            run = host.sync()
    assert run["failure"] is not None, f"the call ended as {run['state']}"
    return run["failure"]["diagnosis"]["code"], run["failure"]["diagnosis"]["message"]


def assert_kept(run: Json, names: list[str]) -> None:
    """The log tells of each of these promises, and that it was kept."""
    assert names, "a reading that tells of nothing proves nothing"
    assert told(run, names) == dict.fromkeys(names, "info"), run["failure"]


def assert_held(host: Host, documents: list[Json]) -> None:
    """The directory holds these, and whatever else."""
    held = {one["externalId"]: one for one in map(json.loads, host.export().splitlines())}
    for document in documents:
        assert held.get(document["externalId"]) == document
