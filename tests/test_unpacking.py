"""Archives give plain files in plain folders, and nothing else."""

from __future__ import annotations

import gzip
import io
import os
import stat
import tarfile
import zipfile

import pytest

from backend_katas.errors import ExitCode, KatasError
from backend_katas.intake import Caps
from backend_katas.unpacking import is_archive, stem, unpack


@pytest.fixture
def zipped(tmp_path):
    """Make a zip of names and contents."""

    def make(files, *, name="ann.zip"):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            for member, content in files:
                packed.writestr(member, content)
        return path

    return make


@pytest.fixture
def tarred(tmp_path):
    """Make a tar of members, each a `TarInfo` or a name, with contents."""

    def make(files, *, name="ann.tar.gz"):
        path = tmp_path / name
        with tarfile.open(path, f"w:{'' if name.endswith('.tar') else name.rpartition('.')[2]}") as packed:
            for member, content in files:
                info = member if isinstance(member, tarfile.TarInfo) else tarfile.TarInfo(member)
                info.size = len(content)
                packed.addfile(info, io.BytesIO(content))
        return path

    return make


@pytest.fixture
def unpacked(tmp_path):
    """Unpack into a new folder; return what lies in it, by path."""

    def call(archive, **options):
        place = unpack(archive, tmp_path / "place", **options)
        files = (path for path in place.rglob("*") if path.is_file())
        return {path.relative_to(place).as_posix(): path.read_bytes() for path in files}

    return call


@pytest.mark.parametrize("ending", [".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".ZIP"])
def test_archives_are_known_by_their_endings(tmp_path, ending):
    """The name without it is the learner's."""
    path = tmp_path / f"ann.b{ending}"

    assert is_archive(path)
    assert stem(path) == "ann.b"
    assert not is_archive(tmp_path / f"ann{ending}.txt")


def test_a_zip_is_unpacked(zipped, unpacked):
    """Files come with their content, in their folders."""
    files = {"kata.yaml": b"kata: x\n", "src/app.py": b"pass\n"}

    assert unpacked(zipped(files.items())) == files


@pytest.mark.parametrize("name", ["ann.tar", "ann.tar.gz", "ann.tar.bz2", "ann.tar.xz"])
def test_a_tar_is_unpacked(tarred, unpacked, name):
    """However it is compressed."""
    files = {"kata.yaml": b"kata: x\n", "src/app.py": b"pass\n" * 100_000}

    assert unpacked(tarred(files.items(), name=name)) == files


def test_a_folder_that_is_alone_is_the_submission(zipped, unpacked):
    """What macOS adds does not count."""
    archive = zipped([("mine/kata.yaml", b"kata: x\n"), ("__MACOSX/mine/._kata.yaml", b"\0"), (".DS_Store", b"\0")])

    assert unpacked(archive) == {"kata.yaml": b"kata: x\n"}


def test_what_may_be_run_stays_so(tarred, tmp_path):
    """Other bits of a mode do not come along."""
    script = tarfile.TarInfo("run.sh")
    script.mode = 0o6777

    place = unpack(tarred([(script, b"true\n"), ("data", b"")]), tmp_path / "place")

    assert stat.S_IMODE((place / "run.sh").stat().st_mode) == 0o755
    assert stat.S_IMODE((place / "data").stat().st_mode) == 0o644


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_what_is_no_file_stays_behind(tarred, unpacked, kind):
    """A link, a pipe, a device; and a file with the link's name is a file."""
    special = tarfile.TarInfo("out")
    special.type, special.linkname = kind, "/etc"

    archive = tarred([("kata.yaml", b"kata: x\n"), (special, b""), ("out/passwd", b"mine\n")])

    assert unpacked(archive) == {"kata.yaml": b"kata: x\n", "out/passwd": b"mine\n"}


def test_a_link_in_a_zip_stays_behind(zipped, unpacked):
    """There it is a file with a mode."""
    link = zipfile.ZipInfo("out")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16

    assert unpacked(zipped([("kata.yaml", b"kata: x\n"), (link, "/etc")])) == {"kata.yaml": b"kata: x\n"}


@pytest.mark.parametrize("name", ["../evil", "a/../../evil", "/evil", "C:/evil", "..\\evil"])
def test_nothing_leads_out(zipped, tarred, tmp_path, name):
    """A path that leaves the folder makes the whole archive suspect."""
    for archive in (zipped([(name, b"x")]), tarred([(name, b"x")])):
        with pytest.raises(KatasError, match="leads out of it") as refused:
            unpack(archive, tmp_path / f"place-{archive.suffix}")

        assert refused.value.exit_code is ExitCode.NOTHING_TO_GRADE
    assert not [path for path in tmp_path.rglob("*") if path.name.endswith("evil")]


def test_one_name_twice_is_refused(zipped, unpacked):
    """Tools differ in which of the two they take."""
    with pytest.warns(UserWarning, match="Duplicate"):
        archive = zipped([("kata.yaml", b"kata: x\n"), ("kata.yaml", b"kata: y\n")])

    with pytest.raises(KatasError, match="cannot be unpacked"):
        unpacked(archive)


@pytest.mark.parametrize(
    ("caps", "words"),
    [
        (Caps(size=1 << 20), "larger than 1 MiB"),
        (Caps(entries=3), "more than 3 files"),
        (Caps(depth=2), "nested deeper than 2"),
    ],
)
def test_bombs_are_refused(zipped, tarred, tmp_path, caps, words):
    """A megabyte of zeros is a kilobyte packed."""
    files = [("a", b"\0" * (1 << 20)), ("b", b"x"), ("c/d/e/f", b""), ("g", b"")]
    for archive in (zipped(files), tarred(files)):
        with pytest.raises(KatasError, match=words):
            unpack(archive, tmp_path / f"place-{archive.suffix}", caps=caps)


def test_headers_are_bounded(tmp_path):
    """A tar may say that the name of a file has gigabytes."""
    longname = tarfile.TarInfo("././@LongLink")
    longname.type, longname.size = tarfile.GNUTYPE_LONGNAME, 4 << 30
    with gzip.open(tmp_path / "ann.tar.gz", "wb") as file:
        file.write(longname.tobuf(tarfile.GNU_FORMAT))
        file.write(b"x" * (2 << 20))

    with pytest.raises(KatasError, match="by more than 1 MiB"):
        unpack(tmp_path / "ann.tar.gz", tmp_path / "place")


def test_the_list_of_a_zip_is_bounded(zipped, unpacked):
    """It is read at once, so its size is looked at before."""
    archive = zipped([(f"{number}{'x' * 200}", b"") for number in range(20_000)])

    with pytest.raises(KatasError, match="the list of its files"):
        unpacked(archive)


@pytest.mark.parametrize("name", ["ann.zip", "ann.tar", "ann.tar.gz", "ann.tar.bz2", "ann.tar.xz"])
@pytest.mark.parametrize("content", [b"", b"no archive", os.urandom(2000), b"PK\5\6" + b"\0" * 3])
def test_what_is_no_archive_is_refused(tmp_path, name, content):
    """One message, whatever the library behind it would have raised."""
    (tmp_path / name).write_bytes(content)

    with pytest.raises(KatasError, match=rf"`{name}` cannot be unpacked") as refused:
        unpack(tmp_path / name, tmp_path / "place")

    assert refused.value.exit_code is ExitCode.NOTHING_TO_GRADE
    assert "handed in anew" in refused.value.hint


def test_half_an_archive_is_refused(zipped, tarred, tmp_path):
    """What was cut off while it was sent."""
    files = [("kata.yaml", os.urandom(100_000))]
    for archive in (zipped(files), tarred(files)):
        archive.write_bytes(archive.read_bytes()[:60_000])

        with pytest.raises(KatasError, match="cannot be unpacked"):
            unpack(archive, tmp_path / f"place-{archive.suffix}")


def test_an_encrypted_zip_is_refused(zipped, unpacked):
    """Nobody here knows the password."""
    archive = zipped([("kata.yaml", b"kata: x\n")])
    content = bytearray(archive.read_bytes())
    for at in (content.index(b"PK\3\4") + 6, content.index(b"PK\1\2") + 8):
        content[at] |= 1
    archive.write_bytes(bytes(content))

    with pytest.raises(KatasError, match="encrypted"):
        unpacked(archive)


def test_a_machine_without_room_is_no_fault_of_the_archive(zipped, tmp_path):
    """Nobody is asked to hand in anew for a disk that is full."""
    resource = pytest.importorskip("resource", reason="the system limits no files")
    archive = zipped([("data", os.urandom(100_000))])
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        with pytest.raises(KatasError, match="cannot be unpacked to") as refused:
            unpack(archive, tmp_path / "place")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert refused.value.exit_code is ExitCode.OUR_FAULT
