"""One `pytest --kata` run: which kata and submission it is about, and what it registers with pytest."""

from __future__ import annotations

import importlib
import os
import secrets
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from backend_katas.catalogue import as_meant, find_kata, find_level, find_packs, pack_at
from backend_katas.errors import KatasError, NotConfined
from backend_katas.manifest import read_submission, require_commands
from backend_katas.model import Kata, Submission

if TYPE_CHECKING:
    from backend_katas.host import Host

_MARKS = (
    "points(number, clause=''): a check worth so many points; the clause is a rule of BRIEF.md",
    "environment(**variables): the program is started with these variables too",
    "private: the check gets a program and services of its own",
    "chancy: the check depends on the clock or on who comes first",
)


@dataclass(slots=True, kw_only=True)
class KataSession:
    """What the command line and `kata.yaml` say, before pytest collects anything; and the host, once there is one.

    `refusal` says why there can be none. Where there are `levels` or `checks`, others are left out.
    """

    kata: Kata
    submission: Submission
    levels: tuple[str, ...]
    checks: tuple[str, ...] = ()
    host: Host | None = None
    refusal: NotConfined | None = None


def open_session(config: pytest.Config) -> KataSession:
    """Find the submission and its kata; a mistake is a usage error of pytest, told in one message."""
    options = config.known_args_namespace
    try:
        packs = (pack_at(Path(options.kata_pack)),) if options.kata_pack else find_packs(os.environ)
        submission = read_submission(Path(options.kata_submission))
        # Where the pack is given, it is the one that the submission means, whatever it is called there.
        name = submission.kata.rpartition("/")[2] if options.kata_pack else submission.kata
        kata = as_meant(find_kata(name, packs), submission, options.kata_variant)
        require_commands(submission, kata)
        levels = tuple(find_level(kata, name).id for name in options.kata_level)
    except KatasError as problem:
        raise pytest.UsageError(str(problem)) from None
    if options.kata_time_limit and getattr(options, "numprocesses", None):
        raise pytest.UsageError("`--kata-time-limit` is for one process, and `-n` asks for several")
    longest = min(kata.start_timeout, options.kata_start_timeout or kata.start_timeout)
    return KataSession(
        kata=replace(kata, start_timeout=longest),
        submission=submission,
        levels=levels,
        checks=tuple(options.kata_check),
    )


def configure(config: pytest.Config, session: KataSession) -> None:
    """Register marks, fixtures, judge and recorder, and set pytest's own report aside in favour of ours."""
    for mark in _MARKS:
        config.addinivalue_line("markers", mark)
    # Where the folder cannot be written to, `--lf` forgets, and nobody needs to hear of it after every run.
    config.addinivalue_line("filterwarnings", "ignore::pytest.PytestCacheWarning")
    options: Any = config.option
    if options.kata_seed is None:
        options.kata_seed = secrets.randbelow(10**6)
    if options.tbstyle == "auto":
        options.tbstyle = "no"
    if options.reportchars == "fE":
        options.reportchars = ""
    if options.kata_checks:
        _register_stocktaking(config, session)
    else:
        _register(config, session)


def _register_stocktaking(config: pytest.Config, session: KataSession) -> None:
    from backend_katas.plugin.stocktaking import Stocktaking

    stocktaking = Stocktaking(session, Path(config.option.kata_checks))
    config.pluginmanager.register(stocktaking, "kata-stocktaking")
    with stocktaking.noting(session.kata.graders / "fixtures.py"):
        _register_own_fixtures(config, session)


def _register(config: pytest.Config, session: KataSession) -> None:
    from backend_katas.plugin import fixtures
    from backend_katas.plugin.deadline import Deadline
    from backend_katas.plugin.judge import Judge
    from backend_katas.plugin.recorder import Recorder
    from backend_katas.plugin.selection import Selection
    from backend_katas.plugin.worker import Controller, watch_controller

    plugins = config.pluginmanager
    plugins.register(fixtures, "kata-fixtures")
    plugins.register(Selection(session), "kata-selection")
    judge = Judge(session)
    plugins.register(judge, "kata-judge")
    watch_controller(config)
    if not hasattr(config, "workerinput"):
        plugins.register(Controller(), "kata-controller")
        recorder = Recorder(config, session)
        plugins.register(recorder, "kata-recorder")
        if limit := config.option.kata_time_limit:
            plugins.register(Deadline(limit, judge, recorder), "kata-deadline")
    _register_own_fixtures(config, session)


def _register_own_fixtures(config: pytest.Config, session: KataSession) -> None:
    if (session.kata.graders / "fixtures.py").is_file():
        config.pluginmanager.register(_load(session.kata.graders), "kata-own-fixtures")


def _load(graders: Path) -> ModuleType:
    """Import `fixtures.py`, and what it imports from beside it, as a package that is on nobody's `sys.path`."""
    name = f"backend_katas_graders_{graders.name.replace('-', '_')}"
    pytest.register_assert_rewrite(name)
    package = ModuleType(name)
    package.__path__ = [str(graders)]
    sys.modules[name] = package
    return importlib.import_module(f"{name}.fixtures")
