"""Every set whole, out of the pinned packages where this machine has them: counted, and understood by the hub."""

from pathlib import Path

import pytest

from chainhub.datasets.inspection.files import inspect_file
from chainhub.datasets.roles import FieldRole
from chainhub.scenarios.carriers import folder
from chainhub.scenarios.samples import SAMPLES, SampleSet

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("one", SAMPLES.values(), ids=lambda one: one.slug)
def test_every_organizations_file_is_what_is_said_of_it(one: SampleSet, tmp_path: Path) -> None:
    if not all((folder() / carrier.filename).is_file() for carrier in one.carriers):
        pytest.skip("its packages were not fetched on this machine")
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
