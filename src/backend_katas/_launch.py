"""Start a process by fork and exec, as `subprocess` does, in a keeper that stays small.

Part of the supervisor's process, so standard library only. A keeper shares its memory with the overseer that it was
forked from, as far as neither writes to it, and to run code is to write reference counts. `subprocess.Popen` would cost
every keeper half a megabyte for as long as its child runs.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
from collections.abc import Mapping, Sequence
from typing import NoReturn


def launch(
    command: Sequence[str],
    *,
    cwd: str,
    environment: Mapping[str, str],
    streams: tuple[int, int, int],
    user: int | None,
    group: int | None,
) -> int:
    """Start a process in a session of its own, and return its number when it runs the command.

    `streams` are its standard input, output and errors. Raises OSError, whose `filename` is the command or `cwd`, or
    ValueError, for a text that cannot be passed on.
    """
    reader, writer = os.pipe()  # closed by the exec: what comes through says why there was none
    if not (child := os.fork()):
        _become(command, cwd, environment, streams, user, group, writer)
    os.close(writer)
    refusal = b""
    while part := os.read(reader, 4096):
        refusal += part
    os.close(reader)
    if refusal:
        os.waitpid(child, 0)
        _refuse(**json.loads(refusal))
    return child


def _become(
    command: Sequence[str],
    cwd: str,
    environment: Mapping[str, str],
    streams: tuple[int, int, int],
    user: int | None,
    group: int | None,
    writer: int,
) -> NoReturn:
    place = cwd
    try:
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        os.chdir(cwd)
        place = command[0]
        for number in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them, and what is ignored is inherited
            signal.signal(number, signal.SIG_DFL)
        os.setsid()
        _change_identity(user, group)
        os.execvpe(command[0], list(command), dict(environment))  # noqa: S606 - as it was written, by no shell
    except OSError as error:
        _tell(writer, number=error.errno, reason=error.strerror, place=place)
    except Exception as error:  # noqa: BLE001 - a forked process must not fall back into the keeper's work
        _tell(writer, number=None, reason=str(error), place=place)
    finally:
        os._exit(127)


def _change_identity(user: int | None, group: int | None) -> None:
    if user is not None or group is not None:
        os.setgroups([])
    if group is not None:
        os.setregid(group, group)
    if user is not None:
        os.setreuid(user, user)


def _tell(writer: int, **refusal: object) -> None:
    with contextlib.suppress(OSError):
        os.write(writer, json.dumps(refusal).encode())


def _refuse(*, number: int | None, reason: str, place: str) -> NoReturn:
    raise ValueError(reason) if number is None else OSError(number, reason, place)
