"""A server with an imported organisation, for programs that we did not write."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from administrator import Administrator, add_source
from stage import Serving, Simulator


@dataclass(frozen=True)
class Directory:
    """Rollcall, with the company Feihua imported."""

    serving: Serving
    simulator: Simulator
    administrator: Administrator


@pytest.fixture(scope="session")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    """One for all tests that only read. It must end in good order."""
    yield from serve(tmp_path_factory.mktemp("directory"))


@pytest.fixture
def own_directory(tmp_path: Path) -> Iterator[Directory]:
    """One for a test that changes it."""
    yield from serve(tmp_path)


def serve(folder: Path) -> Iterator[Directory]:
    simulator = Simulator(folder)
    serving = Serving(folder)
    try:
        administrator = Administrator(serving)
        add_source(administrator.program("manage"), simulator)
        yield Directory(serving, simulator, administrator)
        status = serving.stop()
        assert status == 0, (folder / "rollcall.log").read_text()
    finally:
        serving.stop()
        simulator.stop()
