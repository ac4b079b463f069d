"""The last step: a title, and everything once more."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chainhub.web.forms.jobs.step import Step


class ReviewStep(Step):
    """What the job is called."""

    key, title = "review", _("Review")

    name = forms.CharField(
        label=_("Title"), max_length=140, help_text=_("How people find the job, and what the model will be called.")
    )

    def prepare(self) -> None:
        collaboration = self.known.collaboration
        target = self.known.asked.get("target", "")
        if collaboration:
            self.fields["name"].initial = gettext("%(goal)s: %(target)s") % {
                "goal": collaboration.name,
                "target": target,
            }

    def settle(self) -> None:
        self.known.asked["title"] = self.cleaned_data["name"]
