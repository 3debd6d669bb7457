"""Every host with every connector, and the table of how they compare with the Rust host's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hosts import HOSTS
from worlds import CONNECTORS, Scene

# What the tests said of each pair: by connector and host, the worlds that were equal and those that were not.
_results: dict[tuple[str, str], list[tuple[str, bool]]] = {}
# By host: of all that a check can see.
_promises: dict[str, str] = {}

# Which parameters of a test say what it is of.
OF = ("connector", "host", "world", "probed")


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What hosts compiled, which takes seconds, for all tests in all processes."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "compiled"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


@pytest.fixture
def scene(tmp_path: Path, compiled: Path) -> Iterator[Scene]:
    """Where one world is, with whatever a test starts in it. All of it ends with the test."""
    scene = Scene(tmp_path, compiled)
    yield scene
    scene.end()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Say with each report what it is of: the tests may run in several processes, and the table is made in one."""
    outcome = yield
    params = getattr(getattr(item, "callspec", None), "params", {})
    outcome.get_result().user_properties.append(("of", {name: params[name] for name in OF if name in params}))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember how a world went, by connector and host, and how many promises the probe saw kept."""
    if report.when != "call":
        return
    told = dict(report.user_properties)
    of = told.get("of", {})
    if OF[:3] == tuple(of):
        _results.setdefault((of["connector"], of["host"]), []).append((of["world"], report.passed))
    if "promises" in told:
        _promises[of["probed"]] = told["promises"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table: connectors down, hosts across."""
    if not _results and not _promises:
        return
    terminalreporter.section("connectors and hosts: worlds equal to the Rust host's, promises that the probe saw kept")
    width = max(len(connector) for connector in CONNECTORS)
    terminalreporter.write_line(" ".join([" " * width, *(f"{host:>8}" for host in HOSTS)]))
    for connector in CONNECTORS:
        cells = [_cell(_results.get((connector, host), [])) for host in HOSTS]
        terminalreporter.write_line(" ".join([f"{connector:<{width}}", *(f"{cell:>8}" for cell in cells)]))
    promises = [_promises.get(host, "-") for host in HOSTS]
    terminalreporter.write_line(" ".join([f"{'probe':<{width}}", *(f"{cell:>8}" for cell in promises)]))
    for (connector, host), results in sorted(_results.items()):
        for world, is_equal in results:
            if not is_equal:
                terminalreporter.write_line(f"not equal: {connector} in {host}: {world}")


def _cell(results: list[tuple[str, bool]]) -> str:
    return f"{sum(is_equal for _, is_equal in results)}/{len(results)}" if results else "-"
