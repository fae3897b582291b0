"""The relay between a program and a service: it counts what is asked, and breaks what a check wants broken."""

from __future__ import annotations

from backend_katas.proxy.relay import Relay
from backend_katas.proxy.statement import Count, Fault, Statement

__all__ = ["Count", "Fault", "Relay", "Statement"]
