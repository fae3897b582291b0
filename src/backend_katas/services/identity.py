"""Under which identity a server runs that refuses to run as root."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from backend_katas.errors import KatasError


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A command prefix or a user and group that turn root into somebody ordinary; neither when we are ordinary."""

    name: str
    prefix: tuple[str, ...] = ()
    user: int | None = None
    group: int | None = None

    def may_enter(self, path: Path) -> bool:
        """Whether the identity can reach what lies in a folder, which may be in a home closed to others."""
        return self.user is None or all(entry.stat().st_mode & 0o001 for entry in (path, *path.parents))

    def give(self, path: Path) -> None:
        """Make the identity the owner of a folder that we made."""
        if self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group)


OURSELVES = Identity(name="ourselves")
NAMESPACE = Identity(name="namespace", prefix=("unshare", "-U"))


def nobody() -> Identity:
    """Return the system's unprivileged user, by whom root can always run a program."""
    import pwd

    try:
        entry = pwd.getpwnam("nobody")
    except KeyError as error:
        raise KatasError("PostgreSQL does not run as root, and there is no user `nobody` to run it as") from error
    return Identity(name="nobody", user=entry.pw_uid, group=entry.pw_gid)


def ordinary() -> Identity:
    """Return the cheapest identity that is not root.

    In a user namespace of its own a process of root keeps access to root's files but sees itself as nobody, so that
    nothing needs to be copied or given away; containers commonly forbid it.
    """
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return OURSELVES
    return NAMESPACE if _has_user_namespaces() else nobody()


def _has_user_namespaces() -> bool:
    try:
        return subprocess.run([*NAMESPACE.prefix, "true"], capture_output=True, timeout=10).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
