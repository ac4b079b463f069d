"""`python3 manage.py scenarios`: trains every scenario's example through a hub of its own and writes what came out.

Stopped and begun again, it goes on: what is published stays, what runs is waited for, and in the table what was not
asked for keeps the row that it had. Its hub is kept in a folder of its own, `var/scenarios`, and
`quickstart --data var/scenarios --no-demo` opens it.
"""

import argparse
import os
import time
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from chainhub.core.errors import DomainError
from chainhub.core.valkey import ValkeyError
from chainhub.quickstart.hub import Hub, HubError
from chainhub.quickstart.main import LOOK, ROOT, alone, end_when_asked, migrate, stop
from chainhub.quickstart.voice import say, say_if_heard, table

if TYPE_CHECKING:
    from chainhub.jobs.models import TrainingJob
    from chainhub.registry.models import ModelVersion
    from chainhub.scenarios.examples import Example
    from chainhub.scenarios.results import Result

LABORATORY, DIRECTOR = "Scenario laboratory 情景实验室", "scenarios@chainhub.invalid"
PUBLISHED_WITHIN = 300.0  # seconds from a job's success to its published version
PAGES = {"en": "scenarios.md", "zh-hans": "scenarios.zh.md"}


class TrialError(Exception):
    """A job came to nothing; the others go on."""


def scenarios(arguments: list[str]) -> int:
    """Run what was named, or all; 0 where every job succeeded, 1 else, 130 where it was interrupted."""
    options = _options(arguments)
    data = Path(options.data or ROOT / "var" / "scenarios").expanduser().resolve()
    os.environ["CHAINHUB_DATA"] = str(data)
    end_when_asked()
    try:
        options.docs = _folder(options.docs)
        with alone(data) as note:
            return _run(options, data, note)
    except (HubError, ValkeyError, DomainError) as error:
        say_if_heard(str(error))
        return 1
    except KeyboardInterrupt:
        return 130


def _folder(name: str) -> Path:
    """Where the pages go, made if need be: an hour of training shall not end in a folder that is not there."""
    folder = Path(name).expanduser().resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise HubError(f"No pages can be written into {folder}: {error.strerror}. 无法写入该文件夹。") from None


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="manage.py scenarios",
        description="Train every scenario's example through a hub of its own, and write docs/scenarios.md.",
    )
    parser.add_argument("only", nargs="*", help="slugs of scenarios, or scenario/trial; all where none is named")
    parser.add_argument("--data", metavar="DIR", help="where its hub is kept (default: var/scenarios)")
    parser.add_argument("--docs", metavar="DIR", default=str(ROOT / "docs"), help="where the pages are written")
    parser.add_argument("--port", type=int, default=8100, help="the port to try first (default: 8100)")
    return parser.parse_args(arguments)


def _run(options: argparse.Namespace, data: Path, note: Path) -> int:
    hub = Hub(data, port=options.port)
    try:
        hub.start_broker()
        migrate()
        hub.start_processes()
        hub.wait_until_it_answers()
        note.write_text(hub.address)
        return _train(options, hub)
    finally:
        stop(hub)


def _train(options: argparse.Namespace, hub: Hub) -> int:
    every = _examples()
    chosen = [one for one in every if _is_wanted(one, options.only)]
    for name in options.only:
        if not any(_is_wanted(one, [name]) for one in every):
            raise HubError(f"No scenario is called “{name}”. 没有名为“{name}”的场景。")
    well = True
    for place, example in enumerate(chosen, start=1):
        said = f"{place}/{len(chosen)} {example.scenario.slug}/{example.trial.slug}"
        say(said)
        try:
            well &= _one(example, hub)
        except (DomainError, TrialError) as error:
            say(f"  ✗ {error}")
            well = False
        done = chosen[:place]
        _write([_result_of(one, asked=one in done) for one in every], options.docs)
    print(table(["scenario", "together", "reached"], [_told(_result_of(one)) for one in chosen]), flush=True)
    return 0 if well else 1


def _examples() -> "list[Example]":
    from chainhub.accounts.models import User  # noqa: PLC0415 (needs the settings, and so the data folder)
    from chainhub.organizations.models import Organization, Stage  # noqa: PLC0415
    from chainhub.organizations.services import create_organization  # noqa: PLC0415
    from chainhub.scenarios.catalogue import scenarios as known  # noqa: PLC0415
    from chainhub.scenarios.examples import Example  # noqa: PLC0415

    director = User.objects.filter(email=DIRECTOR).first() or User.objects.create_user(DIRECTOR, None, name="Director")
    laboratory = Organization.objects.filter(name=LABORATORY).first() or create_organization(
        actor=director, name=LABORATORY, short_name="Laboratory", stage=Stage.SERVICE
    )
    return [Example(scenario, trial, laboratory) for scenario in known() for trial in scenario.trials]


def _is_wanted(example: "Example", only: list[str]) -> bool:
    slug = example.scenario.slug
    return not only or slug in only or f"{slug}/{example.trial.slug}" in only


def _one(example: "Example", hub: Hub) -> bool:
    """Launch it if need be, and wait for the published version; whether there is one."""
    from chainhub.accounts.models import User  # noqa: PLC0415
    from chainhub.core.sentences import render  # noqa: PLC0415
    from chainhub.jobs.models import Status  # noqa: PLC0415
    from chainhub.scenarios.making import launch_example  # noqa: PLC0415

    started = time.monotonic()
    job = launch_example(example, actor=User.objects.get(email=DIRECTOR))
    until = float("inf")
    while (version := _version_of(job)) is None and time.monotonic() < until:
        hub.look_after()
        time.sleep(LOOK)
        job.refresh_from_db()
        if job.status in {Status.FAILED, Status.CANCELED}:
            raise TrialError(render(job.failure) or str(job.status))
        if job.status == Status.SUCCEEDED:
            until = min(until, time.monotonic() + PUBLISHED_WITHIN)
    say(f"  {'✓' if version else '✗'} {time.monotonic() - started:.0f} s")
    return version is not None


def _version_of(job: "TrainingJob | None") -> "ModelVersion | None":
    from chainhub.registry.models import ModelVersion  # noqa: PLC0415

    return ModelVersion.objects.filter(job=job).select_related("model").first() if job else None


def _result_of(example: "Example", *, asked: bool = True) -> "Result":
    from chainhub.scenarios.results import Result  # noqa: PLC0415

    job = example.job()
    run = job.runs.filter(ended_at__isnull=False).order_by("-pk").first() if job else None
    seconds = (run.ended_at - run.started_at).total_seconds() if run and run.ended_at else None
    return Result(example.scenario, example.trial, _version_of(job), seconds, asked=asked)


def _write(results: "list[Result]", folder: Path) -> None:
    from chainhub.scenarios.report import page  # noqa: PLC0415

    for language, name in PAGES.items():
        old, new = folder / name, folder / f"{name}.new"
        before = old.read_text(encoding="utf-8") if old.exists() else ""
        new.write_text(page(results, language, before=before), encoding="utf-8")
        new.replace(old)


def _told(result: "Result") -> list[str]:
    value = result.value(result.metric, "together")
    reached = [result.reaches(baseline) for baseline in result.trial.baselines]
    return [
        f"{result.scenario.slug}/{result.trial.slug}",
        "–" if value is None else f"{value:.3f}",
        " ".join("–" if one is None else "yes" if one else "no" for one in reached),
    ]
