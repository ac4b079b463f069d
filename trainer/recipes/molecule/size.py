"""Memory and work of a model on molecules, from its shapes."""

from __future__ import annotations

from trainer.recipes.molecule.schema import PRINTED, WINDOWS, Parameters
from trainer.sizes import FLOAT, Data, Size, dense

CHEMISTRY = 90 * 2**20  # bytes of a process that has loaded rdkit, beyond others
DESCRIPTORS, COMPOSITION = 206, 364  # numbers of a molecule beside its fingerprint, and of a protein
PROTEIN = 100  # letters of a row from which on it holds more than a molecule
LETTERS = (40, 25)  # different ones of structures and of proteins


def size_of(p: Parameters, data: Data) -> Size:
    """Proteins show in how long the texts are; how many molecules differ is not known, so all are taken to."""
    paired = data.size > PROTEIN * data.rows
    outputs = max(1, data.classes)
    if p.network == PRINTED:
        width = p.bits + DESCRIPTORS + paired * COMPOSITION
        parameters, passing = dense([width, *p.hidden_layers, outputs])
        return Size(parameters, parameters, passing, CHEMISTRY + 3 * FLOAT * width * data.rows + 2 * data.size)
    lengths = [p.smiles_length, p.sequence_length][: 1 + paired]
    weights = looked_up = work = passing = 0
    for length, sizes, letters in zip(lengths, WINDOWS.values(), LETTERS, strict=False):
        before = p.vector_size
        looked_up += (letters + 1) * p.vector_size
        for times, size in enumerate(sizes, start=1):
            after = times * p.filters
            weights += (size * before + 1) * after
            work += size * before * after * length
            passing += 2 * after * length
            before = after
        passing += p.vector_size * length
    rest, more = dense([3 * p.filters * len(lengths), *p.hidden_layers, outputs])
    prepared = CHEMISTRY + 2 * sum(lengths) * data.rows + 2 * data.size
    return Size(weights + looked_up + rest, work + rest, passing + more, prepared)
