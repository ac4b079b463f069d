"""One of everything at Anvil and Borealis, so that the rules can ask for every address.

Every name that an outsider must not read anywhere contains `SECRET`.
"""

import json
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from chainhub.accounts.models import ApiToken, User
from chainhub.activity.models import AuditEvent, Notice
from chainhub.activity.services import notify
from chainhub.bases.models import BaseModel
from chainhub.collaborations.models import Collaboration, Participant
from chainhub.core.sentences import sentence
from chainhub.datasets.models import Dataset, Visibility
from chainhub.jobs.models import Approval, Artifact, Metric, Run, Status, TrainingJob
from chainhub.organizations import invitations
from chainhub.organizations.models import Invitation, Membership, Organization, Role
from chainhub.policies import services
from chainhub.policies.models import AccessRequest, SignedAgreement, WithdrawalReport
from chainhub.policies.terms import Terms
from chainhub.registry.models import ModelVersion
from chainhub.registry.services import publish_job
from chainhub.repositories.models import Upload
from chainhub.repositories.storage import store_bytes
from tests.factories import datasets, jobs
from tests.factories.bases import make_base
from tests.factories.nodes import make_node

SECRET = "Sekrit"
SCORE = {"value": 0.9, "low": 0.8, "high": 0.95}
EVALUATION = {
    "task": "classification",
    "primary_metric": {"name": "accuracy"},
    "overall": {"rows": 20, "metrics": {"accuracy": SCORE}},
    "weighted": {"alone": {"accuracy": 0.7}, "together": {"accuracy": 0.9}},
    "organizations": [],
}


@dataclass(kw_only=True)
class World:
    """The things by which addresses are made."""

    alice: User
    dora: User
    carol: User
    erin: User
    anvil: Organization
    alliance: Collaboration
    seat: Membership
    invitation: Invitation
    link: str
    participant: Participant
    dataset: Dataset
    upload: Upload
    pending: TrainingJob
    approval: Approval
    done: TrainingJob
    version: ModelVersion
    token: ApiToken
    notice: Notice
    event: AuditEvent
    asked: AccessRequest
    agreement: SignedAgreement
    report: WithdrawalReport
    base: BaseModel


def build(alice: User, dora: User, carol: User, erin: User, alliance: Collaboration) -> World:
    """A collaboration in which everything has happened once."""
    anvil, borealis = (Organization.objects.get(slug=slug) for slug in ("anvil", "borealis"))
    Collaboration.objects.filter(pk=alliance.pk).update(name=f"{SECRET} alliance", goal=f"{SECRET} goal")
    alliance.refresh_from_db()
    invitation, link = invitations.invite_person(anvil, actor=alice, role=Role.VIEWER, email="frida@example.test")
    own = datasets.registered_csv(alice, anvil, name=f"{SECRET} bearings", visibility=Visibility.GRANTED)
    theirs = datasets.registered_csv(dora, borealis, name=f"{SECRET} rotors", visibility=Visibility.GRANTED)
    datasets.granted(own, alliance, alice, needs_approval=True)
    datasets.granted(theirs, alliance, dora)
    versions = [own.versions.get(), theirs.versions.get()]
    asked: dict[str, Any] = {"target": "sick"}
    done = succeeded(jobs.make_job(dora, borealis, alliance, versions, title=f"{SECRET} first", **asked))
    pending = jobs.make_job(dora, borealis, alliance, versions, title=f"{SECRET} second", **asked)
    make_node("node-1")
    version = publish_job(done)
    assert version is not None
    notify([alice], "test.news", sentence(f"{SECRET} news"), url="/me/")
    return World(
        alice=alice, dora=dora, carol=carol, erin=erin, anvil=anvil, alliance=alliance,
        seat=anvil.memberships.get(user=erin), invitation=invitation, link=link,
        participant=alliance.participants.get(organization=anvil), dataset=own,
        upload=datasets.uploaded(alice, "a,b\n1,2\n", f"{SECRET}.csv"), pending=pending,
        approval=pending.approvals.get(organization=anvil), done=done, version=version,
        token=ApiToken.objects.create(
            user=alice, name=SECRET, digest="0" * 64, hint="chh_0000", scopes=["read"],
            expires_at=timezone.now() + timedelta(days=1),
        ),
        **negotiated(alice, dora, borealis, alliance, own), base=make_base(anvil, alice, name=f"{SECRET} reader"),
        notice=Notice.objects.filter(user=alice).latest("pk"), event=AuditEvent.objects.latest("pk"),
    )  # fmt: skip


def negotiated(alice: User, dora: User, borealis: Any, alliance: Collaboration, own: Dataset) -> dict[str, Any]:
    """A policy, a request that was agreed on, one that waits for Alice, and a report of what was taken back."""
    services.set_policy(own, Terms(max_jobs=90), actor=alice)
    other = datasets.registered_csv(alice, own.organization, name=f"{SECRET} gears", visibility=Visibility.GRANTED)
    datasets.granted(other, alliance, alice)
    asked = [
        services.request_access(data, alliance, borealis, actor=dora, purpose=f"{SECRET} purpose", terms=Terms())
        for data in (other, own)
    ]
    services.accept(asked[0], actor=alice, read=1)
    report = services.keep_report(other, {"jobs": [], "models": []}, actor=alice)
    agreement = SignedAgreement.objects.get(request=asked[0])
    return {"asked": asked[1], "agreement": agreement, "report": report}


def succeeded(job: TrainingJob, *, seconds: int = 60) -> TrainingJob:
    """The job as a worker leaves it."""
    now = timezone.now()
    run = Run.objects.create(
        job=job, number=1, lease=uuid.uuid4(), lease_until=now, ended_at=now, outcome="succeeded",
        started_at=now - timedelta(seconds=seconds),
    )  # fmt: skip
    config = {"recipe": "tabular", "task": "classification", "inputs": [], "outputs": ["0", "1"]}
    left = {
        "model.safetensors": b"\0" * 8,
        "config.json": config,
        "preprocessing.json": {},
        "evaluation.json": EVALUATION,
    }
    for path, content in left.items():
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        Artifact.objects.create(run=run, path=path, blob=store_bytes(data, owner=run.job.organization))
    Metric.objects.create(job=job, run=run, name="loss", step=1, value=0.5, split="train", seq=1)
    job.approvals.update(status="approved")
    TrainingJob.objects.filter(pk=job.pk).update(
        status=Status.SUCCEEDED, started_at=now - timedelta(seconds=seconds), finished_at=now, result=EVALUATION
    )
    job.refresh_from_db()
    return job
