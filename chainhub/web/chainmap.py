"""The chain map: organizations by stage, the collaborations that their data trains in, and the models that came of it.

Thickness is volume: rows trained on, rows that went into a model. Everything is asked through `visible_to`.
"""

from collections import defaultdict
from typing import Any

from django.db.models import Count, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration
from chainhub.jobs.models import JobInput, Status, TrainingJob
from chainhub.organizations.models import Organization, Stage
from chainhub.registry.models import Model, ModelVersion

COUNTED = (Status.QUEUED, Status.RUNNING, Status.SUCCEEDED)
MOST_MODELS = 12


def chain_map(user: User) -> dict[str, Any]:
    """What the chart "chain" draws; no nodes where nothing has flowed yet."""
    flows = _data_flows(user)
    if not flows:
        return {"columns": [], "nodes": [], "links": []}
    organizations = list(Organization.objects.filter(pk__in={organization for organization, _c in flows}))
    together = Collaboration.objects.visible_to(user).filter(pk__in={place for _o, place in flows})
    stages = [stage for stage in Stage if any(one.stage == stage for one in organizations)]
    organizations.sort(key=lambda one: (stages.index(Stage(one.stage)), one.name))
    nodes = [
        {**_organization_node(one), "column": stages.index(Stage(one.stage)), "row": row}
        for row, one in enumerate(organizations)
    ]
    nodes += _collaboration_nodes(user, list(together), column=len(stages))
    shown = {node["id"] for node in nodes}
    links = [
        {"from": f"o{organization}", "to": f"c{place}", "value": rows or 1}
        for (organization, place), rows in flows.items()
        if f"c{place}" in shown
    ]
    model_nodes, model_links = _models(user, shown, column=len(stages) + 1)
    columns = [*(str(stage.label) for stage in stages), _("Training jobs"), *([_("Models")] if model_nodes else [])]
    return {"columns": columns, "nodes": nodes + model_nodes, "links": links + model_links, "format": "integer"}


def _data_flows(user: User) -> dict[tuple[int, int], int]:
    """Rows by (organization, collaboration), over the jobs that the person may see."""
    jobs = TrainingJob.objects.visible_to(user).filter(status__in=COUNTED)
    inputs = JobInput.objects.filter(job__in=jobs.values("pk")).order_by()
    grouped = inputs.values_list("version__dataset__organization", "job__collaboration")
    return {(organization, place): rows for organization, place, rows in grouped.annotate(rows=Sum("version__rows"))}


def _organization_node(organization: Organization) -> dict[str, Any]:
    return {
        "id": f"o{organization.pk}",
        "label": organization.short_name or organization.name,
        "sub": organization.industry or organization.get_stage_display(),
        "colour": organization.colour,
        "href": organization.get_absolute_url(),
    }


def _collaboration_nodes(user: User, together: list[Collaboration], *, column: int) -> list[dict[str, Any]]:
    jobs = TrainingJob.objects.visible_to(user).filter(status__in=COUNTED).order_by()
    counts = dict(jobs.values_list("collaboration").annotate(count=Count("pk")).values_list("collaboration", "count"))
    return [
        {
            "id": f"c{one.pk}",
            "label": one.name,
            "sub": _jobs(counts.get(one.pk, 0)),
            "column": column,
            "href": one.get_absolute_url(),
        }
        for one in together
    ]


def _jobs(count: int) -> str:
    return ngettext("%(count)d training job", "%(count)d training jobs", count) % {"count": count}


def _models(user: User, shown: set[str], *, column: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    models = Model.objects.visible_to(user).select_related("organization").order_by("-pk")[:MOST_MODELS]
    rows = _rows_learned_from(user)
    nodes, links = [], []
    for model in models:
        if f"c{model.collaboration_id}" in shown:
            receivers, learned = rows[model.pk]
            sub = ngettext("received by %(count)d", "received by %(count)d", receivers) % {"count": receivers}
            node = {"id": f"m{model.pk}", "label": model.name, "sub": sub, "column": column}
            nodes.append({**node, "href": model.get_absolute_url()})
            links.append({"from": f"c{model.collaboration_id}", "to": f"m{model.pk}", "value": learned or 1})
    return nodes, links


def _rows_learned_from(user: User) -> dict[int, tuple[int, int]]:
    """(organizations that received it, rows it learned from) by model."""
    versions = ModelVersion.objects.visible_to(user).order_by()
    received = versions.values_list("model").annotate(count=Count("shares__organization", distinct=True))
    learned = versions.values_list("model").annotate(rows=Sum("job__inputs__version__rows"))
    rows = dict(learned.values_list("model", "rows"))
    found: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for model, count in received.values_list("model", "count"):
        found[model] = (count, rows.get(model) or 0)
    return found
