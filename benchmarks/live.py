"""From the trainer's word to every open browser: curves, log and progress at most one second behind.

A hub as in `launch.py`, one job of small steps, and so many listeners on its event stream, each on a connection of its
own as a browser's would be. Every piece of news carries the trainer's clock; what is told is how much later it arrived.

    python benchmarks/live.py [listeners] [epochs]
"""

# ruff: noqa: PLC0415 (Django reads its settings once, and they are made by launch.py)
import http.client
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import launch

LIMIT = 1.0
KINDS = ("metrics", "progress", "log")


def main(listeners: int, epochs: int) -> int:
    """Print the delays by kind of news, and the worst of all against the limit."""
    with tempfile.TemporaryDirectory(prefix="live-") as folder:
        hub = launch.open_hub(Path(folder))
        try:
            token, wanted = launch.prepare()
            hub.start_processes()
            hub.wait_until_it_answers()
            launch.wait_for_worker()
            launch.launch(hub.port, token, wanted)  # fills caches, and is not counted
            wanted["parameters"] = {**wanted["parameters"], "epochs": epochs}
            delays = watch(hub.port, token, wanted, listeners)
        finally:
            hub.stop()
    return report(delays, listeners)


def watch(port: int, token: str, wanted: dict, listeners: int) -> dict[str, list[float]]:
    """Launch a job and listen to it until it has ended; delays in seconds by kind of news."""
    cookie = session_cookie()
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    line.request("POST", "/api/v1/jobs/", json.dumps(wanted), headers)
    number = json.loads(line.getresponse().read())["number"]
    delays: dict[str, list[float]] = {kind: [] for kind in KINDS}
    threads = [
        threading.Thread(target=listen, args=(port, cookie, number, delays), daemon=True) for _ in range(listeners)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(180)
    return delays


def session_cookie() -> str:
    """The person of the benchmark, signed in."""
    from django.conf import settings
    from django.test import Client

    from chainhub.accounts.models import User

    browser = Client()
    browser.force_login(User.objects.get())
    return f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"


def listen(port: int, cookie: str, number: int, delays: dict[str, list[float]]) -> None:
    """One browser. What had been said before it came is not late."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    line.request("GET", f"/events?topics=job:{number}", headers={"Cookie": cookie, "Accept": "text/event-stream"})
    stream, since = line.getresponse(), time.time()
    for raw in stream:
        if not raw.startswith(b"data: "):
            continue
        said = json.loads(raw[6:])
        if said["kind"] == "state" and said["status"] == "succeeded":
            return
        at = datetime.fromisoformat(said["at"]).timestamp() if said.get("at") else 0
        if said["kind"] in delays and at > since:
            delays[said["kind"]].append(time.time() - at)


def report(delays: dict[str, list[float]], listeners: int) -> int:
    everything = sorted(delay for some in delays.values() for delay in some)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {listeners} listeners; seconds behind the trainer")
    for kind, some in delays.items():
        if some:
            print(f"  {kind:<9} {len(some):>6} pieces  median {statistics.median(some):.3f}  worst {max(some):.3f}")
    late = everything[int(0.99 * (len(everything) - 1))]
    print(f"99 of 100 within {late:.3f} s, worst {everything[-1]:.3f} s; limit {LIMIT} s; limit / worst = "
          f"{LIMIT / everything[-1]:.1f}")  # fmt: skip
    return 0 if late <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in (*sys.argv[1:], *("20", "300")[len(sys.argv) - 1 :]))))
