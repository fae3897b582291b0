"""Keeps what is made once and asked for by several checks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backend_katas.client import Client
from backend_katas.model import Exchange


class Shelf:
    """Things by name. Where making one went wrong, that is told to each check that takes it.

    A check that takes a thing also gets on its record how it was made.
    """

    def __init__(self) -> None:
        self._things: dict[str, tuple[Any, list[Exchange]]] = {}

    def __contains__(self, name: object) -> bool:
        """Return whether the thing was made, or at least tried."""
        return name in self._things

    @property
    def holds_something(self) -> bool:
        """Whether anything went right."""
        return any(not isinstance(thing, AssertionError) for thing, _ in self._things.values())

    def keep(self, name: str, make: Callable[[], Any], api: Client) -> None:
        """Make a thing with the help of `api`, and remember it or what went wrong."""
        begin = len(api.recorder)
        try:
            thing = make()
        except AssertionError as fault:
            thing = fault
        self._things[name] = thing, api.recorder[begin:]

    def take(self, name: str, api: Client) -> Any:
        """Return a thing, with its making on the record of `api`, or raise what went wrong."""
        thing, exchanges = self._things[name]
        api.recorder.extend(exchange for exchange in exchanges if exchange not in api.recorder)
        if isinstance(thing, AssertionError):
            raise thing
        return thing
