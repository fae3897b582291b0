"""The host of a session: opened when a check asks for it or, since a cell takes its time, while pytest collects."""

from __future__ import annotations

from collections.abc import Generator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any, NoReturn

import pytest

from backend_katas.errors import ExitCode, NotConfined
from backend_katas.host import Host, Settings
from backend_katas.plugin.session import KataSession


class Opening:
    """Opens the host of a session once, and closes it where no check has ever asked for it."""

    def __init__(self, config: pytest.Config, session: KataSession) -> None:
        self._config = config
        self._session = session
        self._begun: Future[Host] | None = None

    def begin(self) -> None:
        """Go about it in a thread, unless there is nothing to gain: a machine that is its own cell is there already."""
        options: Any = self._config.option
        of_workers = getattr(options, "dist", "no") != "no" and not hasattr(self._config, "workerinput")
        if options.kata_isolation == "none" or options.collectonly or of_workers:
            return
        self._begun = Future()
        # Not kept from ending by a thread: what it has begun ends with this process whatever happens.
        Thread(target=self._enter, args=[self._begun], name="kata-opening", daemon=True).start()

    @contextmanager
    def opened(self) -> Generator[Host]:
        """Give the host; where there is no cell for it the run ends."""
        begun, self._begun = self._begun, None
        try:
            host = begun.result() if begun else self._made().__enter__()
        except NotConfined as refusal:
            self.refuse(refusal)
        with _closing(host):
            yield host

    def refuse(self, refusal: NotConfined) -> NoReturn:
        """End the run, with that and nothing else to be told."""
        self._session.refusal = refusal
        if hasattr(self._config, "workerinput"):
            raise refusal  # whoever waits for this worker would take its end for a crash
        pytest.exit(f"{refusal}", returncode=ExitCode.OUR_FAULT)

    def pytest_unconfigure(self) -> None:
        """Close what nobody has asked for."""
        if self._begun and not self._begun.exception():
            self._begun.result().__exit__(None, None, None)

    def _made(self) -> Host:
        return Host(self._session.kata, self._session.submission, _settings(self._config))

    def _enter(self, begun: Future[Host]) -> None:
        try:
            begun.set_result(self._made().__enter__())
        except BaseException as problem:  # noqa: BLE001 - it is raised where the host is asked for
            begun.set_exception(problem)


@contextmanager
def _closing(host: Host) -> Generator[None]:
    """Close a host that was opened in another thread, as the end of its own block would."""
    try:
        yield
    except BaseException as problem:
        host.__exit__(type(problem), problem, problem.__traceback__)
        raise
    host.__exit__(None, None, None)


def _settings(config: pytest.Config) -> Settings:
    options: Any = config.option
    return Settings(
        seed=options.kata_seed,
        provider=options.kata_services,
        isolation=options.kata_isolation,
        build_network=options.kata_build_network,
        soft_memory=options.kata_soft_memory,
        state=Path(options.kata_state) if options.kata_state else None,
        label=getattr(config, "workerinput", {}).get("workerid", "main"),
    )
