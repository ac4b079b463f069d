"""Scenarios of publishers, software houses and everybody who works with texts."""

from django.utils.translation import gettext_lazy as _

from chainhub.scenarios.catalogue.kinds import Scenario, Trial, reached_by

LANGUAGE = _("Language")

MACHINE_TRANSLATION = Scenario(
    slug="machine-translation",
    title=_("Machine translation"),
    summary=_("Makers of software and documents train one model that translates in the words of their own field."),
    industry=LANGUAGE,
    recipe="sequence-to-sequence",
    task="language",
    picture="languages",
    brings=_(
        "Each brings pairs of texts that say the same in two languages: translation memories, interface strings, "
        "manuals; CSV, TMX-like tables or PO files turned into two columns."
    ),
    receives=_(
        "Each receives a translator that knows the terms of all partners, with BLEU and chrF on its own held-out texts."
    ),
    limits=_(
        "It translates what is like its training texts. Scores on interface texts flatter, since such texts resemble "
        "one another; it is no general translator."
    ),
    duties=_("Have a person read what is published. Bring only texts whose translation you may share."),
    trials=(
        Trial(
            slug="interface-texts",
            sample="interface-translation",
            title=_("5,000 interface texts of four software projects, English to Chinese"),
            # So few pairs are learnt by heart late: less dropout and larger steps than usual pay in as many epochs.
            parameters={"dropout": 0.05, "learning_rate": 0.003, "written_samples": 300, "baselines": False},
            split={"test_fraction": 0.1, "validation_fraction": 0.02},
            metric="chrf",
            baselines=reached_by(
                _("Transformer from scratch, 2.2 M weights, 33 epochs"), part="written", bleu=39.5, chrf=36.4
            ),
            caveat=_(
                "Held-out texts resemble those learnt from, so the scores flatter; and three divisions by other seeds "
                "came to BLEU 41, 44 and 45, so a single one says little more than that."
            ),
            minutes=22,
        ),
    ),
)

TEXT_GENERATION = Scenario(
    slug="text-generation",
    title=_("Text generation"),
    summary=_("Publishers train one model from nothing that writes in the manner of their texts."),
    industry=LANGUAGE,
    recipe="language-model",
    task="language",
    picture="pen-line",
    brings=_("Each brings plain texts: books, articles, reports, in any language; Chinese in GB18030 too."),
    receives=_(
        "Each receives a small GPT with a tokenizer of its own, which opens in transformers, with bits per byte on "
        "each partner's held-out texts."
    ),
    limits=_(
        "A model this small has the manner of its texts, not their sense. For answers that mean something, fine-tune a "
        "base model instead."
    ),
    duties=_("It can repeat passages word for word: bring only texts that all partners may read."),
    trials=(
        Trial(
            slug="austen",
            sample="austen",
            title=_("Six novels of Jane Austen"),
            target="text",
            parameters={"epochs": 1},
            split={"test_fraction": 0.1, "validation_fraction": 0.05},
            baselines=reached_by(_("Character GPT, 0.63 M weights, 598 steps"), bits_per_byte=2.41),
            minutes=8,
        ),
    ),
)

SENTIMENT_ANALYSIS = Scenario(
    slug="sentiment-analysis",
    title=_("Sentiment analysis"),
    summary=_("Shops, publishers and services train one model that hears what their customers think."),
    industry=LANGUAGE,
    recipe="text-classification",
    task="classification",
    picture="message-circle-heart",
    brings=_("Each brings texts with what a person heard in them: reviews, comments, messages, and their kind."),
    receives=_("Each receives a model that was taught by all of these voices, and the words that speak for each kind."),
    limits=_("Irony and quotations mislead it. What is positive in a film review may be negative in an editorial."),
    duties=_("Remove names and numbers of customers first. Do not judge single persons by it."),
    trials=(
        Trial(
            slug="four-sources",
            sample="sentiment",
            title=_("20,651 texts rated by people, from four sources"),
            split={"test_fraction": 0.25, "validation_fraction": 0.05},
            metric="roc_auc",
            baselines=reached_by(
                _("TF-IDF and logistic regression, pooled, mean of the four sources by size"),
                part="together",
                roc_auc=0.864,
            ),
            minutes=2,
        ),
        Trial(
            slug="films",
            sample="sentiment",
            title=_("10,311 sentences of film reviews, a base model fine-tuned"),
            recipe="fine-tune",
            base="minilm",
            parts=("movies",),
            parameters={"method": "full", "epochs": 1, "schedule": "warm-up-cosine", "baselines": False},
            split={"test_fraction": 0.25, "validation_fraction": 0.05},
            metric="accuracy",
            baselines=reached_by(_("MiniLM fine-tuned, 120 steps"), accuracy=0.848),
            minutes=12,
        ),
    ),
)
