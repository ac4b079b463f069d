"""A line to the hub that breaks where a test says: a TCP relay that counts the bytes on their way to the server."""

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from typing import Any

NEVER = 1 << 62
PIECE = 1 << 14
RESET = struct.pack("ii", 1, 0)  # closing throws away what lies in the line, as a lost network does


class Line:
    """One connection, both ends."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.ends = (client, server)

    def cut(self) -> None:
        for end in self.ends:
            with contextlib.suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                end.shutdown(socket.SHUT_RDWR)
            end.close()


class CuttingRelay:
    """Listens on a port of its own. After `cut_after(n)` it breaks all lines as soon as n more bytes went up; after
    `hold_after(n)` it only stops there, so that something else can happen in the middle, until `release()`."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.reached = threading.Event()
        self.interruptions = 0
        self._plan: list[tuple[int, bool]] = []
        self._left, self._holding = NEVER, False
        self._lines: set[Line] = set()
        self._turn = threading.Condition()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_after(self, count: int) -> None:
        self.follow([(count, False)])

    def hold_after(self, count: int) -> None:
        self.follow([(count, True)])

    def follow(self, plan: list[tuple[int, bool]]) -> None:
        """Several interruptions, each counted from the one before: (bytes, whether to hold rather than to cut)."""
        with self._turn:
            self.reached.clear()
            self.interruptions, self._plan = 0, list(plan)
            self._next()

    def release(self) -> None:
        """Break what is held, and go on with the plan; after it everything passes."""
        with self._turn:
            self._cut_all()  # first: what still waits in a broken line is not to count towards the next interruption
            self._next()

    def close(self) -> None:
        self.listening.close()
        self.release()

    def _next(self) -> None:
        self._left, self._holding = self._plan.pop(0) if self._plan else (NEVER, False)
        self._turn.notify_all()

    def _cut_all(self) -> None:
        with self._turn:
            lines, self._lines = self._lines, set()
        for line in lines:
            line.cut()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _address = self.listening.accept()
                try:
                    line = Line(client, socket.create_connection(("127.0.0.1", self.target)))
                except OSError:
                    client.close()
                    continue
                with self._turn:
                    self._lines.add(line)
                for work in (self._up, self._down):
                    threading.Thread(target=work, args=(line,), daemon=True).start()

    def _down(self, line: Line) -> None:
        client, server = line.ends
        with contextlib.suppress(OSError):
            while piece := server.recv(PIECE):
                client.sendall(piece)
        line.cut()

    def _up(self, line: Line) -> None:
        client, server = line.ends
        with contextlib.suppress(OSError):
            while piece := client.recv(PIECE):
                for part in self._allowed(piece, line):
                    server.sendall(part)
        line.cut()

    def _allowed(self, piece: bytes, line: Line) -> Iterator[bytes]:
        """What may pass of it, waiting where all is held; raises OSError where the lines were cut."""
        with self._turn:
            if self._left <= 0:  # held already: another line's bytes wait too, and are no interruption of their own
                self._turn.wait_for(lambda: self._left > 0, timeout=30)
            if line not in self._lines:
                raise ConnectionResetError
            part, rest, self._left = piece[: self._left], piece[self._left :], max(0, self._left - len(piece))
            reached, cutting = self._left == 0, not self._holding
            if reached:
                self.interruptions += 1
                if cutting:
                    self._next()
        yield part
        if not reached:
            return
        self.reached.set()
        if cutting:
            self._cut_all()
            raise ConnectionResetError
        with self._turn:
            self._turn.wait_for(lambda: self._left > 0, timeout=30)
        yield rest


def amounts(chance: Any, size: int, count: int) -> list[int]:
    """`count` random amounts, none of them small, that together stay below `size`."""
    step = (size - 100_000) // count
    return [round(step * chance.uniform(0.2, 1.0)) for _number in range(count)]
