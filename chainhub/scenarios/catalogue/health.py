"""Scenarios of hospitals, laboratories and makers of drugs."""

from django.utils.translation import gettext_lazy as _

from chainhub.scenarios.catalogue.kinds import Scenario, Trial, reached_by

HEALTH = _("Healthcare")

DISEASE_DIAGNOSIS = Scenario(
    slug="disease-diagnosis",
    title=_("Disease diagnosis"),
    summary=_("Hospitals train one model that ranks patients by their risk, from findings or from scans."),
    industry=HEALTH,
    recipe="tabular",
    task="classification",
    picture="heart-pulse",
    brings=_(
        "Each hospital brings a table with one row per patient: findings as numbers or categories, gaps allowed, and "
        "the diagnosis that was later confirmed; or pictures in a folder per finding. Names and numbers of patients "
        "are left out before the upload."
    ),
    receives=_(
        "Each receives a model that has seen the patients of all hospitals, with its score on the hospital's own "
        "patients beside what the hospital's data alone would have given."
    ),
    limits=_("Few patients, from few places and years: a demonstration of the method, not of a product."),
    duties=_(
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
    trials=(
        Trial(
            slug="heart",
            sample="heart",
            title=_("920 patients of four hospitals, 13 findings, many of them missing"),
            split={"kind": "k-fold", "folds": 5},
            metric="roc_auc",
            baselines=reached_by(_("Logistic regression, pooled, five-fold"), part="together", roc_auc=0.838),
            minutes=1,
        ),
        Trial(
            slug="brain-scans",
            sample="brain-mri",
            title=_("Patches of two brain scans: tumour or tissue"),
            recipe="image-classification",
            target="label",
            base="mobilenet-v2",
            parameters={"base_side": 128, "epochs": 30, "main_metric": "roc_auc"},
            metric="roc_auc",
            baselines=reached_by(_("CNN on patches of one scan, slices held out"), roc_auc=0.985),
            caveat=_(
                "Two patients only, and patches of one tumour overlap, so that held-out ones resemble those learnt "
                "from: this shows the way, and says nothing about patients in general."
            ),
            minutes=1,
        ),
    ),
)

DRUG_DISCOVERY = Scenario(
    slug="drug-discovery",
    title=_("Drug discovery"),
    summary=_("Makers of drugs train one model of which molecule binds or dissolves, from its structure."),
    industry=HEALTH,
    recipe="molecule",
    task="regression",
    picture="flask-conical",
    brings=_(
        "Each brings molecules as SMILES with what was measured: affinity to a protein (with its sequence), "
        "solubility, energy; or classes such as toxic or not."
    ),
    receives=_(
        "Each receives a model that has seen all partners' chemistry, with its error on its own molecules and on "
        "molecules unlike any it learnt from."
    ),
    limits=_(
        "On molecules and proteins that are new on both sides, today's methods are little better than chance: read the "
        "cold split, not the random one. No metals, mixtures or proteins' shapes."
    ),
    duties=_("It ranks what to measure next and replaces no measurement. Molecules tell what a partner works on."),
    trials=(
        Trial(
            slug="affinity",
            sample="kiba",
            title=_("5,000 affinities of 458 ligands to 189 proteins, random split"),
            fields=("smiles", "protein"),
            parameters={"epochs": 30, "batch_size": 64},
            metric="concordance",
            baselines=reached_by(_("DeepDTA-like CNN, 0.12 M weights, 24 epochs"), concordance=0.787, mse=0.296),
            minutes=4,
        ),
        Trial(
            slug="affinity-cold",
            sample="kiba",
            title=_("The same with proteins held out whole (cold split)"),
            fields=("smiles", "protein"),
            parameters={"epochs": 30, "batch_size": 64},
            split={"kind": "group", "group": "protein_id"},
            metric="concordance",
            baselines=reached_by(_("Baselines with both sides unseen"), concordance=0.54),
            caveat=_("Here proteins alone are unseen; ligands may be known."),
            minutes=4,
        ),
        Trial(
            slug="hydration",
            sample="freesolv",
            title=_("642 hydration energies (FreeSolv)"),
            fields=("smiles",),
            metric="r2",
            baselines=reached_by(_("Ridge regression on character n-grams"), r2=0.85),
            minutes=1,
        ),
        Trial(
            slug="solubility",
            sample="solubility",
            title=_("1,025 solubilities in water"),
            fields=("smiles",),
            metric="r2",
            baselines=reached_by(_("Ridge regression on character n-grams"), r2=0.834),
            minutes=1,
        ),
    ),
)

MEDICAL_CONSULTATION = Scenario(
    slug="medical-consultation",
    title=_("Medical consultation"),
    summary=_("Clinics train one search that finds the medical source for what patients say in their own words."),
    industry=HEALTH,
    recipe="retrieval-qa",
    task="retrieval",
    picture="stethoscope",
    brings=_("Each brings questions in patients' words, each with the passage of the reference that answers it."),
    receives=_(
        "Each receives a search that answers with sources, best first, and says that it does not know where nothing is "
        "near enough; with the share of right sources on each clinic's own questions."
    ),
    limits=_("It quotes its corpus and knows nothing else. It asks nothing back and weighs no urgency."),
    duties=_(
        "Not medical advice. In an emergency call the emergency number; a physician decides. The notice stands beside "
        "every answer."
    ),
    trials=(
        Trial(
            slug="symptoms",
            sample="hpo-questions",
            title=_("5,790 patients' words for clinical terms, of four clinics"),
            base="minilm",
            fields=("question",),
            parameters={"source_field": "source", "length": 64},
            split={"test_fraction": 0.1, "validation_fraction": 0.05},
            metric="recall_at_1",
            baselines=reached_by(
                _("MiniLM fine-tuned, 62 steps of 32"), recall_at_1=0.545, recall_at_5=0.813, mrr=0.666
            ),
            minutes=14,
        ),
        Trial(
            slug="terms",
            sample="hpo-questions",
            title=_("The same words answered in sentences by a base model that writes"),
            recipe="fine-tune",
            base="smollm2",
            fields=("question",),
            parts=("senses",),
            parameters={
                "method": "last",
                "last_layers": 4,
                "epochs": 1,
                "batch_size": 16,
                "written_samples": 10,
                "baselines": False,
            },
            split={"test_fraction": 0.1, "validation_fraction": 0.0},
            metric="perplexity",
            baselines=reached_by(
                _("SmolLM2-135M, last four layers, 60 steps, on terms and definitions"), perplexity=11.2
            ),
            caveat=_(
                "Four in five held-out answers were learnt from too, asked for in other words, and the baseline had "
                "other questions: the score flatters, and the two are only roughly comparable."
            ),
            minutes=17,
        ),
    ),
)
