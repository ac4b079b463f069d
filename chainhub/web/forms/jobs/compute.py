"""The step of compute and limits."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chainhub.core.errors import InvalidInputError
from chainhub.jobs import catalogue
from chainhub.jobs.models import Device
from chainhub.nodes.models import ComputeNode
from chainhub.web.forms.jobs.step import Step


class ComputeStep(Step):
    """What the job computes on, and what it may use."""

    key, title = "compute", _("Compute")

    device = forms.ChoiceField(
        label=_("Computes on"), choices=Device.choices, initial=Device.CPU, widget=forms.RadioSelect
    )
    minutes = forms.FloatField(
        label=_("Time limit"),
        min_value=0.1,
        max_value=60 * 24 * 14,
        required=False,
        widget=forms.NumberInput(attrs={"step": "any"}),
        help_text=_("A run that reaches it stops with a checkpoint; it can be resumed."),
    )
    memory_mb = forms.IntegerField(
        label=_("Memory limit"), min_value=512, max_value=2**22, required=False, help_text=_("Empty: no limit.")
    )

    def prepare(self) -> None:
        options: dict[str, Any] = self.fields
        options["minutes"].unit, options["memory_mb"].unit = _("min"), "MB"

    @property
    def offers(self) -> list[dict[str, Any]]:
        """Each device with the nodes that would take the job."""
        nodes = list(ComputeNode.objects.present().filter(draining=False).prefetch_related("queues"))
        chosen = self["device"].value()
        return [
            {
                "value": device.value,
                "label": device.label,
                "checked": device.value == chosen,
                "nodes": [node for node in nodes if _serves(node, device.value)],
            }
            for device in Device
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        said = {name: data[name] for name in ("minutes", "memory_mb") if data.get(name) is not None}
        try:
            data["limits"] = catalogue.checked_limits(said)
        except InvalidInputError as refusal:
            self.refuse(refusal)
        return data

    def settle(self) -> None:
        self.known.asked |= {"device": self.cleaned_data["device"], "limits": self.cleaned_data["limits"]}


def _serves(node: ComputeNode, device: str) -> bool:
    return any(queue.queue.rpartition("-")[2] == device for queue in node.queues.all())
