"""Who made the base model, and on which terms, goes along with every model that is made of it."""

from typing import Any

from django.test import Client

from chainhub.bases.models import BaseModel
from chainhub.jobs import services
from chainhub.registry.models import ModelVersion
from chainhub.repositories.storage import open_blob, store_bytes
from tests.factories.bases import make_base
from tests.factories.models import evaluation, publish
from tests.hub.registry.test_going_on import left, made, texts

NOTICE = b"Copyright (c) 2017 who made it. Redistributions must retain this notice.\n"


def noticed(version: ModelVersion) -> bytes | None:
    """What stands beside the version's weights about its base model."""
    entry = version.commit.files.filter(path="BASE.md").first()
    if entry is None:
        return None
    assert entry.blob.owner == version.model.organization
    with open_blob(entry.blob) as file:
        return file.read()


def card(version: ModelVersion, path: str) -> str:
    with open_blob(version.commit.files.get(path=path).blob) as file:
        return file.read().decode()


def test_the_notice_of_an_imported_base_stays_with_what_goes_on_from_it(
    client: Client, alice: Any, dora: Any, anvil: Any, borealis: Any, alliance: Any
) -> None:
    ours, theirs = texts(anvil, alice, alliance, "Notes"), texts(borealis, dora, alliance, "Letters")
    base = make_base(borealis, dora, task="language")
    base.commit.files.create(path="README.md", blob=store_bytes(NOTICE, owner=borealis))

    def go_on(actor: Any, organization: Any, data: Any, begun: BaseModel, title: str) -> ModelVersion:
        job = services.propose_job(
            actor=actor, organization=organization, collaboration=alliance, versions=[data], title=title,
            recipe="fine-tune", parameters={}, target="text", base=begun,
        )  # fmt: skip
        found = {**evaluation({organization.slug: (0.7, 0.9)}), "task": "language"}
        return publish(job, leave=left(found), found=found)

    first = go_on(dora, borealis, theirs, base, "Writer")
    assert noticed(first) == NOTICE
    second = go_on(alice, anvil, ours, made(first), "Second writer")
    assert noticed(second) == NOTICE

    # Who opens the folder or the page reads what that file is.
    for version in (first, second):
        assert "`BASE.md` says whose work the base model is" in card(version, "README.md")
        assert "`BASE.md` 说明基础模型" in card(version, "README.zh.md")
    client.force_login(alice)
    page = client.get(f"{first.model.get_absolute_url()}?tab=files").content.decode()
    assert "Whose work the base model is, and its licence; keep it with every copy." in page


def test_a_base_without_a_notice_and_no_base_leave_none(
    alice: Any, anvil: Any, alliance: Any, version: ModelVersion
) -> None:
    assert noticed(version) is None
    assert "BASE.md" not in card(version, "README.md")
    data = texts(anvil, alice, alliance, "Notes")
    job = services.propose_job(
        actor=alice, organization=anvil, collaboration=alliance, versions=[data], title="Writer", recipe="fine-tune",
        parameters={}, target="text", base=make_base(anvil, alice, task="language"),
    )  # fmt: skip
    found = {**evaluation({"anvil": (0.7, 0.9)}), "task": "language"}
    assert noticed(publish(job, leave=left(found), found=found)) is None
