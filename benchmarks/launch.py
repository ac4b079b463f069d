"""From the launch (the POST) to the first training step on a warm worker: at most 0.5 s on two cores.

A whole hub in a folder for temporary files: Valkey, web, worker. Four suppliers hold 1,000 rows of 784 pixels and a
label each, as in the demo. Each launch is a POST to the REST API; its parts are told by the job's own row, whose last
ones come from the trainer's clock.

    python benchmarks/launch.py [launches]
"""

# ruff: noqa: PLC0415 (Django reads its settings once, and they are made here first)
import http.client
import io
import json
import os
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIMIT = 0.5
SUPPLIERS, ROWS, SIDE = 4, 1000, 28
PARAMETERS = {"epochs": 1, "baselines": False, "bootstrap_samples": 100}
PARTS = {
    "post": "POST answered",
    "claim": "commit to claim",
    "layout": "files laid out",
    "fork": "process there",
    "load": "data read",
    "first_step": "first step",
}


def main(launches: int) -> int:
    """Print the parts of each launch and the median against the limit."""
    with tempfile.TemporaryDirectory(prefix="launch-") as folder:
        hub = open_hub(Path(folder))
        try:
            token, wanted = prepare()
            hub.start_processes()
            hub.wait_until_it_answers()
            wait_for_worker()
            launch(hub.port, token, wanted)  # the first fills caches, and is not counted
            told = [launch(hub.port, token, wanted) for _ in range(launches)]
        finally:
            hub.stop()
    report(told)
    return 0 if statistics.median(one["total"] for one in told) <= LIMIT else 1


def open_hub(folder: Path):
    """Settings first: Django reads them once."""
    sys.path.insert(0, str(ROOT))
    os.environ.update({
        "CHAINHUB_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "chainhub.settings", "LOG_LEVEL": "ERROR",
        "SECRET_KEY": "only for this benchmark", "EMAIL_VERIFICATION": "none",
    })  # fmt: skip
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    from chainhub.quickstart.hub import Hub

    hub = Hub(folder, port=0)
    hub.start_broker()
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    return hub


def prepare():
    """Suppliers, their data, and a token for a program of the first one."""
    from django.utils import timezone

    from chainhub.accounts.models import ApiToken, User
    from chainhub.collaborations.models import Collaboration, Participant
    from chainhub.organizations.models import Membership, Organization

    user = User.objects.create_user("bench@example.test", "a pass phrase", name="Bench")
    owners = [
        Organization.objects.create(name=f"Supplier {n}", short_name=f"S{n}", slug=f"s{n}", stage="upstream", colour=n)
        for n in range(SUPPLIERS)
    ]
    Membership.objects.bulk_create([Membership(user=user, organization=owner, role="owner") for owner in owners])
    together = Collaboration.objects.create(
        name="Inspection", slug="inspection", goal="Read digits.", initiator=owners[0], created_by=user
    )
    for owner in owners:
        Participant.objects.create(collaboration=together, organization=owner, status="accepted", invited_by=user)
    inputs = [register(owner, together, user, number) for number, owner in enumerate(owners)]
    key = ApiToken.new_key()
    ApiToken.objects.create(
        user=user, name="bench", digest=ApiToken.digest_of(key), hint=key[:8], scopes=["read", "launch"],
        expires_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    wanted = {
        "title": "Launch benchmark", "collaboration": together.slug, "organization": owners[0].slug,
        "recipe": "image-classification", "parameters": PARAMETERS, "target": "label",
        "inputs": [{"dataset": name} for name in inputs],
    }  # fmt: skip
    return key, wanted


def register(owner, together, user, number: int) -> str:
    """A ready version, as inspection leaves it: pixels as whole numbers, and a label."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    from chainhub.datasets.canonical import COMPRESSION, TRAINING_FILE
    from chainhub.datasets.models import Dataset, DatasetVersion, Grant
    from chainhub.repositories.services import commit_files, create_repository
    from chainhub.repositories.storage import store_bytes

    random = np.random.default_rng(number)
    names = ["label", *(f"pixel{n}" for n in range(SIDE * SIDE))]
    pixels = random.integers(0, 256, size=(ROWS, SIDE * SIDE)) * (random.random((ROWS, SIDE * SIDE)) < 0.2)
    table = pa.table([pa.array(random.integers(0, 10, ROWS)), *(pa.array(column) for column in pixels.T)], names=names)
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression=COMPRESSION)
    repository = create_repository("dataset")
    dataset = Dataset.objects.create(
        organization=owner, name="Digits", slug="digits", kind="table", target="label", repository=repository,
        created_by=user,
    )  # fmt: skip
    commit = commit_files(repository, {TRAINING_FILE: store_bytes(buffer.getvalue())}, author=user, title="v1")
    fields = [{"name": name, "type": "integer", "kind": "number"} for name in names]
    DatasetVersion.objects.create(
        dataset=dataset, number=1, status="ready", commit=commit, rows=ROWS, created_by=user,
        inspection={"rows": ROWS, "fields": fields},
    )  # fmt: skip
    Grant.objects.create(dataset=dataset, collaboration=together, granted_by=user)
    return f"{owner.slug}/{dataset.slug}"


def wait_for_worker() -> None:
    """Until the node is there and its fork server has had time to import torch."""
    from chainhub.nodes.models import ComputeNode

    while not ComputeNode.objects.present().exists():
        time.sleep(0.1)
    time.sleep(12)


def launch(port: int, token: str, wanted: dict) -> dict[str, float]:
    """One launch, in seconds from the beginning of its POST; waits until the job has ended."""
    from chainhub.jobs.models import TrainingJob

    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    line.request("GET", "/api/v1/recipes/", headers=headers)  # the connection stands before the clock starts
    line.getresponse().read()
    begin = time.time()
    line.request("POST", "/api/v1/jobs/", json.dumps(wanted), headers)
    answer = line.getresponse()
    told = json.loads(answer.read())
    post = time.time() - begin
    if answer.status != http.HTTPStatus.CREATED:
        raise SystemExit(f"not launched: {told}")
    job = TrainingJob.objects.get(pk=told["number"])
    while not job.is_final:
        time.sleep(0.1)
        job.refresh_from_db()
    if job.status != "succeeded":
        raise SystemExit(f"failed: {job.failure}")
    run = job.runs.get()
    marks = {name: run.timings[name] for name in ("layout", "fork", "load", "first_step")}
    spans = dict(
        zip(
            marks,
            (after - before for before, after in zip([0, *marks.values()], marks.values(), strict=False)),
            strict=True,
        )
    )
    claim = (run.started_at - job.queued_at).total_seconds()
    total = run.started_at.timestamp() + run.timings["first_step"] - begin
    return {"post": post, "claim": claim, **spans, "total": total}


def report(told: list[dict[str, float]]) -> None:
    """Each launch in a row; the POST runs beside the claim, so the parts do not add up to the total."""
    print(f"{os.cpu_count()} cores; {SUPPLIERS} × {ROWS} rows × {SIDE * SIDE + 1} fields; seconds\n")
    print("launch  " + "  ".join(f"{title:>15}" for title in PARTS.values()) + f"  {'total':>7}")
    for number, one in enumerate(told, start=1):
        print(f"{number:>6}  " + "  ".join(f"{one[name]:>15.3f}" for name in PARTS) + f"  {one['total']:>7.3f}")
    middle = {name: statistics.median(one[name] for one in told) for name in (*PARTS, "total")}
    print("median  " + "  ".join(f"{middle[name]:>15.3f}" for name in PARTS) + f"  {middle['total']:>7.3f}")
    worst = max(one["total"] for one in told)
    print(f"\nPOST to first step: median {middle['total']:.3f} s, worst {worst:.3f} s; limit {LIMIT} s; "
          f"limit / median = {LIMIT / middle['total']:.1f}")  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 8))
