"""Pages: how a network learns, with the numbers of the smallest one."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from chainhub.scenarios.network import Question, computed, parameters_of, stepped
from chainhub.web import networkviews
from chainhub.web.forms.learning import NetworkForm
from chainhub.web.http import SignedInRequest
from chainhub.web.views.jobs.cloning import asking_for

STEPS = {"step": 1, "steps": 10}  # buttons
RECIPE = "tabular"


@login_required
@require_safe
def learning(request: SignedInRequest) -> HttpResponse:
    """A row, a network and its loss as the address says them; `do=step` learns first."""
    form, question = _asked(request.GET)
    told, alike = computed(question), parameters_of(question)
    context = {
        "form": form,
        "question": question,
        "told": told,
        "forward": networkviews.forward(question, told),
        "backward": networkviews.backward(told),
        "chain": networkviews.chain(question, told),
        "weights": networkviews.new_weights(question, told),
        "ahead": networkviews.ahead_chart(question),
        "losses": networkviews.loss_chart(question.target),
        "parameters": alike,
        "launch": f"{reverse('web:job-new')}?{asking_for(RECIPE, alike).urlencode()}",
    }
    if request.headers.get("HX-Request"):
        return render(request, "web/learning/_network.html", context)
    return render(
        request,
        "web/learning/index.html",
        {**context, "activations": networkviews.activation_charts()},
    )


def _asked(given: QueryDict) -> tuple[NetworkForm, Question]:
    """The form to show and what it asks; where a value is none, the form says so and the first network stands there."""
    if "x" not in given:
        return NetworkForm(initial=NetworkForm.values_of(Question())), Question()
    form = NetworkForm(given)
    if not form.is_valid():
        return form, Question()
    question = stepped(form.question, STEPS.get(given.get("do", ""), 0))
    return NetworkForm(NetworkForm.values_of(question)), question


urlpatterns = [path("learning/", learning, name="learning")]
