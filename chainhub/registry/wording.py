"""Sentences of the model card that depend on what kind of model it is: rows, pictures, texts in, kinds or texts out."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from chainhub.registry.markup import plain
from chainhub.registry.models import ModelVersion
from chainhub.registry.rows import fields_of, is_image, is_text, writes

LANGUAGE = "language"


def opens_in_transformers(version: ModelVersion) -> bool:
    """Whether the folder is laid out as `transformers` reads it; else its network is a list of calls."""
    return "layers" not in version.config and "architectures" in version.config


def library(version: ModelVersion) -> str:
    """As public model hubs call it."""
    return "transformers" if opens_in_transformers(version) else "pytorch"


def pipeline(version: ModelVersion) -> str:
    """As public model hubs call the task."""
    if writes(version):
        return "text-generation"
    if is_text(version):
        return "text-classification"
    return "image-classification" if is_image(version) else f"tabular-{version.model.task}"


def predicts(task: str) -> str:
    """What it answers, with a place for the target."""
    if task == LANGUAGE:
        return _("Writes texts like those in “%(target)s”.")
    return _("Predicts the number “%(target)s”.") if task == "regression" else _("Tells which “%(target)s” it is.")


def text_input(version: ModelVersion) -> str:
    """What a model of texts takes."""
    if writes(version):
        return _("A text to begin with, or a question; how long and how daring the answer may be can be said.")
    names = ", ".join(f"`{field.name}`" for field in fields_of(version))
    return _("A text, as it stood in %(names)s.") % {"names": names}


def agreed(version: ModelVersion) -> str:
    """What the owners accepted, and what of their data a model may hold."""
    if writes(version):
        return _(
            "Every owner accepted version %(number)s of the usage agreement (SHA-256 %(sha256)s). A model that writes "
            "can repeat passages of its data word for word."
        )
    if is_text(version):
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
    """What is always true of a model that writes."""
    if writes(version):
        yield _("What it writes reads well before it is true; check it.")


def files(version: ModelVersion) -> str:
    """What the files are and what it takes to run them."""
    if opens_in_transformers(version):
        return _(
            "`model.safetensors` holds the weights, `config.json` the network's shape, `tokenizer.json` how a text "
            "becomes tokens, `evaluation.json` every number here. The folder opens in the library transformers:"
        )
    return _(
        "`model.safetensors` holds the weights, `config.json` the network as a list of calls, `preprocessing.json` how "
        "a row becomes its input, `evaluation.json` every number here. All it takes are PyTorch and safetensors:"
    )
