"""Published models at work on this machine: a warm child of the fork server for each of the few last used.

A child holds one model and answers in milliseconds; the hub's own process never loads weights.
"""

import contextlib
import json
import socket
import threading
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_noop

from chainhub.core.errors import DomainError
from chainhub.jobs.supervisor import ForkServer, SupervisorError, fork_server

MOST = 4  # models kept warm
ANSWER = 8.0  # seconds
PIECE = 1 << 16

Message = dict[str, Any]


class PredictorError(DomainError):
    """The model could not be brought to answer."""

    code = "predictor"
    status = 503


class Predictor:
    """The line to one child; one question at a time."""

    def __init__(self, folder: Path, server: ForkServer) -> None:
        self._folder, self._server = folder, server
        self._lock = threading.Lock()
        self._line: socket.socket | None = None

    def ask(self, question: Mapping[str, Any], patience: float = ANSWER) -> Message:
        """The child's answer, within so many seconds.

        A child that has gone, because it was long idle or died, is replaced once.
        """
        with self._lock:
            had_one = self._line is not None
            try:
                return self._exchange(question, patience)
            except (OSError, ValueError):
                self._hang_up()
                if not had_one:
                    raise
            return self._exchange(question, patience)

    def close(self) -> None:
        """Let the child go, once it has answered what it was asked."""
        with self._lock:
            self._hang_up()

    def _exchange(self, question: Mapping[str, Any], patience: float) -> Message:
        if self._line is None:
            self._line = self._server.predictor(self._folder)
        self._line.settimeout(patience)
        self._line.sendall(json.dumps(question).encode() + b"\n")
        received = bytearray()
        while not received.endswith(b"\n"):
            piece = self._line.recv(PIECE)
            if not piece:
                raise ConnectionError("the predictor closed its line")
            received += piece
        answer: Message = json.loads(received)
        return answer

    def _hang_up(self) -> None:
        if self._line is not None:
            with contextlib.suppress(OSError):
                self._line.close()
            self._line = None


class Predictors:
    """The models that this process keeps warm, the one longest unused first to go."""

    def __init__(self, server: ForkServer) -> None:
        self._server = server
        self._lock = threading.Lock()
        self._warm: OrderedDict[Path, Predictor] = OrderedDict()

    def ask(self, folder: Path, question: Mapping[str, Any], patience: float = ANSWER) -> Message:
        """`{"predictions": […]}`, or `{"error": {"text", "hint", "params"}}` where the input makes no sense."""
        try:
            return self._of(folder).ask(question, patience)
        except (SupervisorError, OSError, ValueError):
            raise PredictorError(gettext_noop("The model could not be started on the compute node.")) from None

    def _of(self, folder: Path) -> Predictor:
        with self._lock:
            if folder not in self._warm:
                self._warm[folder] = Predictor(folder, self._server)
            self._warm.move_to_end(folder)
            spare = [self._warm.popitem(last=False)[1] for _ in range(len(self._warm) - MOST)]
            found = self._warm[folder]
        for predictor in spare:
            predictor.close()
        return found


_predictors = Predictors(fork_server)


def predict(folder: Path, question: Mapping[str, Any], *, patience: float = ANSWER) -> Message:
    """Ask the model in the folder, which has so many seconds."""
    return _predictors.ask(folder, question, patience)
