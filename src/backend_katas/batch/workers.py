"""Who grades a class: threads here, each waiting for processes of its own, or the workers of a Dask cluster."""

from __future__ import annotations

import functools
from collections.abc import Callable, Generator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event
from typing import Any

from backend_katas.batch.job import Job, Outcome, judge
from backend_katas.errors import ExitCode, KatasError

_PATIENCE = 10.0  # seconds for a scheduler to answer, and for a worker to be there
_SPARE = 2  # jobs beyond those that can run at once, so that no worker has to wait for the next


@dataclass(frozen=True, slots=True, kw_only=True)
class Workers:
    """An executor, the function that it is to do with each job, and how many jobs it is to be given at a time."""

    executor: Executor
    work: Callable[[Job], Outcome]
    window: int


@contextmanager
def threads(number: int, *, stop: Event) -> Generator[Workers]:
    """Give so many threads of this process; `stop` interrupts what they do."""
    with ThreadPoolExecutor(number) as pool:
        yield Workers(executor=pool, work=functools.partial(judge, stop=stop), window=number + _SPARE)


@contextmanager
def dask(address: str) -> Generator[Workers]:
    """Give the workers of the Dask cluster whose scheduler has an address, such as `tcp://host:8786`.

    KatasError where Dask is not installed, or nobody answers there.
    """
    client = _client(address)
    with client:
        try:
            client.wait_for_workers(1, timeout=_PATIENCE)
        except TimeoutError:
            raise KatasError(
                f"the Dask scheduler at `{address}` has no worker", f"start one: `dask worker {address} --nthreads 1`"
            ) from None
        cores = sum(int(worker["nthreads"]) for worker in client.scheduler_info(n_workers=-1)["workers"].values())
        # Not pure: Dask would give the outcome of an equal job for that of another one, without doing it.
        yield Workers(executor=client.get_executor(pure=False), work=judge, window=cores + _SPARE)


def _client(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise KatasError(
            "a cluster needs Dask, which is not installed here",
            "`pip install 'backend-katas[dask]'`, and the same on each worker",
            exit_code=ExitCode.USAGE,
        ) from None
    try:
        return Client(address, timeout=_PATIENCE)
    except (OSError, ValueError) as problem:
        told = str(problem).partition("\n")[0] or type(problem).__name__
        raise KatasError(
            f"no Dask scheduler answers at `{address}`: {told}",
            "start one: `dask scheduler`; it prints its address, such as `tcp://192.0.2.1:8786`",
            exit_code=ExitCode.USAGE,
        ) from None
