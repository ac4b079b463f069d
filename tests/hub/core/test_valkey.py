"""The embedded Valkey keeps what it holds, survives its starter, and finds a place for its socket."""

import os
import signal
import stat
from pathlib import Path

import pytest
import redis

from chainhub.core import valkey
from chainhub.core.valkey import EmbeddedValkey

pytestmark = pytest.mark.process


def client(server: EmbeddedValkey) -> redis.Redis:
    return redis.Redis.from_url(server.url)


@pytest.mark.parametrize("name", ["plain", "with a space, 'quotes' and 100 %", "deep/" * 30 + "end"])
def test_it_runs_wherever_the_data_lies(tmp_path: Path, name: str):
    server = EmbeddedValkey(tmp_path / name)
    server.start()
    try:
        assert client(server).ping()
        assert valkey.address(tmp_path / name) == server.url
        assert stat.S_IMODE(server.socket.stat().st_mode) == 0o700
        assert stat.S_IMODE(server.socket.parent.stat().st_mode) == 0o700
    finally:
        server.stop()
    assert not server.is_running()
    assert not valkey.address(tmp_path / name)
    assert not server.socket.exists()
    assert name == "plain" or not server.socket.parent.exists()


def test_what_it_holds_is_there_again(tmp_path: Path):
    server = EmbeddedValkey(tmp_path)
    server.start()
    client(server).set("kept", "yes")
    server.stop()
    server.start()
    try:
        assert client(server).get("kept") == b"yes"
    finally:
        server.stop()


def test_an_orphan_is_adopted_and_can_be_stopped(tmp_path: Path):
    orphan, heir = EmbeddedValkey(tmp_path), EmbeddedValkey(tmp_path)
    orphan.start()
    heir.start()
    assert heir.is_running()
    heir.stop()
    assert not heir.is_running()
    assert orphan._process.wait(5) == 0


def test_a_killed_server_is_started_anew_over_its_old_socket(tmp_path: Path):
    server = EmbeddedValkey(tmp_path)
    server.start()
    os.kill(client(server).info()["process_id"], signal.SIGKILL)
    server._process.wait(5)
    server.start()
    try:
        assert client(server).ping()
    finally:
        server.stop()


def test_a_strangers_folder_is_no_place_for_the_socket(tmp_path: Path):
    open_to_all = tmp_path / "open"
    open_to_all.mkdir(mode=0o777)
    open_to_all.chmod(0o777)
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "elsewhere")
    assert not valkey._is_private(open_to_all)
    assert not valkey._is_private(link)
    assert valkey._is_private(tmp_path / "own")
