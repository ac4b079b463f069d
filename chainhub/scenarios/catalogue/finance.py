"""Scenarios of banks, insurers and trading desks."""

from django.utils.translation import gettext_lazy as _

from chainhub.scenarios.catalogue.kinds import Scenario, Trial, reached_by

FINANCE = _("Finance")

# Tried on the data named below, five-fold as the baselines are: rare losses leave too few held-out rows otherwise.
FIVEFOLD = {"kind": "k-fold", "folds": 5, "validation_fraction": 0.0}
LINEAR = {
    "task": "classification",
    "main_metric": "roc_auc",
    "hidden_layers": [],
    "categories": "one-hot",
    "missing_indicators": True,
    "schedule": "cosine",
    "batch_size": 256,
    "epochs": 40,
    "learning_rate": 0.01,
    "weight_decay": 0.01,
    "rare_below": 100,
    "scorecard": True,
}
NETWORK = LINEAR | {
    "hidden_layers": [16],
    "dropout": 0.2,
    "batch_size": 64,
    "epochs": 30,
    "weight_decay": 0.003,
    "rare_below": 20,
}

# Tomorrow from the last five weeks of trading days; a season is a week.
# No weekday moves a market: the calendar would be noise to learn.
NEXT_DAY = {
    "window": 24, "horizon": 1, "season": 5, "calendar": "none", "scaling": "all", "loss": "mse",
    "learning_rate": 0.003,
}  # fmt: skip

RISK_ASSESSMENT = Scenario(
    slug="risk-assessment",
    title=_("Risk assessment"),
    summary=_("Banks train one model of which borrowers fall behind, and desks one of how far markets may move."),
    industry=FINANCE,
    recipe="tabular",
    task="classification",
    picture="shield-alert",
    brings=_("Each brings past cases, one row each: what was known at the time, and whether the loss came."),
    receives=_("Each receives a calibrated probability of loss that was learnt from everybody's cases."),
    limits=_("What never happened in the data is not foreseen. Probabilities hold for times like those of the data."),
    duties=_(
        "Check each year that predicted and observed losses agree. Whoever is refused has a right to the reasons."
    ),
    parameters=NETWORK,
    trials=(
        Trial(
            slug="borrowers",
            sample="credit-data",
            title=_("4,454 borrowers of three branches, 28 % of whom fell behind"),
            parameters=NETWORK | {"group_field": "Marital"},
            split=FIVEFOLD,
            metric="roc_auc",
            baselines=reached_by(_("Logistic regression"), roc_auc=0.837),
            minutes=1,
        ),
        Trial(
            slug="markets",
            sample="market-risk",
            title=_("Daily returns of two share indices and of oil: how far tomorrow may fall"),
            recipe="timeseries",
            fields=("date",),
            parameters=NEXT_DAY | {"epochs": 10},
            split={"kind": "time", "time": "date", "test_fraction": 0.25},
            metric="mae",
            caveat=_("Direction cannot be foreseen; look at how often the interval held."),
            minutes=2,
        ),
    ),
)

QUANTITATIVE_TRADING = Scenario(
    slug="quantitative-trading",
    title=_("Quantitative trading"),
    summary=_("Trading desks train one model of the days to come and judge it only on days that it could not know."),
    industry=FINANCE,
    recipe="timeseries",
    task="forecast",
    picture="chart-candlestick",
    brings=_("Each desk brings daily prices of its shares: date, open, high, low, close, volume."),
    receives=_(
        "Each receives a forecast of tomorrow's range, and a walk-forward back-test with costs against buying and "
        "holding."
    ),
    limits=_(
        "The direction of the next day cannot be foreseen from past prices, and the back-test shows it. How much "
        "prices will move is, to a part."
    ),
    duties=_("No advice to buy or sell. Past results say little about the future; costs and delays are your own."),
    trials=(
        Trial(
            slug="range",
            sample="stocks",
            title=_("Five shares, 2000 to 2013: how far tomorrow's prices will range"),
            fields=("date",),
            parameters=NEXT_DAY | {"epochs": 20},
            split={"kind": "time", "time": "date", "test_fraction": 0.25},
            metric="r2",
            baselines=reached_by(_("Ridge regression on past ranges (naive: 0.034)"), r2=0.331),
            minutes=2,
        ),
        Trial(
            slug="direction",
            sample="stocks",
            title=_("The same: does it rise tomorrow? Walk-forward, with a back-test"),
            target="log_return",
            fields=("date",),
            parameters=NEXT_DAY | {"epochs": 10, "back_test": "log"},
            split={"kind": "walk-forward", "time": "date", "test_fraction": 0.5, "folds": 5},
            metric="r2",
            caveat=_("Nothing is foreseen: R² is about 0, and buying and holding wins after costs. The page says so."),
            minutes=1,
        ),
    ),
)

CREDIT_SCORING = Scenario(
    slug="credit-scoring",
    title=_("Credit scoring"),
    summary=_("Branches or lenders train one model that tells loans that will be repaid from those that will not."),
    industry=FINANCE,
    recipe="tabular",
    task="classification",
    picture="scale",
    brings=_(
        "Each lender brings past loans, one row each: amount, term, income, purpose, payment history, and whether it "
        "was repaid."
    ),
    receives=_(
        "Each receives a model that has seen borrowers of every region, as a score card with points, with reasons for "
        "each score and how alike it treats groups."
    ),
    limits=_("Few loans fail, so read the ROC curve, the KS and the calibration rather than the accuracy."),
    duties=_(
        "Whether a field may lawfully enter a credit decision is for each lender to check before it is chosen. Whoever "
        "is refused must be told the main reasons."
    ),
    parameters=LINEAR,
    trials=(
        Trial(
            slug="loans",
            sample="lending-club",
            title=_("9,857 consumer loans of four regions, 5 % of them bad"),
            parameters=LINEAR | {"group_field": "emp_length"},
            caveat=_("Groups are compared by years of employment: no field of this data tells age, sex or origin."),
            split=FIVEFOLD,
            metric="roc_auc",
            baselines=reached_by(_("Logistic regression, pooled"), part="together", roc_auc=0.744),
            minutes=1,
        ),
        Trial(
            slug="german-credit",
            sample="german-credit",
            title=_("1,000 loans of a German bank"),
            parameters=LINEAR
            | {"batch_size": 64, "weight_decay": 0.03, "rare_below": 5, "group_field": "personal_status_and_sex"},
            split=FIVEFOLD,
            metric="roc_auc",
            baselines=reached_by(_("Logistic regression"), roc_auc=0.786),
            caveat=_(
                "Every loan is held out once. A thousand loans tell the AUC to within 0.03, so what lies closer to the "
                "baseline is level with it."
            ),
            minutes=1,
        ),
    ),
)
