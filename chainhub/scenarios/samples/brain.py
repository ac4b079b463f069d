"""Patches of brain scans with and without tumour, each scan a hospital's."""

from collections.abc import Iterator
from functools import partial

import numpy as np
import numpy.typing as npt
from PIL import Image

from chainhub.scenarios.carriers import opened
from chainhub.scenarios.carriers.nrrd import volume_of
from chainhub.scenarios.carriers.pins import VOLUMES
from chainhub.scenarios.samples.kinds import Part, SampleSet
from chainhub.scenarios.samples.packing import png_of, zip_of

SIDE = 32  # pixels
HALF = SIDE // 2
CLOSE, APART = 4, 16  # pixels from one patch to the next: of tumour, which is small, and of tissue
DARK, FAINT = 0.1, 0.2  # tissue has at most so much of its patch no brighter than air and bone
MOST_TISSUE = 12  # patches of tissue from each slice
Numbers = npt.NDArray[np.float64]


def patches_zip(scan: str) -> bytes:
    """Folders `tumour` and `tissue`; a patch's name tells its slice and its place."""
    return zip_of(_patches(scan))


def volumes(scan: str) -> tuple[Numbers, npt.NDArray[np.bool_]]:
    """Brightness from 0 to 1 (the darkest and brightest hundredth cut off), and where a radiologist saw tumour."""
    with opened(VOLUMES) as package:
        image = volume_of(package.read(f"data/{scan}_image.nrrd")).astype(np.float64)
        label = volume_of(package.read(f"data/{scan}_label.nrrd")) != np.uint8(0)
    low, high = np.percentile(image, (1, 99))
    return np.clip((image - low) / (high - low), 0, 1), label


def _patches(scan: str) -> Iterator[tuple[str, bytes]]:
    """A patch shows tumour if its middle does, and tissue if none of it does; others teach neither."""
    image, label = volumes(scan)
    for layer in range(image.shape[2]):
        tumour = [place for place in _middles(image, CLOSE) if label[(*place, layer)]]
        tissue = [place for place in _middles(image, APART) if _is_tissue(image, label, place, layer)]
        for kind, places in (("tumour", tumour), ("tissue", _spread(tissue))):
            for left, top in places:
                name = f"{kind}/{scan}-slice{layer:02d}-x{left:03d}-y{top:03d}.png"
                yield name, _png(image[_around(left, top, layer)])


def _middles(image: Numbers, step: int) -> Iterator[tuple[int, int]]:
    for left in range(HALF, image.shape[0] - HALF + 1, step):
        for top in range(HALF, image.shape[1] - HALF + 1, step):
            yield left, top


def _around(left: int, top: int, layer: int) -> tuple[slice, slice, int]:
    return np.s_[left - HALF : left + HALF, top - HALF : top + HALF, layer]


def _is_tissue(image: Numbers, label: npt.NDArray[np.bool_], place: tuple[int, int], layer: int) -> bool:
    patch = _around(*place, layer)
    return not label[patch].any() and float((image[patch] > DARK).mean()) > 1 - FAINT


def _spread(patches: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """A few of many, from all over the slice."""
    if len(patches) <= MOST_TISSUE:
        return patches
    return [patches[place * len(patches) // MOST_TISSUE] for place in range(MOST_TISSUE)]


def _png(patch: Numbers) -> bytes:
    return png_of(Image.fromarray(np.round(patch.T * 255).astype(np.uint8)))


def _part(slug: str, name: str, name_zh: str, rows: int, tumour: int) -> Part:
    return Part(
        slug=slug,
        organization=name,
        organization_zh=name_zh,
        filename="patches.zip",
        rows=rows,
        content=partial(patches_zip, slug),
        told={"tumour": str(tumour), "tissue": str(rows - tumour), "scan": slug},
    )


BRAIN_SET = SampleSet(
    slug="brain-mri",
    title="Brain scan patches",
    title_zh="脑部扫描小块",
    summary="Patches of a brain MRI, 32 × 32 pixels, with tumour or healthy tissue",
    summary_zh="脑部磁共振图像小块，32 × 32 像素，含肿瘤或正常组织",
    licence="BSD-3-Clause (PyRadiomics)",
    source="Test cases brain1 and brain2 of PyRadiomics 3.0.1: MRI with tumours outlined by hand",
    source_url="https://github.com/AIM-Harvard/pyradiomics",
    citation="J. J. M. van Griethuysen et al.: Computational Radiomics System to Decode the Radiographic Phenotype. "
    "Cancer Research 77 (2017) e104–e107.",
    kind="images",
    target="label",
    carriers=(VOLUMES,),
    parts=(_part("brain1", "Hospital one", "第一医院", 558, 258), _part("brain2", "Hospital two", "第二医院", 307, 31)),
)
