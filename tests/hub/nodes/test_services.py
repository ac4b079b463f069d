"""A worker announces its node, and leaves."""

import os
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from chainhub.core.errors import DomainError
from chainhub.nodes import machine, services
from chainhub.nodes.models import ComputeNode

pytestmark = pytest.mark.django_db


def announce(name: str = "", pid: int = 0) -> ComputeNode:
    return services.announce_node(
        name=name, pid=pid or os.getpid(), queues=["cpu"], slots={"cpu": 2}, gpus=[], organization=None
    )


def test_a_node_says_what_it_has() -> None:
    node = announce("one")
    assert node.cores == machine.cores() > 0
    assert node.memory_bytes > 2**28
    assert node.is_present
    assert 0 <= node.load["memory"] <= 1
    assert list(ComputeNode.objects.serving("cpu")) == [node]
    assert not ComputeNode.objects.serving("gpu").exists()


def test_a_second_worker_on_the_machine_gets_a_name_of_its_own() -> None:
    first, second = announce(), announce(pid=os.getppid())
    assert first.name == machine.hostname()
    assert second.name == f"{machine.hostname()}-2"


def test_a_restarted_worker_takes_its_name_back() -> None:
    gone = 2**22 + 1  # beyond every process number
    assert announce(pid=gone).name == announce().name
    assert ComputeNode.objects.count() == 1


def test_a_name_that_is_in_use_is_refused() -> None:
    announce("mine")
    with pytest.raises(DomainError, match="running already"):
        announce("mine", pid=os.getppid())


def test_a_node_that_leaves_is_gone_and_one_that_drains_takes_nothing(settings: Any) -> None:
    node = announce("one")
    services.drain_node(node)
    assert not ComputeNode.objects.serving("cpu").exists()
    assert ComputeNode.objects.present().exists()
    services.stop_node(node)
    assert not ComputeNode.objects.present().exists()
    services.beat(node)
    assert ComputeNode.objects.present().exists()


def test_a_node_that_is_silent_is_not_counted_on() -> None:
    announce("one")
    ComputeNode.objects.update(heartbeat_at=timezone.now() - timedelta(minutes=1))
    assert not ComputeNode.objects.present().exists()
