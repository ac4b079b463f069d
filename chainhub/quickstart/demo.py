"""The demo as quickstart shows it: who may log in, how its jobs move, and what each organization got out of it."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils import translation

from chainhub.core.sentences import render
from chainhub.jobs.models import Status, TrainingJob
from chainhub.quickstart import results
from chainhub.quickstart.voice import Screen, say, table
from chainhub.registry.models import ModelVersion
from chainhub.scenarios import demo

BAR = 24
PUBLISHED_WITHIN = 60.0  # seconds from a job's success to its published version
TENTH = 10  # per cent: in a log, progress is worth a line this often
OVER = {Status.SUCCEEDED, Status.FAILED, Status.CANCELED}


class Demo:
    """Loads, launches and follows."""

    def __init__(self, address: str) -> None:
        """Remember where its pages are."""
        self.address = address.rstrip("/")
        self._numbers: list[int] = []
        self._told: dict[int, object] = {}

    def load(self) -> None:
        """People, organizations, collaborations and datasets, unless they are there."""
        started = time.monotonic()
        demo.load_demo()
        say(f"  ✓ Demo loaded  {time.monotonic() - started:.1f} s", "演示数据已载入")

    def introduce(self) -> None:
        """Who may log in, and which jobs were launched."""
        rows = [[person.email, person.password, person.role] for person in demo.people()]
        say()
        say("Log in as one of these people:", "演示账号：")
        print(table(["e-mail", "password", "who"], rows), flush=True)
        self._numbers = [job.pk for job in demo.launch_demo_jobs()]
        say()
        say("Training:", "训练任务：")
        for job in self._jobs():
            print(f"    {job}  {self.address}{job.get_absolute_url()}", flush=True)

    def follow(self, look_after: Callable[[], None], *, every: float) -> bool:
        """Show the jobs until all have ended and are published; true when all succeeded."""
        screen = Screen()
        until = float("inf")
        with translation.override(settings.LANGUAGE_CODE):
            while True:
                look_after()
                jobs = self._jobs()
                screen.draw([_line(job) for job in jobs], changed=[self._has_news(job) for job in jobs])
                if all(job.status in OVER for job in jobs):
                    until = min(until, time.monotonic() + PUBLISHED_WITHIN)
                    if self._all_published(jobs) or time.monotonic() > until:
                        return self._tell(jobs)
                time.sleep(every)

    def _jobs(self) -> list[TrainingJob]:
        return list(TrainingJob.objects.filter(pk__in=self._numbers).order_by("pk"))

    def _has_news(self, job: TrainingJob) -> bool:
        news = (job.status, job.progress.get("phase"), _share(job) // TENTH)
        changed = self._told.get(job.pk) != news
        self._told[job.pk] = news
        return changed

    def _all_published(self, jobs: list[TrainingJob]) -> bool:
        succeeded = [job.pk for job in jobs if job.status == Status.SUCCEEDED]
        return ModelVersion.objects.filter(job__in=succeeded).count() == len(succeeded)

    def _tell(self, jobs: list[TrainingJob]) -> bool:
        """What came out, job by job."""
        versions = {version.job_id: version for version in ModelVersion.objects.filter(job__in=jobs)}
        for job in jobs:
            say()
            version = versions.get(job.pk)
            if job.status == Status.SUCCEEDED and version:
                print(f"  {job}", flush=True)
                print(results.picture(job.result), flush=True)
                say(f"    Model: {self.address}{version.get_absolute_url()}", "模型")
            elif job.status == Status.SUCCEEDED:
                say(
                    f"  {job}: succeeded, but {PUBLISHED_WITHIN:.0f} s later its model was not published.",
                    "训练成功，但模型尚未发布。",
                )
                print(f"    Log: {settings.DATA / 'logs' / 'worker.log'}", flush=True)
            else:
                print(f"  {job}: {_state(job)}", flush=True)
        return len(versions) == len(jobs)


def _share(job: TrainingJob) -> int:
    """Per cent done."""
    if job.status == Status.SUCCEEDED:
        return 100
    total = job.progress.get("total") or 0
    return min(99, 100 * (job.progress.get("done") or 0) // total) if total else 0


def _line(job: TrainingJob) -> str:
    share = _share(job)
    bar = "█" * (BAR * share // 100) + "░" * (BAR - BAR * share // 100)
    return f"    #{job.pk} {bar} {share:3d} %  {_state(job)}"


def _state(job: TrainingJob) -> str:
    words = [str(job.get_status_display())]
    progress: dict[str, Any] = job.progress if job.status == Status.RUNNING else {}
    if progress.get("phase"):
        words.append(progress["phase"])
    if progress.get("epochs"):
        words.append(f"{progress.get('epoch', 0)}/{progress['epochs']}")
    if job.status == Status.FAILED:
        words.append(render(job.failure))
    elif job.status not in OVER:
        words.append(render(job.reason))
    return " · ".join(word for word in words if word)
