"""Photographs for the removal of noise: cut into tiles, the four that others report on kept for evaluating."""

from collections.abc import Iterator
from functools import partial

from chainhub.scenarios.carriers import Carrier, member
from chainhub.scenarios.carriers.pins import SKIMAGE, SKLEARN
from chainhub.scenarios.samples.kinds import Part, SampleSet
from chainhub.scenarios.samples.packing import picture_of, png_of, zip_of

SIDE = 128  # pixels; what is left at the right and at the bottom is not used
FLAT = 8  # of 256 steps of brightness: a tile with no more between its darkest and its brightest shows nothing
SKIMAGES = {
    "png": "astronaut brick camera cell chelsea coffee coins grass gravel ihc moon",
    "jpg": "hubble_deep_field retina rocket",
}
PLACES: dict[str, tuple[Carrier, str]] = {
    **{name: (SKIMAGE, f"skimage/data/{name}.{kind}") for kind, names in SKIMAGES.items() for name in names.split()},
    "china": (SKLEARN, "sklearn/datasets/images/china.jpg"),
    "flower": (SKLEARN, "sklearn/datasets/images/flower.jpg"),
}
# The package carries more; the motorcycle of the Middlebury benchmark is left out, for no licence is stated for it.
ALBUMS = {
    "everyday": ("astronaut", "coffee", "rocket", "china", "flower"),
    "textures": ("brick", "coins", "grass", "gravel"),
    "science": ("cell", "hubble_deep_field", "ihc"),
    "test": ("camera", "chelsea", "moon", "retina"),
}


def album_zip(album: str) -> bytes:
    """A folder for each photograph with its tiles."""
    return zip_of(tile for photograph in ALBUMS[album] for tile in _tiles(photograph))


def _tiles(photograph: str) -> Iterator[tuple[str, bytes]]:
    picture = picture_of(member(*PLACES[photograph]))
    for top in range(0, picture.height - SIDE + 1, SIDE):
        for left in range(0, picture.width - SIDE + 1, SIDE):
            tile = picture.crop((left, top, left + SIDE, top + SIDE))
            seen = tile.convert("L").tobytes()
            if max(seen) - min(seen) > FLAT:
                yield f"{photograph}/{photograph}-{top // SIDE:02d}-{left // SIDE:02d}.png", png_of(tile)


def _part(slug: str, name: str, name_zh: str, rows: int) -> Part:
    return Part(
        slug=slug,
        organization=name,
        organization_zh=name_zh,
        filename=f"{slug}.zip",
        rows=rows,
        content=partial(album_zip, slug),
        told={"photographs": ", ".join(ALBUMS[slug])},
        held_out=slug == "test",
    )


PHOTOS_SET = SampleSet(
    slug="photos",
    title="Photographs",
    title_zh="照片",
    summary="Tiles of clean photographs, 128 × 128 pixels",
    summary_zh="清晰照片的小块，128 × 128 像素",
    licence="CC0, CC BY 2.0 and public domain, by photograph; BSD-3-Clause (packages)",
    licence_zh="按照片分别为 CC0、CC BY 2.0 或公有领域；BSD-3-Clause（软件包）",
    source="Sample pictures of scikit-image 0.26.0 and scikit-learn 1.7.2",
    source_url="https://scikit-image.org/docs/stable/api/skimage.data.html",
    citation="S. van der Walt et al.: scikit-image: image processing in Python. PeerJ 2 (2014) e453. Photographs china "
    "and flower: danielbuechele and vultilion, CC BY 2.0.",
    kind="images",
    target="label",
    carriers=(SKIMAGE, SKLEARN),
    parts=(
        _part("everyday", "Everyday photographs", "日常照片", 73),
        _part("textures", "Surfaces", "材料表面", 54),
        _part("science", "Science pictures", "科学影像", 78),
        _part("test", "Test photographs", "测试照片", 147),
    ),
)
