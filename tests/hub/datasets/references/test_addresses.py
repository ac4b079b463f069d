"""Where an address may lead: never where only the hub can go."""

import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from moto.server import ThreadedMotoServer

from chainhub.core.errors import DomainError, TooLargeError
from chainhub.datasets.references import UnreachableError, described, fetch_reference, name_of
from chainhub.datasets.references.guard import is_public
from chainhub.organizations.models import Organization
from tests.hub.datasets.references.conftest import CSV, Owner

pytestmark = pytest.mark.django_db


def fetched(address: str, owner: Organization, place: Path) -> dict[str, Any]:
    return fetch_reference(described(address, organization=owner), place, lambda _share: None, organization=owner)


@pytest.mark.parametrize(
    "number",
    [
        *(
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "224.0.0.1",
        ),
        *("255.255.255.255", "240.0.0.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1"),
        *("::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "::127.0.0.1", "198.18.0.1"),
        *("fec0::1", "::ffff:0:127.0.0.1"),
    ],
)
def test_private_numbers_are_private_however_they_are_written(number: str) -> None:
    assert not is_public(ipaddress.ip_address(number))


@pytest.mark.parametrize("number", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_public_ones_are_public(number: str) -> None:
    assert is_public(ipaddress.ip_address(number))


@pytest.mark.parametrize(
    "address",
    [
        *(
            "http://example.test/a.csv",
            "ftp://example.test/a",
            "file:///etc/passwd",
            "gopher://x/",
            "a.csv",
            "",
            "https://",
        ),
        *("https://user:secret@example.test/a.csv", "https://127.0.0.1/a.csv", "https://[::1]/a.csv"),
        *("https://169.254.169.254/latest/meta-data/", "https://example.test:port/", "https://exa\nmple.test/"),
        *("s3://unknown/a.csv", "s3://", "/etc/passwd", "//example.test/a.csv", "/a/../etc/passwd"),
    ],
)
def test_what_may_not_be_registered_is_refused_with_a_sentence(address: str, anvil: Organization) -> None:
    with pytest.raises(DomainError) as refusal:
        described(address, organization=anvil)
    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize("numbers", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::ffff:192.168.0.1"]])
def test_a_name_that_leads_inside_is_not_asked(
    numbers: list[str], anvil: Organization, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where only one of several answers is private."""

    def answers(_host: str, port: int, **_more: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port)) for number in numbers]

    def never(*_address: Any, **_more: Any) -> None:
        raise AssertionError("it was connected to")

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    monkeypatch.setattr(socket, "create_connection", never)
    with pytest.raises(UnreachableError, match="private network") as inside:
        fetched("https://looks-harmless.test/a.csv", anvil, tmp_path / "a")

    def knows_nobody(*_asked: Any, **_more: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", knows_nobody)
    with pytest.raises(UnreachableError) as nobody:
        fetched("https://looks-harmless.test/a.csv", anvil, tmp_path / "b")
    assert str(nobody.value) == str(inside.value), "names of an inner network could be found out"


def test_a_trusted_host_is_asked_for_the_file_and_nothing_else(
    server: Owner, anvil: Organization, tmp_path: Path
) -> None:
    found = fetched(server.at("/bearings.csv"), anvil, tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == CSV
    assert (found["size"], found["etag"], found["reachable"]) == (len(CSV), '"one"', True)
    assert server.asked == ["/bearings.csv"]
    other = server.at("/bearings.csv").replace("127.0.0.1", "localhost")  # trust is in the name as it is written
    with pytest.raises(DomainError):
        fetched(other, anvil, tmp_path / "b")


def test_redirects_are_followed_at_home_only(server: Owner, anvil: Organization, tmp_path: Path) -> None:
    inside = Owner()
    server.answers |= {
        "/moved": (302, {"Location": "/bearings.csv"}, b""),
        "/away": (302, {"Location": inside.at("/bearings.csv")}, b""),
        "/tls": (302, {"Location": f"https://{server.host}/bearings.csv"}, b""),
        "/round": (301, {"Location": "/round"}, b""),
        "/nowhere": (302, {}, b""),
    }
    assert fetched(server.at("/moved"), anvil, tmp_path / "moved")["size"] == len(CSV)
    for path in ("/away", "/tls", "/round", "/nowhere"):
        with pytest.raises(UnreachableError):
            fetched(server.at(path), anvil, tmp_path / path[1:])
    assert not inside.asked


def test_answers_that_are_no_file_are_refused(
    server: Owner, anvil: Organization, tmp_path: Path, settings: Any
) -> None:
    server.answers |= {
        "/busy": (503, {}, b"later"),
        "/short": (200, {"Content-Length": "999999"}, b"a,b\n1,2\n"),
    }
    for path in ("/missing", "/busy", "/short"):
        with pytest.raises(UnreachableError):
            fetched(server.at(path), anvil, tmp_path / path[1:])
    settings.MAX_UPLOAD_BYTES = 100
    with pytest.raises(TooLargeError):
        fetched(server.at("/bearings.csv"), anvil, tmp_path / "large")


def test_a_path_leads_to_the_owners_folders_only(
    folder: Path, anvil: Organization, borealis: Organization, tmp_path: Path
) -> None:
    assert fetched(f"{folder}/bearings.csv", anvil, tmp_path / "a")["size"] == len(CSV)
    with pytest.raises(UnreachableError):
        described(f"{folder}/bearings.csv", organization=borealis)
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n1,2\n")
    (folder / "link.csv").symlink_to(secret)
    (folder / "up").symlink_to(tmp_path)
    (folder / "inner.csv").symlink_to(folder / "bearings.csv")
    (folder / "round").symlink_to(folder / "round")
    os.mkfifo(folder / "pipe")
    for name in ("round", "link.csv", "up/secret.csv", "missing.csv", "pipe", "../secret.csv", "up"):
        with pytest.raises(UnreachableError):
            fetched(f"{folder}/{name}", anvil, tmp_path / "b")
        (tmp_path / "b").unlink(missing_ok=True)
    assert fetched(f"{folder}/inner.csv", anvil, tmp_path / "c")["size"] == len(CSV)


def test_what_is_no_file_of_theirs_is_not_even_opened(
    folder: Path, anvil: Organization, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n1,2\n")
    (folder / "link.csv").symlink_to(secret)
    (folder / "device").symlink_to("/dev/null")
    (folder / "inner").mkdir()
    os.mkfifo(folder / "pipe")
    opened: list[str] = []
    really = os.open

    def watched(path: Any, *rest: Any, **more: Any) -> int:
        opened.append(str(path))
        return really(path, *rest, **more)

    monkeypatch.setattr(os, "open", watched)
    for name, why in [
        ("link.csv", "not open to Anvil"),
        ("device", "not open to Anvil"),
        ("inner", "is not a file"),
        ("pipe", "is not a file"),
        ("missing.csv", "no file"),
    ]:
        with pytest.raises(UnreachableError, match=why):
            fetched(f"{folder}/{name}", anvil, tmp_path / "a")
    assert not opened
    fetched(f"{folder}/bearings.csv", anvil, tmp_path / "a")
    assert opened[0] == str(folder / "bearings.csv")


def test_a_path_that_becomes_a_link_meanwhile_leads_nowhere(
    folder: Path, anvil: Organization, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both its last name and a folder on the way are exchanged between the look and the opening."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.csv").write_text("a,b\n1,2\n")
    really = os.open
    for name in ("a.csv", "inner/a.csv"):
        place = folder / name
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(CSV)

        def exchanged(path: Any, *rest: Any, place: Path = place, **more: Any) -> int:
            if str(path) == str(place):
                swapped = place if place.parent == folder else place.parent
                swapped.rename(tmp_path / f"was-{swapped.name}")
                swapped.symlink_to(outside / "a.csv" if swapped == place else outside)
            return really(path, *rest, **more)

        monkeypatch.setattr(os, "open", exchanged)
        with pytest.raises(UnreachableError):
            fetched(f"{folder}/{name}", anvil, tmp_path / "fetched")
        assert not (tmp_path / "fetched").exists()


@pytest.fixture
def bucket(settings: Any) -> Iterator[Any]:
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    requests.post(f"http://{host}:{port}/moto-api/reset", timeout=10)  # it remembers the buckets of earlier tests
    client = boto3.client(
        "s3", endpoint_url=f"http://{host}:{port}", aws_access_key_id="k", aws_secret_access_key="s", region_name="x"
    )
    client.create_bucket(Bucket="plant", CreateBucketConfiguration={"LocationConstraint": "x"})
    url = f"s3://k:s@{host}:{port}/plant?tls=0&region=x"
    settings.REFERENCE_BUCKETS = {"plant": {"url": url, "organizations": ["anvil"]}}
    yield client
    moto.stop()


def test_a_bucket_is_read_by_the_organizations_that_it_is_open_to(
    bucket: Any, anvil: Organization, borealis: Organization, tmp_path: Path
) -> None:
    bucket.put_object(Bucket="plant", Key="2026/bearings.csv", Body=CSV)
    found = fetched("s3://plant/2026/bearings.csv", anvil, tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == CSV
    assert found["etag"]
    with pytest.raises(UnreachableError, match="no file"):
        fetched("s3://plant/2026/missing.csv", anvil, tmp_path / "b")
    with pytest.raises(UnreachableError, match="not open to Borealis"):
        described("s3://plant/2026/bearings.csv", organization=borealis)


@pytest.mark.parametrize("key", ["run#7.csv", "what?.csv", "a?b#c/d e.csv", "#", "50%25.csv", "/twice.csv"])
def test_a_key_is_read_whole(bucket: Any, anvil: Organization, tmp_path: Path, key: str) -> None:
    """What a URL would cut off or decode belongs to the key."""
    for cut in ("run", "what", "a", "50%.csv", "twice.csv"):
        bucket.put_object(Bucket="plant", Key=cut, Body=b"another file")
    bucket.put_object(Bucket="plant", Key=key, Body=CSV)
    found = fetched(f"s3://plant/{key}", anvil, tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == CSV
    assert name_of(found) == key.rsplit("/", 1)[-1]
    with pytest.raises(UnreachableError) as refusal:
        fetched("s3://plant/mis#sing?.csv", anvil, tmp_path / "b")
    assert "mis#sing?.csv" in str(refusal.value)
