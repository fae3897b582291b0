"""The walls of a session: put up in a thread while pytest and the engine are still loaded, or when a check asks."""

from __future__ import annotations

import os
from collections.abc import Generator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from backend_katas.enclosure import Enclosure
from backend_katas.errors import ExitCode, NotConfined
from backend_katas.waiting import waiting_for

if TYPE_CHECKING:
    from backend_katas.host import Host
    from backend_katas.plugin.session import KataSession


class Opening:
    """Opens the host of a session; what was put up for it and never asked for is taken down at the end."""

    def __init__(self, config: pytest.Config, session: KataSession) -> None:
        self._config = config
        self._session = session
        self._begun: Future[Enclosure] | None = None

    def begin(self) -> None:
        """Put up the walls meanwhile, if there are to be any and it is this process that judges."""
        options: Any = self._config.known_args_namespace
        workers = getattr(options, "numprocesses", None) or getattr(options, "dist", "no") != "no"
        if options.kata_isolation == "none" or options.collectonly or options.kata_checks or workers:
            return
        self._begun = Future()
        # Not kept from ending by a thread: what it has begun ends with this process whatever happens.
        Thread(target=self._put_up, args=[options, self._begun], name="kata-opening", daemon=True).start()

    @contextmanager
    def opened(self) -> Generator[Host]:
        """Give the host; where there is no cell for it the run ends."""
        from backend_katas.host import Host, Settings

        options: Any = self._config.option
        settings = Settings(
            seed=options.kata_seed,
            provider=options.kata_services,
            isolation=options.kata_isolation,
            build_network=options.kata_build_network,
            soft_memory=options.kata_soft_memory,
            state=Path(options.kata_state) if options.kata_state else None,
            label=getattr(self._config, "workerinput", {}).get("workerid", "main"),
        )
        with ExitStack() as stack:
            try:
                with waiting_for("the walls round the program", ours=True):
                    enclosure = self._begun.result() if self._begun else None
                    host = Host(self._session.kata, self._session.submission, settings, enclosure)
                    stack.enter_context(host)
                self._begun = None  # it is the host's now
            except NotConfined as refusal:
                self.refuse(refusal)
            yield host

    def refuse(self, refusal: NotConfined) -> NoReturn:
        """End the run, with that and nothing else to be told."""
        self._session.refusal = refusal
        if hasattr(self._config, "workerinput"):
            raise refusal  # whoever waits for this worker would take its end for a crash
        pytest.exit(f"{refusal}", returncode=ExitCode.OUR_FAULT)

    def pytest_unconfigure(self) -> None:
        """Take down what nobody has asked for."""
        if self._begun and not self._begun.exception():
            self._begun.result().__exit__(None, None, None)

    def _put_up(self, options: Any, begun: Future[Enclosure]) -> None:
        enclosure = Enclosure(
            options.kata_isolation,
            self._session.submission,
            environ=dict(os.environ),
            hidden=self._session.kata.pack.root,
            soft_memory=options.kata_soft_memory,
        )
        try:
            begun.set_result(enclosure.__enter__())
        except BaseException as problem:  # noqa: BLE001 - it is raised where the host is asked for
            begun.set_exception(problem)
