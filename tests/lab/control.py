"""Requests to a lab's supervisor, over a Unix socket in the lab's folder."""

from __future__ import annotations

import json
import os
import socket

from tests.lab.errors import LabError
from tests.lab.layout import Layout

SOCKET = "control"
_SECONDS = 60


def ask(layout: Layout, do: str, service: str) -> None:
    """Have the supervisor start, stop or reload a server; raise LabError if it cannot."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(_SECONDS)
            folder = os.open(layout.run, os.O_RDONLY | os.O_DIRECTORY)
            try:
                connection.connect(f"/proc/self/fd/{folder}/{SOCKET}")
            finally:
                os.close(folder)
            with connection.makefile("rw", encoding="utf-8") as stream:
                stream.write(json.dumps({"do": do, "service": service}) + "\n")
                stream.flush()
                answer = json.loads(stream.readline() or '{"error": "it gave no answer"}')
    except OSError as error:
        raise LabError(f"the lab in {layout.root} does not run ({error.strerror}): scripts/lab up") from error
    if answer["error"]:
        raise LabError(answer["error"])
