"""The background task: claimed once, alive while it works, begun again when its worker is lost, decided once."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from chainhub.accounts.models import User
from chainhub.core.sentences import render
from chainhub.datasets import services
from chainhub.datasets.inspection.findings import RefusedFileError, quiet
from chainhub.datasets.isolation import inspect_isolated
from chainhub.datasets.models import DatasetVersion, VersionStatus
from chainhub.datasets.services import inspecting, outcome
from chainhub.organizations.models import Organization
from tests.factories import datasets as make


@pytest.fixture
def waiting(alice: User, anvil: Organization) -> DatasetVersion:
    dataset = services.register_dataset(
        actor=alice, organization=anvil, name="Waiting", upload=make.uploaded(alice, make.as_csv(make.ROWS))
    )
    return dataset.versions.get()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    messages: list[Any] = []

    def keep(task: str, *args: Any, queue: str = "system") -> bool:
        messages.append((task, *args))
        return True

    monkeypatch.setattr(inspecting, "send", keep)
    return messages


def test_two_workers_cannot_have_one_version(waiting: DatasetVersion) -> None:
    assert inspecting.claim_version(waiting.pk) is not None
    assert inspecting.claim_version(waiting.pk) is None
    services.inspect_version(waiting.pk, isolated=False)
    waiting.refresh_from_db()
    assert waiting.status == VersionStatus.INSPECTING


def test_a_version_whose_worker_was_lost_is_sent_again(waiting: DatasetVersion, sent: list[Any]) -> None:
    services.send_uninspected()
    assert sent == []
    DatasetVersion.objects.update(claimed_at=timezone.now() - inspecting.SILENT - timedelta(seconds=1))
    assert services.send_uninspected() == 1
    assert sent == [("datasets.inspect_version", waiting.pk)]
    assert make.inspected(waiting).status == VersionStatus.READY
    assert services.send_uninspected() == 0


def test_a_version_whose_message_was_lost_is_sent_again(waiting: DatasetVersion, sent: list[Any]) -> None:
    DatasetVersion.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    assert services.send_uninspected() == 1


def test_a_worker_that_slept_too_long_decides_nothing(waiting: DatasetVersion) -> None:
    slow = inspecting.claim_version(waiting.pk)
    assert slow is not None
    DatasetVersion.objects.update(claimed_at=timezone.now() - inspecting.SILENT - timedelta(seconds=1))
    assert make.inspected(waiting).status == VersionStatus.READY
    slow._told = -1e9
    with pytest.raises(inspecting.ClaimLostError):
        slow.tell(0.5)
    outcome.refuse(slow.version, {"text": "no", "params": {}}, claimed_at=slow.at)
    waiting.refresh_from_db()
    assert waiting.status == VersionStatus.READY


def test_a_file_that_kills_its_reader_is_refused_in_the_end(waiting: DatasetVersion) -> None:
    DatasetVersion.objects.update(attempts=inspecting.MOST_ATTEMPTS)
    refused = make.inspected(waiting)
    assert refused.status == VersionStatus.REFUSED
    assert "could not be inspected" in render(refused.refusal)


def test_progress_is_kept_for_those_who_come_later(waiting: DatasetVersion) -> None:
    claim = inspecting.claim_version(waiting.pk)
    assert claim is not None
    claim._told = -1e9
    claim.tell(0.4)
    waiting.refresh_from_db()
    assert waiting.progress == 0.4


ENDINGS = {
    "takes too much memory": (
        "from pathlib import Path\n"
        "from chainhub.datasets.inspection import __main__ as reader\n"
        "reader._outcome = lambda *asked: {'rows': bytearray(2**34)}\n"
        "reader.main(Path('source'), Path('work'))\n"
    ),
    "takes too much time": (
        "import resource\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\n"
        "while True: pass\n"
    ),
    "is killed where the machine has no memory left": "import os\nos.kill(os.getpid(), 9)\n",
    "crashes": "import os\nos.kill(os.getpid(), 11)\n",
    "aborts": "import os\nos.abort()\n",
    "ends with an error": "raise SystemExit(1)\n",
    "ends and tells nothing": "",
}  # fmt: skip


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_child_that_dies_refuses_only_its_file(ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that takes too much is told apart from one that the reader crashes over; both are real processes."""
    (tmp_path / "reader_of_this_test.py").write_text(ENDINGS[ending])
    monkeypatch.setattr("chainhub.datasets.isolation.READER", "reader_of_this_test")
    bounds = ending.startswith(("takes", "is killed"))
    with pytest.raises(RefusedFileError, match="more memory or time" if bounds else "crashed over this file"):
        inspect_isolated(tmp_path / "source", tmp_path, quiet)


def test_what_no_reader_foresaw_is_still_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(RefusedFileError, match=r"as a table or as images \(FileNotFoundError"):
        inspect_isolated(tmp_path / "nowhere", tmp_path, quiet)


def test_a_child_sees_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from chainhub.datasets import isolation

    monkeypatch.setenv("SECRET_KEY", "hidden")
    monkeypatch.setenv("DATABASE_URL", "postgres://hidden")
    assert set(isolation._bare_environment()) == {"PATH", "LANG", "PYTHONPATH", "OMP_NUM_THREADS", "ARROW_NUM_THREADS"}
