"""Base models: a list beside the models that were made here, a page for each, and a form for those who may import."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, Sum
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chainhub.bases.delivering import base_file_answer
from chainhub.bases.licences import may_be_passed_on
from chainhub.bases.models import BaseModel
from chainhub.jobs.models import TrainingJob
from chainhub.jobs.queueing import LONG
from chainhub.registry.models import ModelVersion
from chainhub.scenarios.importing import ask_for_base
from chainhub.web.forms.bases import ImportForm
from chainhub.web.http import SignedInRequest
from chainhub.web.pages import words_in
from chainhub.web.views.models.trying_bases import try_context

SHOWN = "base"  # `?show=base` on the page of models
MOST_JOBS = 50


def bases_context(request: SignedInRequest) -> dict[str, Any]:
    """Which of the two lists is asked for; the base models, and the form where there is an organization for one."""
    seen = BaseModel.objects.visible_to(request.user).imported()
    if request.GET.get("show") != SHOWN:
        return {"show_bases": False, "base_count": seen.count()}
    words = words_in(request)
    named = Q(name__icontains=words) | Q(source__icontains=words) | Q(organization__name__icontains=words)
    bases = seen.filter(named).select_related("organization").annotate(size=Sum("commit__files__blob__size"))
    form = ImportForm(user=request.user, initial={"organization": request.acting.slug} if request.acting else None)
    shown = {"show_bases": True, "base_count": seen.count(), "bases": list(bases), "words": words}
    return {**shown, "base_form": form if form.mine else None}


@login_required
@require_safe
def base(request: SignedInRequest, organization: str, slug: str) -> HttpResponse:
    """Where it comes from, its licence, its files, and what jobs made of it. What was made here has a page already."""
    found = _visible(request, organization, slug)
    made = ModelVersion.objects.visible_to(request.user).filter(job__made=found).select_related("model__organization")
    if version := made.first():
        return redirect(version.get_absolute_url())
    files = list(found.commit.files.select_related("blob").order_by("path"))
    jobs = TrainingJob.objects.visible_to(request.user).filter(base=found).defer(*LONG)
    context = {
        "base": found,
        "files": files,
        "total": sum(entry.blob.size for entry in files),
        "sums": "\n".join(f"{entry.blob.sha256}  {entry.path}" for entry in files),
        "may_leave": may_be_passed_on(found.licence),
        **try_context(found, request.build_absolute_uri("/").rstrip("/")),
        "jobs": list(jobs.select_related("organization", "collaboration").order_by("-pk")[:MOST_JOBS]),
    }
    return render(request, "web/models/base.html", context)


@login_required
@require_safe
def base_file(request: SignedInRequest, organization: str, slug: str, path: str) -> HttpResponseBase:
    """One file, where the licence lets it leave."""
    found = _visible(request, organization, slug)
    entry = get_object_or_404(found.commit.files.select_related("blob"), path=path)
    return base_file_answer(request, found, entry, actor=request.user)


def _visible(request: SignedInRequest, organization: str, slug: str) -> BaseModel:
    return get_object_or_404(BaseModel.objects.visible_to(request.user).at(organization, slug))


@login_required
@require_POST
def import_base(request: SignedInRequest) -> HttpResponse:
    """Queue the import; the inbox says when it is done."""
    form = ImportForm(request.POST, user=request.user)
    if not form.is_valid():
        messages.error(request, _("Choose a base model, and an organization that you manage."))
    elif there := form.there:
        said = _("The base model “%(name)s” is there: jobs of %(organization)s can go on from it.")
        messages.info(request, said % {"name": there.name, "organization": there.organization.name})
    else:
        organization = form.mine[form.cleaned_data["organization"]]
        ask_for_base(form.cleaned_data["base"], organization=organization, actor=request.user)
        messages.success(request, _("The base model is being imported; your inbox says when it is there."))
    return HttpResponseRedirect(f"{reverse('web:models')}?show={SHOWN}")
