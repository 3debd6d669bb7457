"""A connector in each language throws, computes for ever, takes all memory: its run fails with its words, and the host goes on. And
what a program has around it elsewhere is not there.

Run by `cargo xtask hosts`, which names the programs.
"""

from __future__ import annotations

import pytest
from hosts import HOSTS
from worlds import Scene

LANGUAGES = ("python", "javascript")
PAIRS = [(language, host) for language in LANGUAGES for host in HOSTS]

# What is done, and what the failure says of it; in a loop there is nobody to say anything.
MISUSES = {"throw": "the roster is upside down 花名册", "memory": "", "recursion": ""}


def source(**settings: str) -> dict[str, object]:
    return {"name": "misused", "settings": settings, "egress": {}}


@pytest.mark.parametrize(("language", "host"), PAIRS)
def test_a_run_tells_how_its_connector_died_and_the_next_one_goes_on(language: str, host: str, scene: Scene) -> None:
    for misuse, words in MISUSES.items():
        run = scene.host(host, f"misuse-{language}", source(misuse=misuse), folder=misuse).sync()
        assert run["state"] == "failed"
        assert run["failure"]["diagnosis"]["code"].startswith("connector-")
        assert words in run["failure"]["diagnosis"]["message"]
    assert scene.host(host, f"misuse-{language}", source(), folder="well").sync()["state"] == "succeeded"


# One host, because a loop takes the minute that each of them grants; how another ends one, the probe shows.
@pytest.mark.parametrize("language", LANGUAGES)
def test_who_computes_for_ever_is_ended_after_a_minute(language: str, scene: Scene) -> None:
    run = scene.host("rust", f"misuse-{language}", source(misuse="loop"), folder="loop").sync()
    assert run["failure"]["diagnosis"]["code"] == "connector-out-of-time"


@pytest.mark.parametrize(("language", "host"), PAIRS)
def test_there_is_nothing_around_a_connector(language: str, host: str, scene: Scene) -> None:
    findings = scene.host(host, f"misuse-{language}", source(), folder="check").check()
    ours = {one["check"]: one["status"] for one in findings if one["diagnosis"]["code"] == "around"}
    if (language, host) == ("python", "node"):
        # jco loses a handle that one component of a closed file gives the other, and ends the call: nothing is got either.
        assert findings[-1]["diagnosis"]["code"] == "connector-trapped"
    else:
        assert len(ours) > 5
        assert set(ours.values()) == {"passed"}, ours
