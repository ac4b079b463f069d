"""Real processes: the command line, the fork server, and what is forked from it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.trainer.conftest import MakeSpec, launch
from tests.trainer.servant import ROOT, Servant, environment
from trainer.contract import Event, JobSpec

pytestmark = pytest.mark.process

SILENT_PRELOAD = """
import gc, os, sys
from trainer import preload
preload.preload()
import torch
assert not [o for o in gc.get_objects() if isinstance(o, torch.Tensor)], "a tensor exists"
assert len(os.listdir("/proc/self/task")) == 1, "a thread runs"
assert not torch.cuda.is_initialized()
pid = os.fork()
if pid == 0:
    torch.set_num_threads(2)
    x = torch.randn(300, 300, requires_grad=True)
    (x @ x).exp().mean().backward()
    os._exit(0)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""


@pytest.fixture(scope="module")
def servant() -> Iterator[Servant]:
    servant = Servant()
    yield servant
    servant.close()


def saved(spec: JobSpec, folder: Path) -> Path:
    path = folder / f"spec-{spec.run}.json"
    path.write_text(spec.model_dump_json())
    return path


def gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


def run_command(path: Path, **more: Any) -> subprocess.Popen[bytes]:
    argv = [sys.executable, "-m", "trainer", "run", str(path)]
    return subprocess.Popen(argv, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, **more)


def test_preloading_computes_nothing_and_its_fork_computes() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SILENT_PRELOAD],
        cwd=ROOT,
        env=environment(),
        timeout=60,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()


def test_command_line_writes_events_and_nothing_else(job: MakeSpec, tmp_path: Path) -> None:
    process = run_command(saved(job(), tmp_path))
    out, _ = process.communicate(timeout=60)
    events = [Event.from_line(line) for line in out.splitlines()]
    assert process.returncode == 0
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert [event.kind for event in (events[0], events[-1])] == ["started", "finished"]
    for event in events:
        event.checked()


@pytest.mark.parametrize("content", ["not json", '{"contract": 1}', None])
def test_command_line_refuses_a_bad_specification(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "spec.json"
    if content is not None:
        path.write_text(content)
    process = run_command(path)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert json.loads(out)["payload"]["failure"] == "spec"


def test_terminated_command_resumes_to_the_same_files(job: MakeSpec, tmp_path: Path) -> None:
    parameters = {"epochs": 400, "dropout": 0.2}
    launch(job(parameters, output=str(tmp_path / "whole")))
    spec = job(parameters)
    process = run_command(saved(spec, tmp_path))
    assert process.stdout is not None
    for line in process.stdout:
        if b'"progress"' in line:
            process.terminate()
            break
    process.communicate(timeout=30)
    assert process.returncode == 3
    resumed = spec.model_copy(update={"run": 2, "resume_from": str(Path(spec.output, "checkpoint.safetensors"))})
    process = run_command(saved(resumed, tmp_path))
    process.communicate(timeout=60)
    assert process.returncode == 0
    for name in ("model.safetensors", "evaluation.json"):
        assert Path(spec.output, name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_memory_limit_ends_with_a_sentence(job: MakeSpec, tmp_path: Path) -> None:
    spec = job({"hidden_layers": [4096, 4096, 4096], "epochs": 2}, limits={"memory_mb": 700})
    process = run_command(saved(spec, tmp_path))
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert json.loads(out.splitlines()[-1])["payload"]["failure"] == "memory"


def test_one_server_forks_job_after_job(servant: Servant, job: MakeSpec, tmp_path: Path) -> None:
    path = saved(job(), tmp_path)
    for _ in range(3):
        child = servant.run(path, threads=1, env={"CUDA_VISIBLE_DEVICES": ""})
        assert child.until("progress")["payload"]["done"] == 1
        assert child.events()[-1]["kind"] == "finished"
        assert servant.wait("exited")["status"] == 0
        os.close(child.alive)


def test_two_jobs_at_once_each_tell_their_own_events(servant: Servant, job: MakeSpec, tmp_path: Path) -> None:
    first = servant.run(saved(job(output=str(tmp_path / "one")), tmp_path))
    second = servant.run(saved(job(output=str(tmp_path / "two"), run=2, seed=5), tmp_path))
    for child in (first, second):
        events = child.events()
        assert events[-1]["kind"] == "finished"
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
        os.close(child.alive)
    assert {servant.wait("exited")["exited"] for _ in range(2)} == {first.pid, second.pid}


def test_terminated_job_leaves_a_checkpoint(servant: Servant, job: MakeSpec, tmp_path: Path) -> None:
    child = servant.run(saved(job({"epochs": 10_000}), tmp_path))
    child.until("progress")
    os.kill(child.pid, signal.SIGTERM)
    assert child.events()[-1]["kind"] == "checkpoint"
    assert servant.wait("exited")["status"] == 3
    os.close(child.alive)


def test_job_whose_supervisor_died_keeps_a_checkpoint_and_ends(servant: Servant, job: MakeSpec, tmp_path: Path) -> None:
    child = servant.run(saved(job({"epochs": 10_000}), tmp_path))
    child.until("progress")
    os.close(child.alive)
    assert child.events()[-1]["kind"] == "checkpoint"
    assert servant.wait("exited")["status"] == 3


def test_killed_job_is_reported_and_the_server_goes_on(servant: Servant, job: MakeSpec, tmp_path: Path) -> None:
    child = servant.run(saved(job({"epochs": 10_000}), tmp_path))
    child.until("progress")
    os.killpg(child.pid, signal.SIGKILL)
    assert servant.wait("exited") == {"id": "job", "exited": child.pid, "status": -signal.SIGKILL}
    os.close(child.alive)
    servant.send({"id": "p", "ping": True}, [])
    assert servant.wait("pong")["id"] == "p"


def test_forked_predictor_answers_until_its_peer_leaves(servant: Servant, job: MakeSpec) -> None:
    spec = job()
    launch(spec)
    ours, theirs = socket.socketpair()
    servant.send({"id": "model", "predict": spec.output}, [theirs.detach()])
    pid = servant.wait("pid")["pid"]
    with ours, ours.makefile("rwb") as stream:
        for rows in (1, 3):
            stream.write(json.dumps({"rows": [{"heat": 50}] * rows}).encode() + b"\n")
            stream.flush()
            assert len(json.loads(stream.readline())["predictions"]) == rows
        stream.write(b'{"rows": [{"heat": "hot"}]}\n')
        stream.flush()
        assert json.loads(stream.readline())["error"]["params"] == {"field": "heat", "value": "hot"}
    assert servant.wait("exited") == {"id": "model", "exited": pid, "status": 0}


def test_idle_predictor_leaves_and_a_missing_model_is_told(servant: Servant, job: MakeSpec, tmp_path: Path) -> None:
    spec = job()
    launch(spec)
    ours, theirs = socket.socketpair()
    servant.send({"id": "model", "predict": spec.output, "idle": 0.2}, [theirs.detach()])
    assert servant.wait("exited")["status"] == 0
    ours.close()
    ours, theirs = socket.socketpair()
    servant.send({"id": "none", "predict": str(tmp_path / "nothing")}, [theirs.detach()])
    with ours, ours.makefile("rb") as stream:
        assert "cannot be read" in json.loads(stream.readline())["error"]["text"]
    assert servant.wait("exited")["status"] == 1


@pytest.mark.parametrize("line", [b"{", b"[]", b"{}", b'{"id": "x", "spec_path": "a"}', b'{"ping": 1}'])
def test_malformed_request_is_answered(servant: Servant, line: bytes) -> None:
    servant.peer.sendall(line + b"\n")
    assert servant.wait("pong" if b"ping" in line else "error")
    servant.send({"id": "still", "ping": True}, [])
    assert servant.wait("pong")["id"] in ("still", None)


def test_leaving_supervisor_ends_server_and_children(job: MakeSpec, tmp_path: Path) -> None:
    servant = Servant()
    child = servant.run(saved(job({"epochs": 10_000}), tmp_path))
    child.until("progress")
    assert servant.close() == 0
    assert child.events()[-1]["kind"] == "checkpoint"
    assert gone(child.pid)
    os.close(child.alive)


def test_server_listens_on_a_path(tmp_path: Path) -> None:
    path = tmp_path / "s"
    argv = [sys.executable, "-m", "trainer", "serve", "--path", str(path)]
    process = subprocess.Popen(argv, cwd=ROOT, env=environment())
    deadline = time.monotonic() + 30
    peer = socket.socket(socket.AF_UNIX)
    while True:
        try:
            peer.connect(str(path))
            break
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert b"ready" in peer.recv(100)
    peer.close()
    assert process.wait(20) == 0
