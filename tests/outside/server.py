"""`rollcall serve` as a system runs it that collects what its programs log."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from stage import ALLOW_PRIVATE, Running, Serving, empty_data, program


# What programs may allow sources to talk to: DingTalk itself.
ALLOWED = ("https://api.dingtalk.com", "https://oapi.dingtalk.com", "https://wss-open-connection.dingtalk.com")


class Server(Serving):
    """With one connector on its shelf, DingTalk's as a rule. Started in the same folder again, it has what it had."""

    def __init__(self, folder: Path, *words: str, connector: str = "DINGTALK_CONNECTOR") -> None:
        connectors = folder / "connectors"
        connectors.mkdir(exist_ok=True)
        shutil.copy(program(connector), connectors)
        self.data = folder / "data"
        if not self.data.exists():
            empty_data(folder)
        self._log = folder / f"rollcall-{len(list(folder.glob('rollcall-*.log')))}.log"
        Running.__init__(
            self,
            [
                program("ROLLCALL"),
                *("serve", "--data", self.data, "--connectors", connectors, "--listen", "127.0.0.1:0"),
                *(ALLOW_PRIVATE, "--format", "json", "--log-format", "json", *words),
                *(word for origin in ALLOWED for word in ("--allow-origin", origin)),
            ],
            self._log,
        )

    @property
    def log(self) -> list[dict[str, object]]:
        """What it has logged until now; each line must be a JSON object."""
        lines = self._log.read_text().splitlines()
        return [json.loads(line) for line in lines]
