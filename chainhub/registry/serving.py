"""Trying a model: the web process asks, a worker answers, and what was asked is never written down.

The queue carries only a number. The rows themselves and the answer pass through Redis's publish and subscribe, which
keeps nothing: the worker says that it listens, the asker sends the rows, the worker answers.
"""

import json
import shutil
import time
import uuid
from collections.abc import Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import redis
from django.conf import settings
from django.utils.translation import gettext_noop

from chainhub.bases.models import BaseModel
from chainhub.core.errors import DomainError, InvalidInputError, TooLargeError
from chainhub.core.queue import send
from chainhub.jobs import predicting
from chainhub.nodes.models import ComputeNode
from chainhub.registry.card import EXAMPLE, README
from chainhub.registry.models import ModelVersion
from chainhub.registry.publishing import BASE_NOTICE, EVALUATION
from chainhub.registry.rows import kind_of
from chainhub.repositories.storage import LostBlobError, fetch_blob

Row = dict[str, Any]
Answering = ModelVersion | BaseModel
PATIENCE = 10.0  # seconds from question to answer
WRITING = 60.0  # the same for a large model, or where a text is written token by token
WORKERS_PATIENCE = 5.0  # seconds a worker waits for the rows of somebody who asked
NOT_ASKED = (EVALUATION, EXAMPLE, *README.values(), BASE_NOTICE, "best.safetensors")  # files that are for people
AGAIN = "reproduce/"  # the same, of whoever trains the model again
QUICK = ("table", "image", "text")  # kinds of input that are answered in a breath
QUEUE = "system"
MOST_KEPT = 64  # models in this machine's cache
MOST_EXPLAINED = 20  # rows a question; a reason costs some fifty answers
LARGEST = 20 * 2**20  # bytes of a question's pictures together
LARGEST_SENT = LARGEST * 7 // 5  # as base64 and JSON; the message server cuts the line of who is to get 32 MB at once


class UnavailableError(DomainError):
    """Nobody is there to answer now."""

    code = "unavailable"
    status = 503


class _Listener(Protocol):
    def get_message(self, *, ignore_subscribe_messages: bool, timeout: float) -> dict[str, Any] | None: ...


def ask(model: Answering, rows: Sequence[Row], *, explain: bool = False) -> list[Row]:
    """The model's answers to rows that were checked, with `explain` each with its `reasons`."""
    if explain and len(rows) > MOST_EXPLAINED:
        raise InvalidInputError(
            gettext_noop("Reasons are given for at most %(most)s rows at a time; these are %(given)s."),
            field="explain",
            most=MOST_EXPLAINED,
            given=len(rows),
        )
    if not settings.LIVE_URL or not ComputeNode.objects.serving(QUEUE).exists():
        raise UnavailableError(
            gettext_noop(
                "No compute node is running, so the model cannot answer now. An operator starts one with "
                "“python3 manage.py worker”; the model's files work without."
            )
        )
    question = {"rows": list(rows), **({"explain": True} if explain else {})}
    check_size(len(json.dumps(question)))
    try:
        reply = _exchange(model, question)
    except (redis.RedisError, OSError):
        raise UnavailableError(gettext_noop("The hub's message server does not answer; try again soon.")) from None
    if "error" in reply:
        raise _refusal(reply["error"], alone=len(rows) == 1)
    return list(reply["predictions"])


def check_size(size: int) -> None:
    """Of a question, in bytes. Raises `TooLargeError`."""
    if size > LARGEST_SENT:
        raise TooLargeError(
            gettext_noop(
                "At most %(most)s MB are asked at a time, all rows together, which is %(pictures)s MB of pictures; "
                "send fewer rows, or smaller pictures."
            ),
            field="rows",
            most=LARGEST_SENT // 2**20,
            pictures=LARGEST // 2**20,
        )


def _refusal(said: Row, *, alone: bool) -> DomainError:
    """What the model, or the node it was to run on, said instead of an answer; with the row among several."""
    text, params = str(said["text"]), said.get("params") or {}
    row = 1 if alone else params.get("row")
    field = f"rows.{row}.{params['field']}" if row and "field" in params else "rows"
    refused = UnavailableError(text) if said.get("unavailable") else InvalidInputError(text, field=field)
    refused.sentence["params"].update(params)
    if alone or not row:
        return refused
    return InvalidInputError(gettext_noop("Row %(row)s: %(said)s"), field=field, row=row, said=refused.sentence)


def _exchange(model: Answering, question: Row) -> Row:
    number = uuid.uuid4().hex
    until = time.monotonic() + (WRITING if _is_slow(model) else PATIENCE)
    with _listening(_answers(number)) as answers:
        task = "registry.predict_base" if isinstance(model, BaseModel) else "registry.predict"
        if not send(task, number, model.pk, queue=QUEUE):
            raise UnavailableError(gettext_noop("The hub's message server does not answer; try again soon."))
        _next(answers, until)  # the worker listens
        _redis(settings.LIVE_URL).publish(_questions(number), json.dumps(question))
        return _next(answers, until)


def answer(number: str, model: Answering) -> bool:
    """On the worker: answer one question; False when nobody waits for it any more."""
    client = _redis(settings.LIVE_URL)
    with _listening(_questions(number)) as questions:
        if not client.publish(_answers(number), json.dumps({"listening": True})):
            return False
        question = _next(questions, time.monotonic() + WORKERS_PATIENCE)
    try:
        patience = WRITING if _is_slow(model) else predicting.ANSWER
        reply = predicting.predict(files_of(model), question, patience=patience)
    except DomainError as error:
        reply = {"error": {**error.sentence, "unavailable": True}}
    return bool(client.publish(_answers(number), json.dumps(reply, ensure_ascii=False)))


def _is_slow(model: Answering) -> bool:
    """Whether it writes or draws bit by bit, or a library of seconds is loaded for it first."""
    return isinstance(model, BaseModel) or kind_of(model) not in QUICK or "architectures" in model.config


def files_of(model: Answering) -> Path:
    """A folder on this machine with what a prediction needs, each file verified."""
    cache = Path(settings.NODE_CACHE) / "models"
    folder = cache / model.commit.oid
    if not folder.exists():
        _make_room(cache)
    files = model.commit.files.exclude(path__in=NOT_ASKED).exclude(path__startswith=AGAIN)
    for entry in files.select_related("blob"):
        if entry.blob.lost:
            shutil.rmtree(folder, ignore_errors=True)
            raise LostBlobError
        place = folder / entry.path
        if not place.exists():
            fetch_blob(entry.blob, place)
    return folder


def _make_room(cache: Path) -> None:
    """Forget the models that were fetched longest ago; a child that has one open has read it already."""
    folders = sorted(cache.glob("*"), key=lambda one: one.stat().st_mtime) if cache.is_dir() else []
    for folder in folders[: max(0, len(folders) - MOST_KEPT + 1)]:
        shutil.rmtree(folder, ignore_errors=True)


def _next(listener: _Listener, until: float) -> Row:
    while (left := until - time.monotonic()) > 0:
        message = listener.get_message(ignore_subscribe_messages=True, timeout=left)
        if message is not None:
            content: Row = json.loads(message["data"])
            return content
    raise UnavailableError(gettext_noop("Every compute node is busy; try again in a moment."))


@contextmanager
def _listening(channel: str) -> Any:
    with _redis(settings.LIVE_URL).pubsub() as listener:  # type: ignore[no-untyped-call]
        listener.subscribe(channel)
        # Nothing said from here on is missed once the server has confirmed.
        listener.get_message(timeout=PATIENCE)
        yield listener


def _questions(number: str) -> str:
    return f"predict:{number}:question"


def _answers(number: str) -> str:
    return f"predict:{number}:answer"


@cache
def _redis(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_connect_timeout=2, socket_timeout=PATIENCE, max_connections=100)
