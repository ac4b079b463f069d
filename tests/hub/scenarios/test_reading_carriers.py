"""Wheels, source packages and Debian packages are read by path; R's data and volumes come out as they went in."""

import hashlib
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainhub.scenarios.carriers import CarrierError, keeping, opened
from chainhub.scenarios.carriers.deb import data_of
from chainhub.scenarios.carriers.nrrd import volume_of
from chainhub.scenarios.carriers.opening import Package
from chainhub.scenarios.carriers.pins import HEART, MODELDATA, VOLUMES
from chainhub.scenarios.carriers.rdata import table_of, vector_of
from chainhub.scenarios.carriers.rserial import deserialize
from tests.hub.scenarios.carrying import (
    deb_of,
    nrrd_of,
    r_database,
    r_factor,
    r_list,
    r_vector,
    serialized,
    tar_of,
    wheel_of,
)

FORMS = {
    HEART: wheel_of({"data/a.csv": b"x\n1\n"}),
    VOLUMES: tar_of({"data/a.csv": b"x\n1\n"}, "pyradiomics-3.0.1"),
    MODELDATA: deb_of({"data/a.csv": b"x\n1\n"}),
}


@pytest.fixture
def placed(settings: Any, tmp_path: Path) -> Path:
    settings.ROOT = tmp_path
    keeping.folder().mkdir(parents=True)
    return keeping.folder()


@pytest.mark.parametrize("carrier", FORMS, ids=lambda one: one.form)
def test_each_form_is_read_by_path(carrier: Any, placed: Path) -> None:
    content = FORMS[carrier]
    (placed / carrier.filename).write_bytes(content)
    pinned = replace(carrier, sha256=hashlib.sha256(content).hexdigest(), size=len(content))
    with opened(pinned) as package:
        assert package.names() == ["data/a.csv"]
        assert package.read("data/a.csv") == b"x\n1\n"
        with pytest.raises(CarrierError, match=r"does not hold the file data/b\.csv"):
            package.read("data/b.csv")


@pytest.mark.parametrize("form", ["xz", "gz", "zst", ""])
def test_debian_packages_are_unpacked_whatever_they_are_packed_with(form: str) -> None:
    with data_of(io.BytesIO(deb_of({"usr/a": b"1" * 5001}, form)), "a.deb") as files:
        (found,) = files.getmembers()
        stream = files.extractfile(found)
        assert stream is not None
        assert (found.name, stream.read()) == ("./usr/a", b"1" * 5001)


@pytest.mark.parametrize("damage", [b"PK\x03\x04", b"!<arch>\n", deb_of({"a": b"1" * 9999})[:-80]])
def test_what_is_no_whole_debian_package_is_refused_with_its_name(damage: bytes) -> None:
    with pytest.raises(CarrierError, match=r"a\.deb is no Debian package, or is damaged"):
        data_of(io.BytesIO(damage), "a.deb")


class Files(dict[str, bytes]):
    def names(self) -> list[str]:
        return [*self]

    def read(self, name: str) -> bytes:
        return self[name]


def database(**objects: bytes) -> Package:
    return Files(r_database("data/Rdata", objects))


def test_tables_of_r_come_out_with_words_for_factors_and_gaps_where_values_are_missing() -> None:
    package = database(
        loans=r_list(
            {
                "amount": r_vector([100, None, 300]),
                "rate": r_vector([0.5, 1.25, None]),
                "kind": r_factor(["red", None, "blue"]),
                "name": r_vector(["Zoë", None, "李"]),
            }
        )
    )
    assert table_of(package, "data/Rdata", "loans") == {
        "amount": [100, None, 300],
        "rate": [0.5, 1.25, None],
        "kind": ["red", None, "blue"],
        "name": ["Zoë", None, "李"],
    }


def test_vectors_are_found_by_name_and_a_missing_one_is_told() -> None:
    package = database(emma=r_vector(["EMMA", "", "by Jane Austen"]), persuasion=r_vector(["Persuasion"]))
    assert vector_of(package, "data/Rdata", "persuasion") == ["Persuasion"]
    with pytest.raises(CarrierError, match="R data sanditon cannot be read"):
        vector_of(package, "data/Rdata", "sanditon")
    with pytest.raises(CarrierError, match="R data emma cannot be read"):
        table_of(package, "data/Rdata", "emma")


def test_programs_and_cut_off_data_are_refused() -> None:
    closure = (3).to_bytes(4, "big")
    with pytest.raises(ValueError, match="kind 3"):
        deserialize(serialized(closure))
    with pytest.raises(ValueError, match="cut off"):
        deserialize(serialized(r_vector([1, 2, 3]))[:-2])
    with pytest.raises(ValueError, match="no XDR"):
        deserialize(b"A\n2\n")


@pytest.mark.parametrize("encoding", ["gzip", "raw"])
def test_volumes_come_out_as_they_went_in(encoding: str) -> None:
    volume = np.arange(-60, 60).reshape(5, 4, 6)
    found = volume_of(nrrd_of(volume, encoding))
    assert found.shape == (5, 4, 6)
    assert (found == volume).all()


@pytest.mark.parametrize(
    "damage", [b"PNG\n\n", nrrd_of(np.zeros((2, 2, 2)))[:-4], nrrd_of(np.zeros((2, 2, 2)), "bzip2"), b"NRRD0004\n\n"]
)
def test_what_is_no_whole_volume_is_refused(damage: bytes) -> None:
    with pytest.raises(CarrierError, match="volume cannot be read"):
        volume_of(damage)
