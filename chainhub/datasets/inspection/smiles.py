"""Whether a word may be a molecule in SMILES: its letters, rings and brackets. No chemistry beyond that."""

import re
from collections import Counter

LONGEST = 2_000
ATOM = re.compile(
    r"\[\d{0,3}(?:[A-Z][a-z]?|[bcnops]|se|as|te|\*)(?:@{0,2}|@[A-Z]{2}\d{1,2})H?\d?(?:[+-]{1,4}|[+-]\d{1,2})?(?::\d{1,4})?\]"
    r"|Cl|Br|[BCNOPSFI]|[bcnops]|\*"
)
BOND = re.compile(r"[-=#$:/\\.~]")
RING = re.compile(r"%\d\d|%\(\d{1,5}\)|\d")
# What words hardly hold: these make a text a structure rather than an abbreviation.
STRUCTURE = re.compile(r"[=#()\[\]@]|[A-Za-z]\d")


def is_smiles(word: str) -> bool:
    """Whether it can be read as one, from end to end."""
    if not 0 < len(word) <= LONGEST:
        return False
    place, depth, aromatic, atoms = 0, 0, 0, 0
    rings: Counter[str] = Counter()
    while place < len(word):
        if found := ATOM.match(word, place):
            atoms += 1
            aromatic += found[0].strip("[]0123456789")[:1].islower()
        elif atoms and (found := RING.match(word, place)):
            rings[found[0].strip("%()")] += 1
        elif found := BOND.match(word, place):
            pass
        elif atoms and word[place] in "()":
            depth += 1 if word[place] == "(" else -1
            found = re.compile(r"[()]").match(word, place)
        if not found or depth < 0:
            return False
        place = found.end()
    closed = depth == 0 and all(count % 2 == 0 for count in rings.values())
    # An aromatic atom lies in a ring; without this, many a word of small letters would do.
    return closed and atoms > 0 and (not aromatic or bool(rings))


def has_structure(word: str) -> bool:
    """Whether it shows a ring, a branch or a bond."""
    return bool(STRUCTURE.search(word))
