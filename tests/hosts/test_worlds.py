"""Each host with each connector does in each world what the Rust host does with the Rust connector: the end of every run, its
counters and the codes of its log, and everything that is held, byte by byte.

Run by `cargo xtask hosts`, which names the programs.
"""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

import pytest
from hosts import HOSTS
from worlds import CONNECTORS, WORLDS, Scene, Told


def worlds_of(connector: str) -> str:
    """A twin lives in the worlds of its model."""
    return "dingtalk" if connector == "dingtalk" else "roster"


CASES = [
    (connector, host, world) for connector in CONNECTORS for host in HOSTS for world in WORLDS[worlds_of(connector)]
]


@functools.cache
def reference(model: str, world: str, compiled: Path) -> Told:
    """What the Rust host does with the Rust connector."""
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(Path(folder), compiled)
        try:
            return WORLDS[model][world](scene, "rust", model)
        finally:
            scene.end()


@pytest.mark.parametrize(("connector", "host", "world"), CASES)
def test_a_host_does_what_the_rust_host_does(
    connector: str, host: str, world: str, scene: Scene, compiled: Path
) -> None:
    model = worlds_of(connector)
    told = WORLDS[model][world](scene, host, connector)
    expected = reference(model, world, compiled)
    assert told.steps, "a world that tells nothing proves nothing"
    for one, other in zip(told.steps, expected.steps, strict=True):
        assert one == other
