"""What a person may choose for a model on molecules."""

from __future__ import annotations

from typing import Literal

from trainer.contract import N_, SpecError
from trainer.recipes.parameters import Optimizer, Schedule, TrainingParameters, again, setting
from trainer.recipes.shared import Activation, Task, Widths, activating, choosing_task, dropping, hidden, losing

NAME, VERSION = "molecule", 1
TITLE = N_("Molecules")
SUMMARY = N_("Predicts a property of a molecule from its structure (SMILES), or how strongly it binds to a protein.")
DATASETS, TASKS, TARGETS = ("molecules",), ("classification", "regression"), ("category", "boolean", "number")

WINDOWS = {"smiles": (4, 6, 8), "sequence": (4, 8, 12)}  # letters that each layer of windows sees
BEHIND = 48  # zeros behind the longest text: windows see nothing behind every text, whatever its neighbours are
PRINTED, LETTERS = "fingerprint", "letters"
ON_PRINTS, ON_LETTERS = {"network": PRINTED}, {"network": LETTERS}


class Parameters(TrainingParameters):
    """Which fields are structures, how they are read, and the training."""

    task: Task = choosing_task()
    network: Literal["fingerprint", "letters"] = setting(
        PRINTED,
        N_("Network"),
        N_("What chemists count of a molecule is learnt from a few hundred; reading its letters needs thousands."),
        group="model",
        labels={PRINTED: N_("Fingerprints and descriptors"), LETTERS: N_("Windows over letters (CNN)")},
    )
    smiles: str = setting(
        "",
        N_("Structure"),
        N_("The field that holds molecules as SMILES; empty: the one that can be read so."),
        group="model",
        widget="field",
        max_length=200,
    )
    sequence: str = setting(
        "",
        N_("Protein"),
        N_("The field with proteins as letters of amino acids, for affinities; empty: the one that looks like it."),
        group="model",
        widget="field",
        max_length=200,
    )
    hidden_layers: Widths = hidden([256, 128], N_("Neurons of each hidden layer; none makes a linear model."))
    activation: Activation = activating()
    dropout: float = dropping(0.2)
    radius: int = setting(
        2, N_("Radius"), N_("How many bonds around each atom a fingerprint looks (Morgan)."),
        group="preprocessing", advanced=True, when=ON_PRINTS, ge=0, le=6,
    )  # fmt: skip
    bits: int = setting(
        1024, N_("Places of a fingerprint"), N_("Fewer places let different surroundings share one."),
        group="preprocessing", advanced=True, when=ON_PRINTS, ge=64, le=16_384,
    )  # fmt: skip
    filters: int = setting(
        32, N_("Kinds of windows"), N_("How many different things the windows look for."),
        group="model", when=ON_LETTERS, ge=1, le=512,
    )  # fmt: skip
    vector_size: int = setting(
        64, N_("Size of a letter's vector"), N_("Numbers that a letter becomes."), group="model", advanced=True,
        when=ON_LETTERS, ge=2, le=512,
    )  # fmt: skip
    smiles_length: int = setting(
        100, N_("Letters of a structure"), N_("The rest of a longer one is not read."),
        group="preprocessing", advanced=True, when=ON_LETTERS, ge=16, le=1000,
    )  # fmt: skip
    sequence_length: int = setting(
        700, N_("Letters of a protein"), N_("The rest of a longer one is not read."),
        group="preprocessing", advanced=True, when=ON_LETTERS, ge=16, le=5000,
    )  # fmt: skip
    loss: Literal["auto", "mse", "mae", "huber"] = losing(
        N_("What training makes small where numbers are predicted; classes are learnt with cross-entropy."),
        "cross-entropy",
        advanced=True,
    )
    batch_size: int = again("batch_size", 32)
    epochs: int = again("epochs", 40)
    optimizer: Optimizer = again("optimizer", "adamw")
    learning_rate: float = again("learning_rate", 1e-3)
    weight_decay: float = again("weight_decay", 0.01)
    schedule: Schedule = again("schedule", "cosine")

    def check_task(self, task: str) -> None:
        """Losses of numbers are for numbers."""
        if task == "classification" and self.loss != "auto":
            raise SpecError(N_("A classification is trained with cross-entropy."), field="loss")
