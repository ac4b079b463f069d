"""The guided launch: one address, one step at a time; what earlier steps settled travels along in the form."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from chainhub.core.errors import DomainError
from chainhub.jobs import services
from chainhub.jobs.ancestry import Going
from chainhub.jobs.counting import jobs_left
from chainhub.jobs.estimates import Estimate, estimate
from chainhub.jobs.models import TrainingJob
from chainhub.jobs.texts import learns_from
from chainhub.policies.reading import grants_for
from chainhub.web.forms.jobs import STEPS, Known, Step
from chainhub.web.forms.jobs.parameters import PREFIX, shown_parameters
from chainhub.web.forms.jobs.step import WISHED
from chainhub.web.http import SignedInRequest
from chainhub.web.views.jobs.cloning import said_by
from chainhub.web.views.jobs.finding import visible_job

CONTROL = {"csrfmiddlewaretoken", "step", "go", "seen"}
KEYS = [step.key for step in STEPS]
# Where a refusal of the service is mended; any other field is a parameter.
AT = {"collaboration": "goal", "organization": "goal", "recipe": "recipe", "base": "recipe", "versions": "data",
      "target": "fields", "fields": "fields", "split": "fields", "seed": "fields", "device": "compute",
      "processes": "compute", "limits": "compute"}  # fmt: skip


class Launch:
    """What was said so far, step by step."""

    def __init__(self, request: SignedInRequest, data: QueryDict) -> None:
        self.known = Known(user=request.user, acting=request.acting, proposed=data.dict())
        self.data = data
        self.seen = set(data.getlist("seen"))

    def walk(self, until: str) -> Step:
        """The form of the wanted step, or of the first before it that is not settled."""
        for form in self.steps():
            if form.key == until or not form.is_bound or not form.is_valid():
                return form
            form.settle()
        raise LookupError(until)

    def steps(self) -> Iterator[Step]:
        """The forms in their order; each is made when the ones before it are settled."""
        for step in STEPS:
            yield step(self.data if self.token(step.key) in self.seen else None, known=self.known)

    def token(self, key: str) -> str:
        """A step counts as seen; that of the parameters only for its recipe."""
        return f"{key}-{self.known.recipe.name}" if key == "parameters" and self.known.recipe else key

    def hidden(self, form: Step) -> list[tuple[str, str]]:
        """What the page must carry along beside this step's own fields."""
        kept = [(name, value) for name, values in self.data.lists() for value in values
                if name not in CONTROL and name not in form.fields]  # fmt: skip
        return [*kept, *(("seen", token) for token in sorted(self.seen))]


@login_required
@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """`?collaboration=<slug>` settles the first step, `?clone=<number>` all of them.

    With `?without=<dataset>` the clone leaves that dataset out, and the person looks at the others first.
    `?wished=<recipe>&p-<parameter>=<value>` proposes (`cloning.asking_for`).
    """
    if request.method == "GET":
        data, until = _beginning(request)
        launch = Launch(request, data)
        return _page(request, launch, launch.walk(until))
    launch = Launch(request, request.POST)
    step, go = request.POST.get("step", ""), request.POST.get("go", "next")
    if step in KEYS and go != "back":
        _see(launch, step)
    if go == "launch":
        return _launch(request, launch)
    return _page(request, launch, launch.walk(_wanted(step, go)))


@login_required
@require_POST
def estimated(request: SignedInRequest) -> HttpResponse:
    """What the job would come to, as the form stands now."""
    launch = Launch(request, request.POST)
    if (step := request.POST.get("step", "")) in KEYS:
        _see(launch, step)
    reached = launch.walk("review")
    return render(request, "web/jobs/_estimate.html", {"estimate": None if reached.errors else _estimate(launch.known)})


def _see(launch: Launch, step: str) -> None:
    """The person has filled the step in; its token may depend on the recipe, so the way there is walked first."""
    if step == "parameters":
        launch.walk(step)
    launch.seen.add(launch.token(step))


def _wanted(step: str, go: str) -> str:
    if go in KEYS:
        return go
    place = KEYS.index(step) if step in KEYS else 0
    return KEYS[max(0, place - 1)] if go == "back" else KEYS[min(place + 1, len(KEYS) - 1)]


def _beginning(request: SignedInRequest) -> tuple[QueryDict, str]:
    data = QueryDict(mutable=True)
    if (number := request.GET.get("clone", "")).isdecimal() and len(number) < 10:  # noqa: PLR2004 (a row's number)
        job = visible_job(request.user, int(number))
        return (
            (said_by(job, user=request.user, without=request.GET["without"]), "data")
            if "without" in request.GET
            else (said_by(job, user=request.user), "review")
        )
    if WISHED in request.GET:
        proposed = request.GET.dict()
        data.update({name: said for name, said in proposed.items() if name == WISHED or name.startswith(PREFIX)})
    if slug := request.GET.get("collaboration", ""):
        data.update({"collaboration": slug, "seen": "goal"})
        return data, "recipe"
    return data, "goal"


def _launch(request: SignedInRequest, launch: Launch) -> HttpResponse:
    """Propose the job; a refusal is shown in the step in which it can be mended."""
    for form in launch.steps():
        if not form.is_bound or not form.is_valid():
            return _page(request, launch, form)
        form.settle()
    try:
        job = _propose(request, launch)
    except DomainError as refusal:
        field = (refusal.field or "").partition(".")[0]
        form = launch.walk(AT.get(field, "parameters" if field in launch.known.asked["parameters"] else "review"))
        form.add_error(None, str(refusal))
        return _page(request, launch, form)
    messages.success(request, _("Training job #%(number)s was launched.") % {"number": job.pk})
    if request.htmx:
        return HttpResponse(headers={"HX-Redirect": job.get_absolute_url()})
    return HttpResponseRedirect(job.get_absolute_url())


def _propose(request: SignedInRequest, launch: Launch) -> TrainingJob:
    collaboration, organization, recipe = launch.known.need()
    number = launch.data.get("cloned_from", "")
    cloned = TrainingJob.objects.visible_to(request.user).filter(pk=number).first() if number.isdecimal() else None
    return services.propose_job(
        actor=request.user,
        organization=organization,
        collaboration=collaboration,
        recipe=recipe.name,
        versions=launch.known.versions,
        cloned_from=cloned,
        base=launch.known.base,
        **launch.known.asked,
    )


def _page(request: SignedInRequest, launch: Launch, form: Step) -> HttpResponse:
    place = KEYS.index(form.key)
    context = {
        "form": form,
        "known": launch.known,
        "steps": [{"key": step.key, "title": step.title, "done": index < place} for index, step in enumerate(STEPS)],
        "hidden": launch.hidden(form),
        "template": f"web/jobs/launch/_{form.key}.html",
        "first": place == 0,
        "last": place == len(STEPS) - 1,
        "cloned_from": launch.data.get("cloned_from", ""),
        **(_review(launch.known) if form.key == "review" else {}),
    }
    return render(request, "web/jobs/launch/_form.html" if request.htmx else "web/jobs/launch/new.html", context)


def _review(known: Known) -> dict[str, Any]:
    collaboration, organization, recipe = known.need()
    grants = grants_for(collaboration, organization, datasets=[one.dataset_id for one in known.versions])
    below = Going(known.base, organization, collaboration, recipe.name).grants()
    asking = [grant for grant in (*grants.values(), *below.values()) if grant.needs_approval]
    owners = {grant.dataset.organization for grant in asking} - {organization}
    left, keys = jobs_left(grants.values()), {dataset: grant.pk for dataset, grant in grants.items()}
    return {
        "limited": [(one.dataset, left[pk]) for one in known.versions if (pk := keys.get(one.dataset_id)) in left],
        "asked": sorted(owners, key=lambda owner: owner.name),
        "parameters": shown_parameters(recipe, known.asked["parameters"], based=known.base is not None),
        "estimate": _estimate(known),
        "learns_from": _(learns_from(recipe, known.versions, known.base)),
    }


def _estimate(known: Known) -> Estimate | None:
    if known.recipe is None or "parameters" not in known.asked:
        return None
    asked = known.asked
    return estimate(
        known.user, known.recipe.name, device=asked.get("device", "cpu"), versions=known.versions,
        split=asked["split"], parameters=asked["parameters"], target=asked.get("target", ""),
        fields=asked.get("fields"), limits=asked.get("limits"), base=known.base,
        processes=asked.get("processes") or 1,
    )  # fmt: skip


urlpatterns = [
    path("jobs/new/", new, name="job-new"),
    path("jobs/new/estimate/", estimated, name="job-estimate"),
]
