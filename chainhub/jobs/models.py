"""Training jobs, their runs, inputs, approvals, events and metrics.

The row is the truth; the broker only wakes workers.
"""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chainhub.bases.models import BaseModel
from chainhub.collaborations.models import Collaboration, Participant, ParticipantStatus, UsageAgreement
from chainhub.core.models import Created, HasStatus
from chainhub.datasets.models import DatasetVersion, Grant
from chainhub.nodes.models import ComputeNode
from chainhub.organizations.models import Organization
from chainhub.repositories.models import Blob


class Status(models.TextChoices):
    """Where a job stands."""

    DRAFT = "draft", _("Draft")
    PENDING = "pending", _("Pending approval")
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    SUCCEEDED = "succeeded", _("Succeeded")
    FAILED = "failed", _("Failed")
    CANCELED = "canceled", _("Canceled")


class Device(models.TextChoices):
    """What a job computes on."""

    CPU = "cpu", _("CPU")
    GPU = "gpu", _("GPU")


class JobQuerySet(models.QuerySet["TrainingJob"]):
    """Reads of jobs."""

    def visible_to(self, user: Any) -> "JobQuerySet":
        """Jobs of collaborations that the person's organizations take part in, and those that used their data."""
        if not user.is_authenticated:
            return self.none()
        mine = Organization.objects.of(user)
        partners = Participant.objects.filter(organization__in=mine, status=ParticipantStatus.ACCEPTED)
        used = JobInput.objects.filter(version__dataset__organization__in=mine)
        ours = Q(collaboration__in=partners.values("collaboration")) | Q(organization__in=mine)
        return self.filter(ours | Q(pk__in=used.values("job")))

    def unfinished(self) -> "JobQuerySet":
        return self.filter(status__in=[Status.DRAFT, Status.PENDING, Status.QUEUED, Status.RUNNING])

    def in_queue(self) -> "JobQuerySet":
        """Queued jobs in the order in which they are served."""
        return self.filter(status=Status.QUEUED).order_by("queued_at", "pk")


class TrainingJob(Created, HasStatus):
    """What people launch: a recipe, parameters, and datasets of a collaboration. Its number is its primary key."""

    MOVES: ClassVar = {
        Status.DRAFT: [Status.PENDING, Status.QUEUED, Status.CANCELED],
        Status.PENDING: [Status.QUEUED, Status.CANCELED, Status.FAILED],
        Status.QUEUED: [Status.RUNNING, Status.PENDING, Status.CANCELED, Status.FAILED],
        Status.RUNNING: [Status.SUCCEEDED, Status.FAILED, Status.CANCELED, Status.QUEUED, Status.PENDING],
        Status.FAILED: [Status.QUEUED],
        Status.CANCELED: [Status.QUEUED],
        Status.SUCCEEDED: [],
    }

    title = models.CharField(_("title"), max_length=140)
    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="jobs")
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="jobs", help_text=_("In whose name it was launched.")
    )
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    cloned_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="clones")
    agreement = models.ForeignKey(UsageAgreement, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    recipe = models.CharField(_("recipe"), max_length=60)
    recipe_version = models.PositiveIntegerField(default=1)
    parameters = models.JSONField(default=dict)
    target = models.CharField(_("target field"), max_length=200)
    fields = models.JSONField(default=list, blank=True, help_text="features; empty: all but target and identifiers")
    base = models.ForeignKey(BaseModel, null=True, blank=True, on_delete=models.PROTECT, related_name="jobs")
    made = models.OneToOneField(BaseModel, null=True, blank=True, on_delete=models.PROTECT, related_name="maker")
    split = models.JSONField(default=dict)
    seed = models.PositiveIntegerField(default=0)
    device = models.CharField(max_length=4, choices=Device, default=Device.CPU)
    processes = models.PositiveSmallIntegerField(default=1, help_text="each takes a slot, all of one node")
    limits = models.JSONField(default=dict, help_text="{minutes, memory_mb}")
    spec_hash = models.CharField(max_length=64, help_text="what approvals approve: spec, commits and agreement")

    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT, db_index=True)
    reason = models.JSONField(null=True, blank=True, help_text="why it is where it is, as a sentence")
    failure = models.JSONField(null=True, blank=True, help_text="{kind, text, hint, params}")
    queue = models.CharField(max_length=80, blank=True)
    queued_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True, help_text="when a message last left for the queue")
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    lost_runs = models.PositiveSmallIntegerField(default=0, help_text="workers lost since it was launched or resumed")
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    cancel_requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    progress = models.JSONField(default=dict, help_text="{done, total, phase, epoch, epochs, seconds_left}")
    result = models.JSONField(default=dict, help_text="evaluation.json of the run that succeeded")
    idempotency_key = models.CharField(max_length=80, blank=True)
    request_hash = models.CharField(max_length=64, blank=True, help_text="what was asked under the idempotency key")

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["proposed_by", "idempotency_key"],
                condition=~Q(idempotency_key=""),
                name="one_job_per_idempotency_key",
            )
        ]
        indexes = [models.Index(fields=["status", "queued_at"])]

    def __str__(self) -> str:
        return f"#{self.pk} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("web:job", args=[self.pk])

    @property
    def topic(self) -> str:
        return f"job:{self.pk}"

    @property
    def is_final(self) -> bool:
        return self.status in {Status.SUCCEEDED, Status.FAILED, Status.CANCELED}


class JobInput(models.Model):
    """A dataset version that a job trains on, pinned to its commit and to the grant under which it was launched."""

    job = models.ForeignKey(TrainingJob, on_delete=models.CASCADE, related_name="inputs")
    version = models.ForeignKey(DatasetVersion, on_delete=models.PROTECT, related_name="job_inputs")
    commit_oid = models.CharField(max_length=40)
    grant = models.ForeignKey(Grant, null=True, blank=True, on_delete=models.PROTECT, related_name="job_inputs")
    terms = models.JSONField(
        default=dict, blank=True, help_text="that held at the launch; they bind the model for good"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["job", "version"], name="an_input_once_per_job")]

    def __str__(self) -> str:
        return f"{self.job_id} ← {self.version}"


class ApprovalStatus(models.TextChoices):
    """A data owner's answer."""

    PENDING = "pending", _("Pending approval")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")


class ApprovalQuerySet(models.QuerySet["Approval"]):
    """Reads of approvals."""

    def visible_to(self, user: Any) -> "ApprovalQuerySet":
        return self.filter(job__in=TrainingJob.objects.visible_to(user))

    def awaiting(self, user: Any, roles: Any) -> "ApprovalQuerySet":
        """Those this person could answer now."""
        theirs = Q(organization__memberships__user=user, organization__memberships__role__in=roles)
        return self.filter(theirs, status=ApprovalStatus.PENDING, job__status=Status.PENDING)


class Approval(Created, HasStatus):
    """A data owner's consent to one job, over the hash of exactly what it will do."""

    MOVES: ClassVar = {ApprovalStatus.PENDING: [ApprovalStatus.APPROVED, ApprovalStatus.DECLINED]}

    job = models.ForeignKey(TrainingJob, on_delete=models.CASCADE, related_name="approvals")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="approvals")
    status = models.CharField(max_length=10, choices=ApprovalStatus, default=ApprovalStatus.PENDING)
    spec_hash = models.CharField(max_length=64)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["job", "organization"], name="one_answer_per_owner")]

    def __str__(self) -> str:
        return f"{self.job_id} · {self.organization}"


class Run(models.Model):
    """One attempt at a job, by one worker that holds a lease on it."""

    job = models.ForeignKey(TrainingJob, on_delete=models.CASCADE, related_name="runs")
    number = models.PositiveIntegerField()
    node = models.ForeignKey(ComputeNode, null=True, blank=True, on_delete=models.SET_NULL, related_name="runs")
    lease = models.UUIDField(unique=True)
    lease_until = models.DateTimeField()
    slot = models.CharField(max_length=600, blank=True, help_text="cpu-0; with several processes gpu-0, gpu-1")
    pid = models.PositiveIntegerField(null=True, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    first_step_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(
        max_length=12, blank=True, help_text="succeeded, failed, canceled, lost, drained; empty while it runs"
    )
    resumed_from = models.ForeignKey(Blob, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    checkpoint = models.ForeignKey(Blob, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    checkpoint_step = models.PositiveIntegerField(null=True, blank=True)
    timings = models.JSONField(default=dict, help_text="seconds of each part from claim to first step")
    usage = models.JSONField(default=dict, help_text="{cpu, memory, peak_memory}: cores in use, bytes")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["job", "number"], name="runs_count_up"),
            # At most one attempt holds a job at any time, whatever the broker delivers.
            models.UniqueConstraint(fields=["job"], condition=Q(ended_at=None), name="one_live_run_per_job"),
        ]

    def __str__(self) -> str:
        return f"{self.job_id}-{self.number}"


class RunEvent(models.Model):
    """What the trainer said, once each, in its own order; points of curves are kept as metrics, progress in the job."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="events")
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=12)
    payload = models.JSONField()

    class Meta:
        ordering = ["run_id", "seq"]
        constraints = [models.UniqueConstraint(fields=["run", "seq"], name="an_event_once")]
        indexes = [models.Index(fields=["run", "kind", "seq"])]

    def __str__(self) -> str:
        return f"{self.run_id}:{self.seq} {self.kind}"


class Metric(models.Model):
    """A point of a curve."""

    job = models.ForeignKey(TrainingJob, on_delete=models.CASCADE, related_name="metrics")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="metrics")
    seq = models.PositiveIntegerField(help_text="the event's number in its run")
    name = models.CharField(max_length=40)
    step = models.PositiveIntegerField()
    epoch = models.PositiveIntegerField(null=True, blank=True)
    value = models.FloatField(null=True)
    split = models.CharField(max_length=12)
    organization = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    series = models.CharField(max_length=10, default="together", help_text="together or alone")
    fold = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["run", "seq"], name="a_point_once")]
        indexes = [models.Index(fields=["job", "name", "split"])]

    def __str__(self) -> str:
        return f"{self.name}={self.value}@{self.step}"


class Artifact(models.Model):
    """A file that a run left, kept as a blob."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="artifacts")
    path = models.CharField(max_length=300)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["path"]
        constraints = [models.UniqueConstraint(fields=["run", "path"], name="one_artifact_per_path")]

    def __str__(self) -> str:
        return self.path
