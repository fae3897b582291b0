"""What is asked of an engine for each container of a cell: the limits, the filter, and nothing of this machine."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend_katas.isolation import seccomp
from backend_katas.isolation.container_engine import Docker, Image
from backend_katas.isolation.limits import Limits
from backend_katas.isolation.slot import Slot

HOSTNAME = "program"
_PERIOD = 20_000  # microseconds; who has used up a share waits for the rest of it, and so do the answers
_INODES = 20_000
_VICTIM = 500  # whom the kernel ends first where the machine's own memory runs out (-1000 to 1000)

Document = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Confinement:
    """By which engine, in which image, as whom and within which limits containers run; all of them have a label."""

    engine: Docker
    image: Image
    holder: Slot
    limits: Limits
    label: str

    @property
    def processors(self) -> float:
        """How many a container may use; no more than the engine has."""
        return min(self.limits.processors, self.engine.processors)

    def document(
        self, command: Sequence[str], *, network: str, environment: Mapping[str, str], mounts: Sequence[Document]
    ) -> Document:
        """Return what the engine is asked for, to run a command in a container of its own."""
        name, _, value = self.label.partition("=")
        return {
            "Image": self.image.digest,
            "Entrypoint": list(command),
            "Cmd": [],
            "User": f"{self.holder.user}:{self.holder.group}",
            "Env": [f"{name}={value}" for name, value in environment.items()],
            "Labels": {name: value},
            # Whoever joins another's network has its name as well.
            **({"Hostname": HOSTNAME} if network == "none" else {}),
            "AttachStdout": True,
            "AttachStderr": True,
            "Healthcheck": {"Test": ["NONE"]},
            "HostConfig": {**self._walls(), **self._limits(), "NetworkMode": network, "Mounts": list(mounts)},
        }

    def volume(self, place: Path) -> Document:
        """Return a mount of memory, of limited size, that goes with its container."""
        options = {
            "size": self.limits.store,
            "nr_inodes": self.limits.inodes,
            "mode": "0711",
            "uid": os.geteuid(),
            "gid": os.getegid(),
        }
        text = ",".join(["nosuid", "nodev", *(f"{name}={value}" for name, value in options.items())])
        driver = {"Name": "local", "Options": {"type": "tmpfs", "device": "tmpfs", "o": text}}
        return {"Type": "volume", "Target": f"{place}", "VolumeOptions": {"NoCopy": True, "DriverConfig": driver}}

    def _walls(self) -> Document:
        profile = json.dumps(seccomp.profile(platform.machine()))
        return {
            "ReadonlyRootfs": True,
            "CapDrop": ["ALL"],
            "Privileged": False,
            "SecurityOpt": ["no-new-privileges:true", f"seccomp={profile}"],
            "IpcMode": "private",
            "CgroupnsMode": "private",
            "LogConfig": {"Type": "none", "Config": {}},
            "RestartPolicy": {"Name": "no"},
            "Init": False,
        }

    def _limits(self) -> Document:
        limits = self.limits
        each = {"nofile": limits.open_files, "fsize": limits.file, "core": 0}
        return {
            "Memory": limits.memory,
            "MemorySwap": limits.memory,
            "PidsLimit": limits.processes,
            "CpuPeriod": _PERIOD,
            "CpuQuota": int(self.processors * _PERIOD),
            "OomScoreAdj": _VICTIM,
            "Ulimits": [{"Name": name, "Soft": limit, "Hard": limit} for name, limit in each.items()],
            "ShmSize": limits.temporary,
            # Without `exec` the engine forbids it, and runtimes unpack libraries there.
            "Tmpfs": {_TEMPORARY: f"exec,nosuid,nodev,size={limits.temporary},nr_inodes={_INODES},mode=1777"},
        }


def bound(source: str, place: Path, *, read_only: bool = False) -> Document:
    """Return a mount of a folder or file that the engine has."""
    return {"Type": "bind", "Source": source, "Target": f"{place}", "ReadOnly": read_only}


_TEMPORARY = "/tmp"  # noqa: S108 - inside, where nobody else is
