"""What programs of a cell may write: folders in the warden's memory, each shown at a path of the grader's."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from backend_katas import _supervisor_process
from backend_katas.isolation.slot import Slot
from backend_katas.isolation.warden import STORE


class Store:
    """The places in a store; `root` is how this process sees the warden's files, `folder` where it lies among them."""

    def __init__(self, root: Path, folder: Path, holder: Slot) -> None:
        self._inside = folder / STORE
        self._outside = Path(f"{root}{self._inside}")
        self._holder = holder
        self._numbers = itertools.count(1)
        self._shown: dict[Path, str] = {}
        self._common: set[str] = set()

    def __iter__(self) -> Iterator[tuple[Path, Path]]:
        """Give each path of the grader's, and the path in the warden's files of what is shown there."""
        return ((folder, self._inside / place) for folder, place in list(self._shown.items()))

    def admit(self, folder: Path) -> None:
        """Show a copy of a folder at its path; outside the folder stays what it is."""
        place = f"{next(self._numbers)}"
        shutil.copytree(folder, self._outside / place, symlinks=True)
        self._give(self._outside / place)
        self._shown[folder] = place

    @contextmanager
    def shared(self, folder: Path) -> Generator[None]:
        """Have the path of an empty folder mean a place in the store, inside and outside, until the block ends."""
        place = f"{next(self._numbers)}"
        (self._outside / place).mkdir(mode=0o700)
        self._give(self._outside / place)
        folder.rmdir()
        folder.symlink_to(self._outside / place)
        self._shown[folder] = place
        self._common.add(place)
        try:
            yield
        finally:
            self._common.remove(place)
            del self._shown[folder]
            _supervisor_process.remove_folder(f"{self._outside / place}")
            folder.unlink()
            folder.mkdir()

    def hand_over(self) -> None:
        """Give what the grader has put into shared folders to the program's user, where that is another."""
        for place in list(self._common):
            self._give(self._outside / place)

    def _give(self, folder: Path) -> None:
        if not self._holder.lent:
            return
        owner = (self._holder.user, self._holder.group)
        # By descriptors and without links: programs may be at work here, and another thread may remove it.
        with suppress(FileNotFoundError):
            for _, folders, names, descriptor in os.fwalk(folder, follow_symlinks=False):
                if os.fstat(descriptor).st_uid != self._holder.user:
                    os.fchown(descriptor, *owner)
                for name in (*folders, *names):
                    with suppress(FileNotFoundError):
                        if os.stat(name, dir_fd=descriptor, follow_symlinks=False).st_uid != self._holder.user:
                            os.chown(name, *owner, dir_fd=descriptor, follow_symlinks=False)
