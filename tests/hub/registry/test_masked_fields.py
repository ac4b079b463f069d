"""A model that learnt from masked fields shows none of their values where people try it."""

from typing import Any

import pytest

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration
from chainhub.datasets.models import Dataset
from chainhub.jobs import runner
from chainhub.organizations.models import Organization
from chainhub.registry import sections
from chainhub.registry.models import ModelVersion
from chainhub.registry.rows import fields_of
from chainhub.web.forms.models import RowForm
from chainhub.web.snippets import _question
from tests.factories import datasets, jobs

pytestmark = pytest.mark.django_db
SECRET = "Zhang San"
NUMBER = {"name": "age", "kind": "number", "fill": 41.5, "center": 0, "scale": 1, "indicator": False, "masked": True}
CATEGORY = {"name": "name", "kind": "category", "values": {SECRET: 1}, "missing": 0, "masked": True}


@pytest.fixture
def masked(version: ModelVersion) -> ModelVersion:
    version.preprocessing = {"kind": "table", "fields": [NUMBER, CATEGORY]}
    return version


def test_defaults_and_examples_are_empty(masked: ModelVersion):
    assert [(field.typical, field.values) for field in fields_of(masked)] == [("", []), ("", [])]
    form = RowForm(version=masked, initial=RowForm.typical(masked))
    for said in (form.as_p(), _question(masked), "".join(sections.inputs(masked))):
        assert SECRET not in said
        assert "41.5" not in said


def test_a_run_knows_what_is_masked(
    alice: User, dora: User, anvil: Organization, borealis: Organization, alliance: Collaboration, tmp_path: Any
):
    own = datasets.registered_csv(alice, anvil)
    datasets.granted(own, alliance, alice)
    Dataset.objects.filter(pk=own.pk).update(field_settings={"site": {"sensitive": True}, "age": {"sensitive": False}})
    job = jobs.make_job(dora, borealis, alliance, [own.versions.get()], target="sick")
    inputs = list(job.inputs.select_related("version__dataset__organization", "version__commit"))
    assert runner.masked_fields(inputs) == ("site",)
