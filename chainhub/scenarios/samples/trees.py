"""Trees in aerial photographs of three field sites, each with a box that a person drew."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from chainhub.scenarios.carriers import opened
from chainhub.scenarios.carriers.opening import Package
from chainhub.scenarios.carriers.pins import DEEPFOREST
from chainhub.scenarios.samples.kinds import Part, SampleSet
from chainhub.scenarios.samples.packing import picture_of, png_of, tiles_of, zip_of

FOLDER = "deepforest/data/"
SIDE = 200  # pixels, about: photographs are cut into tiles of this side, 20 m on the ground
SEEN = 0.4  # a tree counts in each tile that shows so much of its box
CATEGORY = "tree"
SITES = {
    "yellowstone": ("2019_YELL_2_528000_4978000_image_crop2", "2019_YELL_2_541000_4977000_image_crop"),
    "osbs": ("OSBS_029",),
    "soap": ("SOAP_061",),
}


class Box(NamedTuple):
    """Edges in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def area(self) -> float:
        return max(self.right - self.left, 0) * max(self.bottom - self.top, 0)

    def within(self, other: "Box") -> "Box":
        """What of it lies inside the other, seen from there."""
        return Box(
            max(self.left, other.left) - other.left,
            max(self.top, other.top) - other.top,
            min(self.right, other.right) - other.left,
            min(self.bottom, other.bottom) - other.top,
        )


def trees_zip(site: str) -> bytes:
    """Tiles as PNG and `annotations.json` in COCO's form."""
    tiles: list[tuple[str, bytes]] = []
    told: dict[str, list[dict[str, object]]] = {"images": [], "annotations": [], "categories": []}
    told["categories"].append({"id": 1, "name": CATEGORY})
    with opened(DEEPFOREST) as package:
        for photograph in SITES[site]:
            for name, png, boxes in _tiles(package, photograph):
                tiles.append((f"images/{name}", png))
                told["images"].append({"id": len(tiles), "file_name": name})
                told["annotations"] += [
                    {"id": len(told["annotations"]) + place, "image_id": len(tiles), "category_id": 1, "bbox": box}
                    for place, box in enumerate(boxes, 1)
                ]
    return zip_of([("annotations.json", json.dumps(told).encode()), *tiles])


def _tiles(package: Package, photograph: str) -> Iterator[tuple[str, bytes, list[list[float]]]]:
    """Name, picture, and of each tree in it left, top, width and height."""
    picture = picture_of(package.read(f"{FOLDER}{photograph}.png"))
    trees = boxes_of(package.read(f"{FOLDER}{photograph}.xml"))
    columns, rows = round(picture.width / SIDE), round(picture.height / SIDE)
    for number, (tile, edges) in enumerate(tiles_of(picture, columns, rows)):
        inside = [(tree.within(Box(*edges)), tree) for tree in trees]
        shown = [part for part, tree in inside if part.area >= SEEN * tree.area]
        boxes = [[part.left, part.top, part.right - part.left, part.bottom - part.top] for part in shown]
        yield f"{photograph}-{number:03d}.png", png_of(tile), boxes


def boxes_of(annotation: bytes) -> list[Box]:
    """Every object of a Pascal VOC file; its kind of tree, told at one site alone, is left out."""
    # The bytes are those of a pinned package: nobody else can put a bomb into them.
    root = ET.fromstring(annotation)  # noqa: S314
    places = (found.find("bndbox") for found in root.iter("object"))
    boxes = [
        Box(*(float(place.findtext(edge, "0")) for edge in ("xmin", "ymin", "xmax", "ymax")))
        for place in places
        if place is not None
    ]
    return [box for box in boxes if box.area > 0]


def _part(slug: str, name: str, name_zh: str, rows: int, trees: int) -> Part:
    return Part(
        slug=slug,
        organization=name,
        organization_zh=name_zh,
        filename="trees.zip",
        rows=rows,
        content=partial(trees_zip, slug),
        told={"trees": f"{trees:,}"},
    )


TREES_SET = SampleSet(
    slug="trees",
    title="Trees from above",
    title_zh="航拍树木",
    summary="Aerial photographs cut into tiles, with a box around each tree",
    summary_zh="切成小块的航拍照片，每棵树都有方框",
    licence="MIT (DeepForest); CC0-1.0 (NEON's photographs)",
    licence_zh="MIT（DeepForest）；CC0-1.0（NEON 的照片）",
    source="National Ecological Observatory Network's aerial photographs with hand-drawn boxes, as shipped by "
    "DeepForest 2.1.0",
    source_url="https://deepforest.readthedocs.io/",
    citation="B. G. Weinstein, S. Marconi, S. Bohlman, A. Zare, E. P. White: Individual Tree-Crown Detection in RGB "
    "Imagery Using Semi-Supervised Deep Learning Neural Networks. Remote Sensing 11 (2019) 1309.",
    kind="images",
    target="label",
    carriers=(DEEPFOREST,),
    parts=(
        _part("yellowstone", "Yellowstone, Wyoming", "怀俄明州黄石", 162, 890),
        _part("osbs", "Ordway-Swisher, Florida", "佛罗里达州奥德韦-斯威舍", 4, 63),
        _part("soap", "Soaproot Saddle, California", "加利福尼亚州苏普鲁特山口", 4, 37),
    ),
)
