"""The pytest plugin: `pytest --kata` judges the program in this folder by the checks of its kata.

Every pytest run of an environment imports this module, so it imports nothing but pytest; the engine is imported when
`--kata` is given.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from backend_katas.plugin.session import KataSession

SESSION: pytest.StashKey[KataSession] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the group `kata`."""
    group = parser.getgroup("kata", "backend katas")
    group.addoption("--kata", action="store_true", help="judge the program in this folder (see its kata.yaml)")
    group.addoption("--kata-level", action="append", default=[], metavar="LEVEL", help="only this level; repeatable")
    group.addoption("--kata-check", action="append", default=[], metavar="ID", help="only this check; repeatable")
    group.addoption("--kata-seed", type=int, metavar="N", help="repeat a run with the random values of this seed")
    group.addoption("--kata-variant", type=int, metavar="N", help="the variant (default: that of kata.yaml)")
    group.addoption(
        "--kata-services",
        default="auto",
        metavar="FROM",
        help="where PostgreSQL and Redis come from: auto, url, embedded or docker",
    )
    group.addoption("--kata-submission", default=".", metavar="DIR", help="the folder with kata.yaml (default: here)")
    group.addoption("--kata-pack", metavar="DIR", help="take the kata from this pack and no other")
    group.addoption("--kata-isolation", default="none", metavar="NAME", help="how the program is confined")
    group.addoption("--kata-start-timeout", type=float, metavar="SECONDS", help="the longest that a start may take")
    group.addoption("--kata-time-limit", type=float, metavar="SECONDS", help="the longest that the whole run may take")
    group.addoption("--kata-build-network", action="store_true", help="let the build use the network all the same")
    group.addoption("--kata-soft-memory", action="store_true", help="have it where memory cannot be limited as a whole")
    group.addoption("--kata-state", metavar="DIR", help="logs and the build's record go here, not to .katas")
    group.addoption("--kata-result", metavar="FILE", help="write result.json here")
    group.addoption("--kata-checks", metavar="FILE", help="write here which checks there are, and run none")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> None:
    """Point pytest at the kata's graders and away from the learner's own `conftest.py`."""
    options = early_config.known_args_namespace
    if not options.kata:
        return
    from backend_katas.plugin.session import open_session

    session = open_session(early_config)
    _begin(early_config, session)
    options.noconftest = True
    # Above it pytest would import each `__init__.py`, and so the code of a pack that is a package.
    options.confcutdir = str(session.kata.graders)
    early_config.stash[SESSION] = session
    if str(session.kata.graders) not in args:
        args.append(str(session.kata.graders))


def _begin(config: pytest.Config, session: KataSession) -> None:
    """Put up walls round the program, which takes a while, before all that follows is loaded."""
    from backend_katas.plugin.opening import Opening

    opening = Opening(config, session)
    opening.begin()
    config.pluginmanager.register(opening, "kata-opening")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks, the fixtures and the recorder of a kata run."""
    if SESSION not in config.stash:
        return
    # What is imported here stays to the end. To look through it for garbage costs a fifth of a second: while it loads,
    # in the collections that pytest makes at the end, and when the interpreter ends.
    gc.disable()
    try:
        from backend_katas.plugin.session import configure

        configure(config, config.stash[SESSION])
    finally:
        gc.freeze()
        gc.enable()
