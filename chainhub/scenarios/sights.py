"""Photographs that one click tries a base model with: real ones, out of a carrier that is on this machine already.

As the package says, the cat is by Stefan van der Walt and the coffee by Rachel Michetti, both CC0; the rocket, by
SpaceX, is in the public domain.
"""

from django.utils.translation import gettext as _

from chainhub.scenarios.carriers import folder, member
from chainhub.scenarios.carriers.pins import SKIMAGE
from chainhub.scenarios.samples.packing import picture_of, png_of
from chainhub.scenarios.samples.photos import PLACES

FACE = (110, 30, 370, 290)  # pixels of the cat: left, top, right, bottom
SIDE = 448  # pixels; base models look at fewer


def are_here() -> bool:
    """Nothing is fetched for them."""
    return (folder() / SKIMAGE.filename).is_file()


def photographs() -> list[tuple[str, bytes]]:
    """Names and PNGs: two that are alike, and two that are like nothing else."""
    cat, coffee, rocket = (picture_of(member(*PLACES[name])) for name in ("chelsea", "coffee", "rocket"))
    named = {_("A cat"): cat, _("The cat's face"): cat.crop(FACE), _("A coffee"): coffee, _("A rocket"): rocket}
    for picture in named.values():
        picture.thumbnail((SIDE, SIDE))
    return [(name, png_of(picture)) for name, picture in named.items()]
