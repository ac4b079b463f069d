"""A whole hub on one machine: Valkey, worker and web, started in order and stopped in the reverse."""

import http.client
import os
import socket
import time
from pathlib import Path

from chainhub.core.valkey import EmbeddedValkey
from chainhub.quickstart.children import Child
from chainhub.quickstart.voice import say

HOST = "127.0.0.1"
PATIENCE = 120.0  # seconds to the first answer; a cold, busy, small machine needs some


class HubError(Exception):
    """The hub cannot run; the message is for the person at the terminal."""


class Hub:
    """The processes and the address under which they answer."""

    def __init__(self, data: Path, *, port: int) -> None:
        """Take a port and plan the processes."""
        self.data = data
        self.listener = _listen(port)
        self.port: int = self.listener.getsockname()[1]
        self.address = f"http://{HOST}:{self.port}/"
        self.valkey = None if os.environ.get("REDIS_URL") else EmbeddedValkey(data)
        logs = data / "logs"
        slots = str(max(1, (os.cpu_count() or 2) // 2))
        self.worker = Child("worker", ["worker", "--queues", "cpu,system", "--slots", slots, "--beat"], logs=logs)
        fd = self.listener.fileno()
        self.web = Child("web", ["serve", "--fd", str(fd)], logs=logs, hands=[fd])

    def start_broker(self) -> None:
        """Valkey, unless REDIS_URL names another; must come before Django reads its settings."""
        if self.valkey:
            self.valkey.start()
            os.environ["REDIS_URL"] = self.valkey.url

    def start_processes(self) -> None:
        """Worker and web, side by side."""
        self.worker.start()
        self.web.start()

    def wait_until_it_answers(self) -> None:
        """Return when the web process answers; complain when it dies or stays silent."""
        until = time.monotonic() + PATIENCE
        while not self._answers():
            self.look_after()
            if time.monotonic() > until:
                raise HubError(f"The web process does not answer. Its log ends so:\n{self.web.last_words()}")
            time.sleep(0.1)

    def look_after(self) -> None:
        """Start again what died, saying so; give up on what keeps dying."""
        if self.valkey and not self.valkey.is_running():
            say("The embedded Valkey stopped; starting it again.", "内嵌 Valkey 已停止，正在重新启动。")
            self.valkey.start()
        for child in (self.worker, self.web):
            if child.exit_code is None:
                continue
            if not child.may_start_again():
                raise HubError(f"The {child.name} process keeps stopping. Its log ends so:\n{child.last_words()}")
            say(
                f"The {child.name} process ended with code {child.exit_code}; starting it again. Log: {child.log}",
                "进程意外结束，正在重新启动。",
            )
            child.start()

    def stop(self) -> None:
        """In reverse order, each with time to finish what it is writing."""
        self.listener.close()
        self.web.stop(seconds=8)
        self.worker.stop(seconds=20)
        if self.valkey:
            self.valkey.stop()

    def kill(self) -> None:
        """At once, for a person who cannot wait."""
        self.web.kill()
        self.worker.kill()
        if self.valkey:
            self.valkey.stop(seconds=1)

    def _answers(self) -> bool:
        line = http.client.HTTPConnection(HOST, self.port, timeout=5)
        try:
            line.request("GET", "/health")
            return line.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()


def _listen(wanted: int) -> socket.socket:
    """The wanted port, or one of the next ten, or any: this process holds it, so a restarted web keeps the address."""
    for port in (*range(wanted, wanted + 11), 0):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
            listener.listen(1024)
        except OSError:
            listener.close()
            continue
        return listener
    raise HubError("No free port.")
