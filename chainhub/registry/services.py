"""What changes models: publishing what a job made, moving aliases, writing notes into the card, taking files."""

import re

from django.db import transaction
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.activity.services import notify, record
from chainhub.core.errors import InvalidInputError, NotAllowedError
from chainhub.core.live import publish_on_commit
from chainhub.core.sentences import sentence
from chainhub.jobs.models import Status, TrainingJob
from chainhub.jobs.terms import why_unpublishable
from chainhub.jobs.units import unit_of_target
from chainhub.registry import card, permissions, publishing, scores
from chainhub.registry.continuing import offer_as_base
from chainhub.registry.models import Alias, CardEdit, Download, Model, ModelShare, ModelVersion
from chainhub.registry.withholding import withheld
from chainhub.repositories.models import Commit
from chainhub.repositories.services import commit_files, tag_commit

CHAMPION = "champion"
ALIAS = re.compile(r"[a-z][a-z0-9-]{0,39}")
ONLY_CURATORS = gettext_noop("Aliases and the card of this model are kept by the scientists of %(organization)s.")
VERSION_NAME = re.compile(r"v\d+")


def publish_job(job: TrainingJob) -> ModelVersion | None:
    """Publish what the job made, exactly once: asked again, it answers with the version that is there.

    None for a job that has not succeeded, and for one whose data was used against its terms.
    """
    waits = job.status == Status.SUCCEEDED and not ModelVersion.objects.filter(job=job).exists()
    if waits and why_unpublishable(job) is None:
        # Large files change hands before the transaction, which then finds them there.
        publishing.handed_over(publishing.leavings_of(job), job.collaboration.initiator)
    return _publish(job)


@transaction.atomic
def _publish(job: TrainingJob) -> ModelVersion | None:
    # Whoever comes second waits here and then finds the version.
    job = TrainingJob.objects.select_for_update().get(pk=job.pk)
    if job.status != Status.SUCCEEDED:
        return None
    if existing := ModelVersion.objects.filter(job=job).first():
        return existing
    if withheld(job):
        return None
    left = publishing.leavings_of(job)
    model = publishing.line_of(job, task=scores.task_of(left.evaluation, left.config))
    version = _add_version(model, job, left)
    if version.number == 1:
        Alias.objects.create(model=model, name=CHAMPION, version=version)
    receivers = publishing.receivers_of(job)
    ModelShare.objects.bulk_create([ModelShare(version=version, organization=one) for one in receivers])
    offer_as_base(version)
    _tell(version, job)
    return version


def _add_version(model: Model, job: TrainingJob, left: publishing.Leavings) -> ModelVersion:
    number = publishing.next_number(model)
    name, value = scores.primary_of(left.evaluation)
    unit = unit_of_target(job, task=model.task)
    version = ModelVersion(
        model=model,
        number=number,
        job=job,
        config=left.config,
        preprocessing=left.preprocessing,
        evaluation=left.evaluation | ({"unit": unit} if unit else {}),
        primary_metric=name,
        primary_value=value,
    )
    home = model.organization
    files = publishing.handed_over(left, home) | publishing.notice_of(job, home)
    files |= card.files_of(version, files)
    version.commit = commit_files(model.repository, files, author=job.proposed_by, title=f"v{number}: {job}")
    tag_commit(version.commit, f"v{number}")
    version.save(force_insert=True)
    return version


def _tell(version: ModelVersion, job: TrainingJob) -> None:
    receivers = publishing.receivers_of(job)
    url = version.get_absolute_url()
    said = sentence(
        gettext_noop("“%(model)s” version %(number)s is published: you can open, try and download it."),
        model=version.model.name,
        number=version.number,
    )
    notify(publishing.people_of(receivers), "model.published", said, url=url, once=True)
    topics = [version.model.topic, job.topic, job.collaboration.topic, *(one.topic for one in receivers)]
    for topic in topics:
        publish_on_commit(topic, "published", url=url, model=version.model.name, number=version.number, job=job.pk)
    happened = sentence(
        gettext_noop("Training job %(job)s published version %(number)s of “%(model)s” to %(count)s organizations."),
        job=job.pk,
        number=version.number,
        model=version.model.name,
        count=len(receivers),
    )
    record("model.published", happened, actor=None, topics=topics, target_url=url)


@transaction.atomic
def set_alias(version: ModelVersion, name: str, *, actor: User) -> Alias:
    """Let the name stand for this version from now on."""
    model = Model.objects.select_for_update().get(pk=version.model_id)
    _check_curator(actor, model)
    name = name.strip().lower()
    if not ALIAS.fullmatch(name) or VERSION_NAME.fullmatch(name):
        raise InvalidInputError(
            gettext_noop("An alias is a word of small letters, digits and hyphens, such as “champion”, and not “v3”."),
            field="name",
        )
    alias, _made = Alias.objects.update_or_create(
        model=model, name=name, defaults={"version": version, "set_by": actor}
    )
    _record_curation(
        model,
        "model.alias-set",
        gettext_noop("“%(alias)s” now names version %(number)s of “%(model)s”."),
        actor=actor,
        alias=name,
        number=version.number,
    )
    return alias


@transaction.atomic
def remove_alias(alias: Alias, *, actor: User) -> None:
    """The name stands for nothing any more."""
    model = alias.model
    _check_curator(actor, model)
    alias.delete()
    _record_curation(
        model,
        "model.alias-removed",
        gettext_noop("“%(alias)s” no longer names a version of “%(model)s”."),
        actor=actor,
        alias=alias.name,
    )


@transaction.atomic
def edit_card(model: Model, *, text: str, actor: User) -> CardEdit:
    """The next text of what people add to the card; commits the newest version's files with it."""
    model = Model.objects.select_for_update().get(pk=model.pk)
    _check_curator(actor, model)
    last = model.card_edits.first()
    if last is not None and last.text == text.strip():
        return last
    edit = CardEdit.objects.create(
        model=model, number=(last.number if last else 0) + 1, text=text.strip(), author=actor
    )
    _commit_card(model, actor=actor)
    _record_curation(model, "model.card-edited", gettext_noop("The card of “%(model)s” was edited."), actor=actor)
    return edit


def _commit_card(model: Model, *, actor: User) -> Commit:
    version = model.versions.select_related("job", "commit", "model").latest("number")
    files = {entry.path: entry.blob for entry in version.commit.files.select_related("blob")}
    return commit_files(
        model.repository, {**files, **card.files_of(version, files)}, author=actor, title="Edit the model card"
    )


@transaction.atomic
def record_download(version: ModelVersion, *, path: str, actor: User) -> Download:
    """Note who takes which file (or `*`: all of them), before the first byte leaves."""
    download = Download.objects.create(version=version, user=actor, path=path)
    said = gettext_noop("%(path)s of “%(model)s” version %(number)s was downloaded.")
    what = sentence(gettext_noop("Every file")) if path == "*" else path
    record(
        "model.downloaded",
        sentence(said, path=what, model=version.model.name, number=version.number),
        actor=actor,
        topics=[version.model.topic, version.job.topic, version.model.collaboration.topic],
        target_url=version.get_absolute_url(),
    )
    return download


def _check_curator(actor: User, model: Model) -> None:
    if not permissions.may_curate(actor, model):
        raise NotAllowedError(ONLY_CURATORS, organization=model.organization.name)


def _record_curation(model: Model, verb: str, text: str, *, actor: User, **params: object) -> None:
    said = sentence(text, model=model.name, **params)
    topics = [model.topic, model.collaboration.topic, model.organization.topic]
    record(verb, said, actor=actor, topics=topics, target_url=model.get_absolute_url())
    publish_on_commit(model.topic, "changed")
