"""Sentences of the model card that depend on what kind of model it is: what goes in, what comes out."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from chainhub.registry.inputs.molecules import molecule_names
from chainhub.registry.inputs.series import series_fields
from chainhub.registry.markup import plain
from chainhub.registry.models import ModelVersion
from chainhub.registry.rows import fields_of, is_text, kind_of, writes

TRANSLATES = "sequence-to-sequence"


def opens_in_transformers(version: ModelVersion) -> bool:
    """Whether the folder is laid out as `transformers` reads it; else its network is a list of calls."""
    return "layers" not in version.config and "architectures" in version.config


def runs_bare(version: ModelVersion) -> bool:
    """Whether PyTorch and safetensors suffice; molecules are read by the trainer, whatever the network is."""
    return "layers" in version.config and kind_of(version) != "molecule"


def library(version: ModelVersion) -> str:
    """As public model hubs call it."""
    return "transformers" if opens_in_transformers(version) else "pytorch"


PIPELINES = {
    "prompt": "text-generation",
    "text": "text-classification",
    "image": "image-classification",
    "boxes": "object-detection",
    "restore": "image-to-image",
    "create": "unconditional-image-generation",
    "series": "time-series-forecasting",
    "question": "sentence-similarity",
    "hidden": "fill-mask",
}
PREDICTS = {
    "language": gettext_noop("Writes texts like those in “%(target)s”."),
    "masked": gettext_noop("Guesses words that are hidden in texts like those in “%(target)s”."),
    "regression": gettext_noop("Predicts the number “%(target)s”."),
    "classification": gettext_noop("Tells which “%(target)s” it is."),
    "detection": gettext_noop("Finds things in pictures and draws a box around each, as “%(target)s” taught it."),
    "restoration": gettext_noop("Takes the noise out of pictures like those in “%(target)s”."),
    "generation": gettext_noop("Draws new pictures in the manner of those that it learnt from (“%(target)s”)."),
    "forecast": gettext_noop("Foresees how “%(target)s” goes on."),
    "retrieval": gettext_noop("Finds the passages that answer a question, as “%(target)s” taught it."),
}


def pipeline(version: ModelVersion) -> str:
    """As public model hubs call the task."""
    if version.model.recipe == TRANSLATES:
        return "translation"
    if _converts(version):
        return "text2text-generation"
    found = PIPELINES.get(kind_of(version))
    return found or f"tabular-{version.model.task}"  # of molecules, too: a table of structures


def _converts(version: ModelVersion) -> bool:
    """Whether it makes one text of another: an encoder reads the one, a decoder writes the other."""
    return writes(version) and bool(version.config.get("is_encoder_decoder"))


def predicts(task: str) -> str:
    """What it answers, with a place for the target."""
    return _(PREDICTS.get(task, PREDICTS["classification"]))


def takes(version: ModelVersion) -> str:
    """What a model takes that is asked in one way only; empty where a table of fields says it."""
    kind = kind_of(version)
    if kind == "text":
        names = ", ".join(f"`{field.name}`" for field in fields_of(version))
        return _("A text, as it stood in %(names)s.") % {"names": names}
    if kind == "series":
        return _takes_series(version)
    if kind == "molecule":
        return _takes_molecule(version)
    if version.model.recipe == TRANSLATES or _converts(version):
        return _("A text to be put into other words, as those of the training part were.")
    said = {
        "prompt": _("A text to begin with, or a question; how long and how daring the answer may be can be said."),
        "boxes": _("One picture of any size; `threshold` says from which score on a box is told."),
        "restore": _("One picture of any size; `noise` lays noise over it first, to try the model on a clean one."),
        "create": _("How many pictures (`count`, 1 to 64) and a `seed`: the same seed draws the same pictures."),
        "question": _("A question in plain words, as `text`."),
        "hidden": _("A text with `___` in place of each hidden word."),
    }
    return said.get(kind, "")


def _takes_series(version: ModelVersion) -> str:
    fields = series_fields(version.preprocessing)
    said = _("At least %(window)s numbers as `values`, the oldest first; it tells the next %(horizon)s.") % {
        "window": fields.window,
        "horizon": fields.horizon,
    }
    parts = [said]
    if fields.others:
        names = ", ".join(f"`{plain(name)}`" for name in fields.others)
        parts.append(_("What is known beside them, at the same steps: %(names)s.") % {"names": names})
    if fields.moment:
        parts.append(_("When the last of them was, as `%(name)s`.") % {"name": plain(fields.moment)})
    return " ".join(parts)


def _takes_molecule(version: ModelVersion) -> str:
    if "sequence" in molecule_names(version.preprocessing):
        return _("A molecule as `smiles`, and a protein as `sequence` in letters of amino acids.")
    return _("A molecule as `smiles`.")


def agreed(version: ModelVersion) -> str:
    """What the owners accepted, and what of their data a model may hold."""
    if writes(version):
        return _(
            "Every owner accepted version %(number)s of the usage agreement (SHA-256 %(sha256)s). A model that writes "
            "can repeat passages of its data word for word."
        )
    if kind_of(version) == "create":
        return _(
            "Every owner accepted version %(number)s of the usage agreement (SHA-256 %(sha256)s). A model that draws "
            "can draw a picture of its data again."
        )
    if kind_of(version) == "question":
        return _(
            "Every owner accepted version %(number)s of the usage agreement (SHA-256 %(sha256)s). The model holds the "
            "passages that it answers with, word for word."
        )
    if is_text(version) or kind_of(version) == "hidden":
        return _(
            "Every owner accepted version %(number)s of the usage agreement (SHA-256 %(sha256)s). The model contains "
            "no texts of the data, but the words that it knows."
        )
    return _(
        "Every owner accepted version %(number)s of the usage agreement (SHA-256 %(sha256)s). The model contains "
        "no rows of the data."
    )


def base(version: ModelVersion) -> Iterator[str]:
    """The model that went on learning, on one line."""
    if found := version.job.base:
        said = _("Base model: **%(name)s**. Licence: %(licence)s. Source: %(source)s.") % {
            "name": plain(found.name),
            "licence": plain(found.licence_name),
            "source": plain(found.source_name),
        }
        yield f"- {said}"


def cautions(version: ModelVersion) -> Iterator[str]:
    """What is always true of a model of its kind."""
    said = {
        "prompt": _("What it writes reads well before it is true; check it."),
        "boxes": _("No box is no proof that nothing is there: what it was never taught it does not see."),
        "restore": _("It makes a picture likely, not true: fine detail may be taken for noise, or made up."),
        "create": _("What it draws never was; it may still look like a picture that it learnt from."),
        "series": _("It goes on as the past went; what never happened before it cannot foresee."),
        "molecule": _("An answer about a molecule unlike all that it learnt from is a guess; only a test decides."),
        "hidden": _("A guess is what usually stands there, not what is true."),
        "question": _("It quotes what it holds, and knows nothing else; what is nearest need not be right."),
    }
    if found := said.get(kind_of(version)):
        yield found


def files(version: ModelVersion) -> str:
    """What the files are and what it takes to run them."""
    if opens_in_transformers(version):
        return _(
            "`model.safetensors` holds the weights, `config.json` the network's shape, `tokenizer.json` how a text "
            "becomes tokens, `evaluation.json` every number here. The folder opens in the library transformers:"
        )
    if not runs_bare(version):
        return _(
            "`model.safetensors` holds the weights, `config.json` the network's sizes, `preprocessing.json` how an "
            "input becomes numbers, `evaluation.json` every number here. The network itself is written in "
            "`reproduce/trainer.zip`:"
        )
    return _(
        "`model.safetensors` holds the weights, `config.json` the network as a list of calls, `preprocessing.json` how "
        "a row becomes its input, `evaluation.json` every number here. All it takes are PyTorch and safetensors:"
    )
