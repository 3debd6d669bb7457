"""A server with an imported organisation, for programs that we did not write."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from administrator import Administrator, add_source
from crowd import Crowd, crowded
from server import Server
from stage import Simulator


@dataclass
class Directory:
    """Rollcall, with the company Feihua imported, which DingTalk asked to slow down once."""

    folder: Path
    simulator: Simulator
    serving: Server
    administrator: Administrator


@pytest.fixture(scope="session")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    """One for all tests that only read."""
    yield from serve(tmp_path_factory.mktemp("directory"))


@pytest.fixture
def own_directory(tmp_path: Path) -> Iterator[Directory]:
    """One for a test that changes it."""
    yield from serve(tmp_path)


@pytest.fixture(scope="session")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crowd]:
    """Many people in many departments, for tests that only read."""
    yield from crowded(tmp_path_factory.mktemp("crowd"))


@pytest.fixture
def own_crowd(tmp_path: Path) -> Iterator[Crowd]:
    """The same for a test that changes them."""
    yield from crowded(tmp_path)


def serve(folder: Path, *words: str) -> Iterator[Directory]:
    """It must end in good order, unless the test has ended it."""
    simulator = Simulator(folder)
    try:
        directory = Directory(folder, simulator, serving := Server(folder, *words), Administrator(serving))
        try:
            simulator.control("POST", "/faults", {"fault": "app_too_fast", "path": "/topapi/v2/user/list"})
            add_source(directory.administrator.program("manage"), simulator)
            yield directory
        finally:
            status = directory.serving.stop()
        assert status == 0, directory.serving.log
    finally:
        simulator.stop()
