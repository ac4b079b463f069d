"""Every set whole, out of the pinned packages where this machine can have them: counted, and understood by the hub."""

import io
from pathlib import Path

import pytest

from chainhub.accounts.models import User
from chainhub.datasets.cardparts import missing_parts
from chainhub.datasets.inspection.files import inspect_file
from chainhub.datasets.roles import FieldRole, roles_of
from chainhub.datasets.services.fields import set_field
from chainhub.datasets.services.inspecting import inspect_version
from chainhub.datasets.services.registering import register_dataset
from chainhub.organizations.models import Organization
from chainhub.repositories.uploads import receive_file
from chainhub.scenarios.samples import SAMPLES, SampleSet
from tests.factories.carriers import fetched

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("one", SAMPLES.values(), ids=lambda one: one.slug)
def test_every_organizations_file_is_what_is_said_of_it(one: SampleSet, tmp_path: Path) -> None:
    fetched(*one.carriers)
    names: set[tuple[str, ...]] = set()
    for part in one.parts:
        content = part.content()
        assert content == part.content()
        source, work = tmp_path / part.slug, tmp_path / f"work-{part.slug}"
        source.write_bytes(content)
        work.mkdir()
        findings = inspect_file(source, work, name=part.filename, kind=one.kind if one.chosen else "")
        assert (part.slug, findings.kind, findings.rows) == (part.slug, one.kind, part.rows)
        fields = [field["name"] for field in findings.report["fields"]]
        if one.target:
            assert findings.report["targets"][0] == one.target
        assert set(one.fields) <= set(fields)
        assert all(told.get("role", "") in {"", *FieldRole.values} for told in one.fields.values())
        names.add(tuple(fields))
    assert len(names) == 1  # else they could not be trained on together


@pytest.mark.django_db
@pytest.mark.parametrize("one", SAMPLES.values(), ids=lambda one: one.slug)
def test_its_owner_registers_it_and_says_what_its_fields_are(one: SampleSet, alice: User, anvil: Organization) -> None:
    fetched(*one.carriers)
    part = min(one.parts, key=lambda part: part.rows)
    content = part.content()
    told = {"actor": alice, "filename": part.filename, "content_type": "application/octet-stream"}
    upload = receive_file(**told, size=len(content), source=io.BytesIO(content))
    dataset = register_dataset(
        actor=alice,
        organization=anvil,
        name=one.title,
        upload=upload,
        kind=one.kind if one.chosen else "",
        target=one.target,
        identifiers=one.identifiers,
        summary=one.summary,
        summary_zh=one.summary_zh,
        licence=one.licence,
        source=one.source,
        source_url=one.source_url,
        card=one.card(part),
        card_zh=one.card_zh(part),
    )
    inspect_version(dataset.versions.get().pk, isolated=False)
    for name, words in one.fields.items():
        set_field(dataset, name, actor=alice, **words)
    dataset.refresh_from_db()
    version = dataset.latest_version
    assert version is not None
    assert (dataset.kind, dataset.target, version.rows) == (one.kind, one.target, part.rows)
    assert missing_parts(dataset) == []
    roles = roles_of(dataset, version.inspection)
    assert all(roles[name] == words["role"] for name, words in one.fields.items() if "role" in words)
    if one.target:
        assert roles[one.target] == "target"
