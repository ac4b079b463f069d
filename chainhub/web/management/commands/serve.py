"""Serve pages, API, transfers and live events: what quickstart starts, and what production runs behind its proxy."""

import os
import socket
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """`manage.py serve`."""

    help = "Serve the hub with uvicorn."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--fd", type=int, help="a listening socket handed over by the parent process")
        parser.add_argument("--access-log", action="store_true", help="write a line for every request")

    def handle(self, *, host: str, port: int, fd: int | None, access_log: bool, **_options: Any) -> None:
        """Run until told to stop; open streams get two seconds to end."""
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
        config = uvicorn.Config(
            "chainhub.server:application",
            host=host,
            port=port,
            access_log=access_log,
            log_level="info" if access_log else "warning",
            # Whose X-Forwarded-* headers are believed; without the variable nobody's are.
            proxy_headers="FORWARDED_ALLOW_IPS" in os.environ,
            server_header=False,
            timeout_graceful_shutdown=2,
            ws="none",
        )
        uvicorn.Server(config).run(sockets=[socket.socket(fileno=fd)] if fd is not None else None)
