"""A worker of pytest-xdist ends with its controller, even when that is killed and can tell it nothing."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import Any

import pytest

CONTROLLER = "kata_controller"
_LOOK = 0.1  # seconds


class Controller:
    """Tells each worker on this machine whose child it is."""

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Give a worker, before it starts, this process's number to watch."""
        if node.gateway.spec.popen:
            node.workerinput[CONTROLLER] = os.getpid()


def watch_controller(config: Any) -> None:
    """Kill this process as soon as its controller has gone; its supervisor ends whatever it had begun.

    By itself a worker would go on with the check it is at, and then wait some seconds more.
    """
    if controller := getattr(config, "workerinput", {}).get(CONTROLLER):
        threading.Thread(target=_watch, args=[controller], name="kata-controller-watch", daemon=True).start()


def _watch(controller: int) -> None:
    while os.getppid() == controller:
        time.sleep(_LOOK)
    os.kill(os.getpid(), signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
