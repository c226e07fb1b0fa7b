"""`qloak serve` as a process, as its users start it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2

from qloak.storage.ledger import Scope
from qloak.storage.vault import Vault, VaultOptions

SOURCE = Path(__file__).parent.parent / "src"
_SECONDS = 60


@dataclass(frozen=True)
class Caller:
    """Somebody with a token, who asks /v1 and must get an answer.

    Attributes:
        url: of the gateway.
        token: theirs.
    """

    url: str
    token: str

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = httpx2.request(method, self.url + path, json=body, headers=headers, timeout=30)
        assert answer.is_success, answer.text
        return answer.json()


@dataclass(slots=True)
class WebServer:
    """A gateway with pages over a vault with six embedded providers, on loopback.

    Attributes:
        folder: for the vault and logs.
        options: how the vault is made.
        token: of the operator, with all scopes.
        url: where it listens.
    """

    folder: Path
    options: VaultOptions = field(default_factory=VaultOptions)
    token: str = ""
    url: str = ""
    _child: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        with Vault.init(self.folder / "vault", self.options) as vault:
            self.token, _ = vault.ledger.tokens.create("local", list(Scope))
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop(signal.SIGKILL)

    def start(self) -> None:
        """Start it, where it was before if it has run before, and wait until clients may connect."""
        port = self.url.rpartition(":")[2] or "0"
        command = [sys.executable, "-m", "qloak", "serve", "--vault", str(self.folder / "vault"), "--port", port]
        environment = {**os.environ, "PYTHONPATH": str(SOURCE), "QLOAK_TOKEN": self.token}
        log = self.folder / "serve.log"
        with log.open("w") as errors:
            self._child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment)
        line = self._child.stdout.readline() if self._child.stdout else ""
        _, _, rest = line.strip().partition("http://")
        if not rest:
            raise RuntimeError(f"it did not start: {line}\n{log.read_text()[-2000:]}")
        self.url = "http://" + rest.split()[0]

    def one_time_link(self) -> str:
        """What it printed to sign in with, once."""
        for line in (self.folder / "serve.log").read_text().splitlines():
            if "/sign-in/once" in line:
                return line[line.index("http://") :].strip()
        raise RuntimeError("it printed no link")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End it, in order by default; its exit code."""
        child, self._child = self._child, None
        if child is None:
            return 0
        child.send_signal(how)
        code = child.wait(_SECONDS)
        if child.stdout is not None:
            child.stdout.close()
        return code
