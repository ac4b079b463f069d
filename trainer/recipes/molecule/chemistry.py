"""What rdkit says of a molecule. Imported only where molecules are read: it takes a second, which no other job pays."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from rdkit import Chem, __version__, rdBase
from rdkit.Chem import Fragments, rdFingerprintGenerator, rdMolDescriptors

rdBase.DisableLog("rdApp.*")  # it would write structures into logs, and they may be masked

VERSION = __version__  # descriptors differ a little from one to another
LONGEST = 2000  # letters of a structure
SIZE = (320, 220)  # of a drawing, in pixels
BOUND = 1e6  # of a descriptor: what is beyond measure tells nothing
PROPERTIES = rdMolDescriptors.Properties()
GROUPS = sorted(name for name in vars(Fragments) if name.startswith("fr_"))
SURFACES = (rdMolDescriptors.PEOE_VSA_, rdMolDescriptors.SMR_VSA_, rdMolDescriptors.SlogP_VSA_, rdMolDescriptors.MQNs_)

Array = npt.NDArray[np.float32]


def molecule_of(text: str) -> Any:
    """The molecule, or None where the text is none that rdkit can read."""
    text = text.strip()
    if not text or len(text) > LONGEST or not text.isprintable():
        return None
    molecule: Any = Chem.MolFromSmiles(text)
    return molecule if molecule is not None and molecule.GetNumAtoms() else None


def canonical(text: str) -> str | None:
    """One way to write each molecule; None where the text is none, or too long when it is written so."""
    molecule = molecule_of(text)
    told = "" if molecule is None else written(molecule)
    return told if molecule_of(told) is not None else None


def written(molecule: Any) -> str:
    return str(Chem.MolToSmiles(molecule))


def fingerprint(molecule: Any, radius: int, bits: int) -> Array:
    """How often each surrounding of an atom occurs (Rogers and Hahn, Extended-Connectivity Fingerprints, 2010)."""
    found: Array = np.log1p(_generator(radius, bits).GetCountFingerprintAsNumPy(molecule).astype(np.float32))
    return found


def descriptors(molecule: Any) -> Array:
    """Size, shape, polarity, surface and functional groups; 0 where one cannot be computed."""
    told = list(PROPERTIES.ComputeProperties(molecule))
    for surface in SURFACES:
        told += list(surface(molecule))
    told += [getattr(Fragments, name)(molecule) for name in GROUPS]
    found: Array = np.nan_to_num(np.array(told, np.float32), nan=0.0, posinf=BOUND, neginf=-BOUND)
    return found.clip(-BOUND, BOUND)


def without_each_atom(molecule: Any, radius: int, bits: int) -> Array:
    """Atoms × places: the fingerprint without the surroundings that an atom is part of."""
    told = rdFingerprintGenerator.AdditionalOutput()
    told.AllocateBitInfoMap()
    whole = _generator(radius, bits).GetCountFingerprint(molecule, additionalOutput=told)
    counts = np.zeros(bits, np.float32)
    for place, count in whole.GetNonzeroElements().items():
        counts[place] = count
    found = np.repeat(counts[None], molecule.GetNumAtoms(), 0)
    for place, centres in told.GetBitInfoMap().items():
        for centre, reach in centres:
            found[sorted(_around(molecule, centre, reach)), place] -= 1
    told_of: Array = np.log1p(found.clip(0))
    return told_of


def drawing(molecule: Any, weights: Sequence[float] | None = None) -> str:
    """An SVG of the molecule; atoms that speak for the answer are green, those against it red.

    Empty where the machine lacks the X libraries with which rdkit draws, as a bare Debian does.
    """
    try:
        from rdkit.Chem.Draw import rdMolDraw2D  # noqa: PLC0415 - as above
    except ImportError:
        return ""
    pen: Any = rdMolDraw2D.MolDraw2DSVG(*SIZE)
    options = pen.drawOptions()
    options.clearBackground = False
    most = max((abs(weight) for weight in weights or ()), default=0.0)
    colours = {}
    for place, weight in enumerate(weights or ()):
        if most and abs(weight) > most / 10:
            strength = float(abs(weight) / most)
            colours[place] = (1 - strength, 1.0, 1 - strength) if weight > 0 else (1.0, 1 - strength, 1 - strength)
    rdMolDraw2D.PrepareAndDrawMolecule(pen, molecule, highlightAtoms=list(colours), highlightAtomColors=colours)
    pen.FinishDrawing()
    return str(pen.GetDrawingText())


def atoms(molecule: Any) -> list[str]:
    return [atom.GetSymbol() for atom in molecule.GetAtoms()]


def _around(molecule: Any, centre: int, reach: int) -> set[int]:
    """The atoms that many bonds away or nearer."""
    found = {centre}
    for _ in range(reach):
        found |= {near.GetIdx() for place in found for near in molecule.GetAtomWithIdx(place).GetNeighbors()}
    return found


@cache
def _generator(radius: int, bits: int) -> Any:
    return rdFingerprintGenerator.GetMorganGenerator(radius=radius, fpSize=bits)
