"""Archives that hurt whoever unpacks them, in the submission; each by itself is refused too."""

import io
import tarfile
import zipfile


def lay(folder, outside):
    """Put all of them into a submission."""
    for make in (zipped, tarred, bomb, crowded):
        make(folder, outside)


def zipped(folder, outside):
    """Names that lead out, an absolute one, a link and what is written through it, one name twice."""
    with zipfile.ZipFile(folder / "evil.zip", "w") as archive:
        for name in ("../../escaped", f"{outside.mark}", "..\\..\\escaped", "kata.yaml", "a/" * 200 + "deep"):
            archive.writestr(name, "CANARY")
        link = zipfile.ZipInfo("way")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, f"{outside.mark.parent}")
        archive.writestr("way/ran", "CANARY")


def tarred(folder, outside):
    """Links of both kinds, devices, pipes, programs of root."""
    with tarfile.open(folder / "evil.tar.gz", "w:gz") as archive:
        for name, kind, target in (
            ("way", tarfile.SYMTYPE, f"{outside.mark.parent}"),
            ("hard", tarfile.LNKTYPE, f"{outside.files[0]}"),
            ("zero", tarfile.CHRTYPE, ""),
            ("pipe", tarfile.FIFOTYPE, ""),
        ):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname, entry.devmajor, entry.devminor = kind, target, 1, 5
            archive.addfile(entry)
        for name in ("way/ran", f"{outside.mark}", "../../escaped", "root"):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = 6, 0o4755
            archive.addfile(entry, io.BytesIO(b"CANARY"))


def bomb(folder, outside):
    """Half a gigabyte in half a megabyte, and that in another."""
    with zipfile.ZipFile(folder / "inner.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("zeros", "w") as file:
            for _ in range(64):
                file.write(bytes(8 << 20))
    with zipfile.ZipFile(folder / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(16):
            archive.write(folder / "inner.zip", f"{number}.zip")


def crowded(folder, outside):
    """Twenty thousand files."""
    with zipfile.ZipFile(folder / "crowded.zip", "w") as archive:
        for number in range(20_000):
            archive.writestr(f"{number}", "")


def _alone(make, name):
    def lay_alone(place, outside):
        place.mkdir(parents=True)
        make(place, outside)
        return place / name

    return lay_alone


# What `katas grade` is given, by name, and what it says.
REFUSED = {
    "zip": (_alone(zipped, "evil.zip"), r"`\.\./\.\./escaped` leads out of it"),
    "tar": (_alone(tarred, "evil.tar.gz"), r"`/.*` leads out of it"),
    "bomb": (_alone(bomb, "inner.zip"), "larger than 200 MiB when it is unpacked"),
    "bombs": (_alone(bomb, "bomb.zip"), "kata.yaml"),
    "crowd": (_alone(crowded, "crowded.zip"), "kata.yaml"),
}
