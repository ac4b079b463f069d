"""Who used a dataset: for its owner's people, on its page and as a file."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

from chainhub.activity.models import AuditEvent
from chainhub.datasets import permissions
from chainhub.datasets.models import Dataset
from chainhub.datasets.reads import KINDS, Read, asked_in, reader_in, readers_of, reads_of
from chainhub.organizations.models import Organization
from chainhub.web.exports import export
from chainhub.web.http import SignedInRequest
from chainhub.web.pages import page_of
from chainhub.web.views.datasets.finding import visible

COLUMNS = ("number", "at", "kind", "organization", "person", "what", "address", "hash")
AT_ONCE = 1_000


def shown_reads(request: SignedInRequest, dataset: Dataset) -> dict[str, Any]:
    """A page of them, each with its kind and the organization that read; and what to filter by."""
    asked = asked_in(request.GET)
    page = page_of(request, reads_of(dataset, asked), per=25)
    readers = {one.pk: one for one in [dataset.organization, *readers_of(dataset)]}
    page.object_list = [
        (event, KINDS[event.verb], readers.get(reader_in(event, dataset))) for event in page.object_list
    ]
    return {"page": page, "asked": asked, "kinds": Read.choices, "readers": list(readers.values())}


@login_required
@require_GET
def export_reads(request: SignedInRequest, org: str, slug: str, form: str) -> StreamingHttpResponse:
    """What the filters of the address leave, oldest first."""
    dataset = visible(request, org, slug)
    if not permissions.may_see_reads(request.user, dataset):
        raise PermissionDenied
    events = reads_of(dataset, asked_in(request.GET)).order_by("pk")
    return export(form, COLUMNS, _rows(events, dataset), name=f"{dataset.slug}-reads")


def _rows(events: QuerySet[AuditEvent], dataset: Dataset) -> Iterator[list[Any]]:
    names = dict(Organization.objects.values_list("pk", "name"))
    for event in events.iterator(chunk_size=AT_ONCE):
        yield [
            event.pk,
            event.at.isoformat(),
            str(KINDS[event.verb]),
            names.get(reader_in(event, dataset), ""),
            event.actor_label,
            event.text,
            event.target_url,
            event.hash,
        ]


urlpatterns = [
    path("datasets/<slug:org>/<slug:slug>/reads/export.<str:form>", export_reads, name="dataset-reads-export")
]
