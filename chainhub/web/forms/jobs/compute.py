"""The step of compute and limits."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chainhub.core.errors import InvalidInputError
from chainhub.jobs import catalogue
from chainhub.jobs.models import Device
from chainhub.jobs.queueing import device_of
from chainhub.jobs.waiting import check_processes, widest
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

    processes = forms.IntegerField(
        label=_("Processes"),
        min_value=1,
        initial=1,
        required=False,
        help_text=_(
            "They share every batch and learn as one would; each takes a slot, all on one node. For large models."
        ),
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
                "slots": widest(device.value, self.known.need()[0]),
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
        data["processes"] = data.get("processes") or 1
        if "device" in data and "processes" not in self.errors:
            try:
                check_processes(data["processes"], data["device"], self.known.need()[0])
            except InvalidInputError as refusal:
                self.refuse(refusal)
        return data

    def settle(self) -> None:
        self.known.asked |= {name: self.cleaned_data[name] for name in ("device", "processes", "limits")}


def _serves(node: ComputeNode, device: str) -> bool:
    return any(device_of(queue.queue) == device for queue in node.queues.all())
