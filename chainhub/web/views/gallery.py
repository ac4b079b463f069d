"""Every component in every state, for those who build pages. Only where DEBUG is on."""

import math
import random
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone

from chainhub.web.explaining.looking import heat_chart

ORGANIZATIONS = [
    ("anvil", "Anvil Steel", "安维钢铁", "upstream"),
    ("borealis", "Borealis Motors", "北辰汽车", "midstream"),
    ("cobalt", "Cobalt Bank", "钴蓝银行", "downstream"),
    ("delta", "Delta Bearings", "三角洲轴承", "upstream"),
    ("ember", "Ember Foundry", "余烬铸造", "upstream"),
    ("fjord", "Fjord Logistics", "峡湾物流", "service"),
    ("grove", "Grove Hospital", "林荫医院", "downstream"),
    ("harbor", "Harbor Insurance", "港湾保险", "downstream"),
]

COUNTS = [3, 9, 22, 41, 66, 92, 118, 131, 120, 88, 47, 18, 6]


class SampleForm(forms.Form):
    """A field of every kind."""

    title = forms.CharField(label="Title", help_text="Shown in lists and notices.")
    epochs = forms.IntegerField(label="Epochs", min_value=1, initial=20)
    minutes = forms.IntegerField(label="Time limit", required=False)
    activation = forms.ChoiceField(label="Activation", choices=[("relu", "ReLU"), ("tanh", "tanh"), ("gelu", "GELU")])
    slope = forms.FloatField(label="Slope", initial=0.1, required=False, help_text="Only for ReLU.")
    dropout = forms.FloatField(
        label="Dropout",
        initial=0.2,
        widget=forms.NumberInput(attrs={"type": "range", "min": 0, "max": 0.9, "step": 0.05}),
    )
    notes = forms.CharField(label="Notes", widget=forms.Textarea, required=False)
    device = forms.ChoiceField(label="Compute", choices=[("cpu", "CPU"), ("gpu", "GPU")], widget=forms.RadioSelect)
    fields_used = forms.MultipleChoiceField(
        label="Fields",
        choices=[
            (name, name) for name in ("age", "sex", "cp", "trestbps", "chol", "fbs", "restecg", "thalach", "exang")
        ],
        widget=forms.CheckboxSelectMultiple,
    )
    stop_early = forms.BooleanField(label="Stop early", required=False, help_text="When validation stops improving.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["minutes"].unit = "min"  # type: ignore[attr-defined]
        self.fields["slope"].when_field = "activation"  # type: ignore[attr-defined]
        self.fields["slope"].when_value = "relu"  # type: ignore[attr-defined]


def _organizations(language: str) -> list[Any]:
    return [
        SimpleNamespace(
            pk=index,
            slug=slug,
            name=chinese if language.startswith("zh") else english,
            short_name=chinese[:2] if language.startswith("zh") else english.split()[0],
            colour=index,
            stage=stage,
            get_absolute_url=lambda: "#",
        )
        for index, (slug, english, chinese, stage) in enumerate(ORGANIZATIONS)
    ]


def _curves(owners: list[dict[str, Any]]) -> dict[str, Any]:
    noise = random.Random(7)  # noqa: S311 - a picture, not a secret
    series = []
    for index, owner in enumerate(owners[:4]):
        floor = 0.18 + 0.06 * index
        points = [[s, round(floor + 0.9 * math.exp(-s / 12) + noise.uniform(0, 0.03), 4)] for s in range(1, 61, 2)]
        series.append({"organization": owner["slug"], "split": "validation", "points": points})
    return {"metric": "loss", "x": {"label": "Step"}, "y": {"label": "Loss"}, "series": series, "organizations": owners}


def _intervals(owners: list[dict[str, Any]]) -> dict[str, Any]:
    alone = [(0.69, 0.66, 0.72), (0.61, 0.57, 0.65), (0.45, 0.41, 0.49), (0.58, 0.53, 0.63)]
    together = [(0.94, 0.92, 0.96), (0.93, 0.91, 0.95), (0.91, 0.88, 0.94), (0.92, 0.89, 0.95)]
    rows = [
        {
            **owner,
            "note": f"{rows} rows",
            "alone": dict(zip(("value", "low", "high"), a, strict=True)),
            "together": dict(zip(("value", "low", "high"), b, strict=True)),
        }
        for owner, a, b, rows in zip(owners, alone, together, (1820, 1240, 960, 980), strict=False)
    ]
    return {"metric": {"label": "Accuracy", "format": "percent", "higher_is_better": True}, "rows": rows}


def _confusion() -> dict[str, Any]:
    noise = random.Random(3)  # noqa: S311
    matrix = [
        [88 + noise.randint(0, 9) if i == j else max(0, noise.randint(-4, 3)) for j in range(10)] for i in range(10)
    ]
    return {"labels": [str(i) for i in range(10)], "matrix": matrix}


def _chain(owners: list[Any]) -> dict[str, Any]:
    column = {"upstream": 0, "midstream": 1, "downstream": 2, "service": 2}
    nodes = [
        {"id": o.slug, "label": o.name, "sub": o.stage, "colour": o.colour, "column": column[o.stage], "href": "#"}
        for o in owners[:7]
    ]
    pairs = [("anvil", "borealis", 40), ("delta", "borealis", 12), ("ember", "borealis", 4), ("borealis", "cobalt", 22)]
    links = [
        {"from": a, "to": b, "value": n} for a, b, n in [*pairs, ("borealis", "grove", 8), ("borealis", "fjord", 2)]
    ]
    return {"columns": ["Upstream", "Midstream", "Downstream"], "nodes": nodes, "links": links, "format": "integer"}


def _evaluation() -> dict[str, Any]:
    noise = random.Random(5)  # noqa: S311
    curve = [[i / 40, round(min(1, (i / 40) ** 0.28), 4)] for i in range(41)]
    points = [[x := noise.gauss(50, 12), x + noise.gauss(0, 6)] for _each in range(160)]
    mattered = {"cp": 0.21, "thal": 0.17, "ca": 0.15, "oldpeak": 0.11, "exang": 0.08, "age": 0.04}
    return {
        "roc": {"curves": [{"label": "Together", "auc": 0.838, "points": curve}]},
        "scatter": {
            "series": [{"name": "Test", "points": points}],
            "diagonal": True,
            "x": {"label": "Actual"},
            "y": {"label": "Predicted"},
        },
        "histogram": {"edges": list(range(20, 90, 5)), "counts": COUNTS, "missing": 14, "x": {"label": "age"}},
        "importance": {
            "items": [{"name": n, "value": v, "low": v * 0.8, "high": v * 1.2} for n, v in mattered.items()]
        },
    }


def _comparison(owners: list[dict[str, Any]]) -> dict[str, Any]:
    noise = random.Random(5)  # noqa: S311
    held = [{"organization": o["slug"], "values": [noise.randint(5, 160) for _each in range(10)]} for o in owners[:4]]
    activations = ["relu", "tanh", "gelu"]
    axes = [
        {"name": "epochs"},
        {"name": "lr", "kind": "log"},
        {"name": "activation", "kind": "category", "values": activations},
        {"name": "accuracy"},
    ]
    jobs = [
        {
            "name": f"#{i}",
            "organization": owners[i % 4]["slug"],
            "values": [10 + 5 * i, 10 ** -(2 + i % 3), activations[i % 3], 0.8 + 0.02 * i],
        }
        for i in range(7)
    ]
    return {
        "bars": {"categories": [str(i) for i in range(10)], "stacked": True, "series": held, "organizations": owners},
        "parallel": {"axes": axes, "rows": jobs, "organizations": owners},
    }


def _lineage() -> dict[str, Any]:
    sources = [("d1", "Heart – Cleveland v2", 0), ("d2", "Heart – Hungary v1", 1), ("j", "#12 Heart disease", None)]
    nodes: list[dict[str, Any]] = [{"id": i, "label": name, "colour": c, "href": "#"} for i, name, c in sources]
    links = [{"from": "d1", "to": "j"}, {"from": "d2", "to": "j"}, {"from": "j", "to": "m"}]
    return {"nodes": [*nodes, {"id": "m", "label": "Heart disease v3", "here": True}], "links": links}


def _charts(organizations: list[Any]) -> dict[str, Any]:
    owners = [{"slug": o.slug, "name": o.short_name, "colour": o.colour} for o in organizations]
    return {
        **_evaluation(),
        **_comparison(owners),
        "curves": _curves(owners),
        "intervals": _intervals(owners),
        "confusion": _confusion(),
        "chain": _chain(organizations),
        "lineage": _lineage(),
        "gain": {"curves": [{"label": "Gain", "points": [[0, 0], [0.2, 0.6], [1, 1]]}]},
        "heat": heat_chart([("0", [[0, 1, 0], [1, 0, 1], [0, 1, 0]]), ("1", [[0, 1, 0]] * 3)]),
        "empty": {"series": []},
    }


def gallery(request: HttpRequest) -> HttpResponse:
    """The page."""
    organizations = _organizations(request.LANGUAGE_CODE)
    now = timezone.now()
    context = {
        "organizations": organizations,
        "acting": organizations[0],
        "my_organizations": organizations[:3],
        "inbox_count": 3,
        "own_topic": "",
        "charts": _charts(organizations),
        "form": SampleForm(),
        "bad_form": SampleForm({"epochs": "0", "device": "cpu"}),
        "page": Paginator(range(240), 20).page(int(request.GET.get("page", "3"))),
        "times": [now - timedelta(seconds=s) for s in (5, 700, 9_000, 200_000, 9_000_000)],
        "statuses": ["draft", "pending", "queued", "running", "succeeded", "failed", "canceled"],
        "counts": COUNTS,
        "values": [0.9, 0.7, 0.62, 0.5, 0.44, 0.41, 0.33, 0.31, 0.3],
        "answers": [{"label": str(d), "probability": p} for d, p in ((7, 0.92), (9, 0.05), (1, 0.02), (4, 0.01))],
        "lines": [
            {
                "at": now - timedelta(seconds=40 - i),
                "level": "info" if i % 7 else "warning",
                "text": f"epoch {i}: loss {0.9 / (i + 1):.3f}",
            }
            for i in range(20)
        ],
        "stored": {"text": "It is %(now)s and cannot become %(then)s.", "params": {"now": "running", "then": "draft"}},
        "snippet": "from safetensors.numpy import load_file\n\nprint(sorted(load_file('model.safetensors')))",
    }
    return render(request, "web/gallery.html", context)


def guess(_request: HttpRequest) -> JsonResponse:
    """Stands in for a model, so that the pad has somebody to talk to."""
    return JsonResponse({"answers": [{"label": str(i), "probability": (10 - i) / 55} for i in range(10)]})


urlpatterns: list[URLPattern] = (
    [path("_gallery/", gallery, name="gallery"), path("_gallery/guess/", guess, name="gallery-guess")]
    if settings.DEBUG
    else []
)
