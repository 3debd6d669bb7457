"""The probe in a host: a connector that tells from inside whether the host keeps the contract, and its peer, which it asks.

What must be found is said by the peer (`probe-peer expected`), so that nothing of it stands here a second time.
"""

from __future__ import annotations

import functools
import json
import subprocess
from pathlib import Path

from hosts import HOSTS, Host, Json
from stage import Running, program

# Port 1 is below those that are given out: nobody listens there.
DEAD = "http://127.0.0.1:1"


@functools.cache
def expected() -> Json:
    """What whoever runs the probe must find."""
    said = subprocess.run([program("PROBE_PEER"), "expected"], capture_output=True, check=True, text=True)
    return json.loads(said.stdout)


class Peer(Running):
    """What the probe asks. It remembers what arrived."""

    def __init__(self, folder: Path) -> None:
        super().__init__([program("PROBE_PEER"), "serve"], folder / "peer.log")

    @staticmethod
    def listens(said: dict[str, object]) -> bool:
        return "listening" in said

    @property
    def origin(self) -> str:
        return str(self.ready["listening"])


class Probed:
    """One host with the probe and a peer of its own. Each kind of reading has a data folder of its own."""

    def __init__(self, name: str, folder: Path, compiled: Path) -> None:
        self.name, self._folder, self._compiled = name, folder, compiled
        self.peer = Peer(folder)
        self._n_made = 0

    def host(self, probe: str, proxy: str | None = None) -> Host:
        """The host with nothing in it, whose probe does this."""
        self._n_made += 1
        folder = self._folder / str(self._n_made)
        folder.mkdir()
        egress = {"allow": [self.peer.origin, DEAD]} | ({} if proxy is None else {"proxy": proxy})
        return HOSTS[self.name](self.name, folder, self._compiled, connector(), self.source(probe, egress))

    def source(self, probe: str, egress: Json) -> Json:
        settings = {"probe": probe, "peer": self.peer.origin, "dead": DEAD, "secret": expected()["secret"]}
        return {"name": "probed", "settings": settings, "egress": egress}

    def end(self) -> None:
        self.peer.stop()


def connector() -> Path:
    """The probe, closed."""
    return program("CONNECTORS") / "probe.wasm"


def found(findings: list[Json]) -> dict[str, Json]:
    """What the probe itself says of its host, by the promise, and what the host says of a probe that died."""
    ours = ("promise-", "probe-", "connector-")
    return {one["check"]: one for one in findings if one["diagnosis"]["code"].startswith(ours)}


def broken(findings: dict[str, Json]) -> dict[str, str]:
    """What is not as it should be, with the words."""
    odd = {name: one for name, one in findings.items() if one["status"] != "passed"}
    return {name: f"{one['status']}: {one['diagnosis']['message']}" for name, one in odd.items()}


def told(run: Json, names: list[str]) -> dict[str, str]:
    """How each of these promises was kept, as the log of a run tells: `info` where it was."""
    severities = {one["code"]: one["severity"] for one in run["entries"] if one["code"] in names}
    return {name: severities.get(name, "never told of") for name in names}
