"""Installed packs are found by their entry points alone, and what is wrong with one is told, not raised."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from backend_katas.authoring.verification import Order, verify
from backend_katas.catalogue import find_kata, find_packs, name_of, read_catalogue
from backend_katas.errors import ExitCode, KatasError
from backend_katas.installed import installed_packs
from backend_katas.model import Pack

PACKAGE = Path(__file__).parent / "packs" / "acme" / "acme_katas"


@pytest.fixture
def site(tmp_path, monkeypatch) -> Path:
    """A folder for distributions that Python looks through, as `site-packages` is."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    return folder


@pytest.fixture
def install(site):
    """Announce a pack as pip does: by a distribution's folder with an entry point."""

    def announce(entry: str = "acme = acme_katas", *, name: str = "acme-katas", version: str = "1.2") -> Path:
        folder = site / f"{name.replace('-', '_')}-{version}.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        (folder / "entry_points.txt").write_text(f"[console_scripts]\nx = y:z\n\n[backend_katas.packs]\n{entry}\n")
        return folder

    return announce


def _problem() -> str:
    (pack,) = installed_packs()
    return pack.problem


def test_a_pack_is_found_by_its_entry_point(site, install):
    """Name, version and folder are known, and no code of the pack was run."""
    install()
    (site / "acme_katas").symlink_to(PACKAGE)

    (pack,) = installed_packs()

    assert (pack.name, pack.version, pack.distribution, pack.problem) == ("acme", "1.2", "acme-katas", "")
    assert find_kata("acme/greet", [pack]).id == "greet"
    assert "acme_katas" not in sys.modules


def test_an_editable_pack_is_found_where_python_looks_for_it(install, monkeypatch):
    """The files of an editable installation lie elsewhere, on a path of their own."""
    install()
    monkeypatch.syspath_prepend(str(PACKAGE.parent))

    (pack,) = installed_packs()

    assert (pack.root, pack.problem) == (PACKAGE, "")
    assert "acme_katas" not in sys.modules


def test_a_pack_may_lie_below_a_package(site, install):
    """The way to `acme.katas` is a path; nothing of `acme` is run to find it."""
    install("acme = acme.katas")
    (site / "acme").mkdir()
    (site / "acme" / "__init__.py").write_text("raise SystemExit('imported')")
    (site / "acme" / "katas").symlink_to(PACKAGE)

    (pack,) = installed_packs()

    assert (pack.root, pack.problem) == (site / "acme" / "katas", "")


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("acme = gone_katas", "there is no package `gone_katas` below"),
        ("acme = json", "has no folder `exercises`"),
        ("acme = ../../etc", "its entry point is `../../etc`, expected a package such as `acme_katas`"),
        ("acme = acme_katas:load", "its entry point is `acme_katas:load`, expected a package"),
        ("acme", "its entry point is ``, expected a package"),
        ("a/b = acme_katas", "an entry point cannot be called `a/b`"),
        ("backend-katas = acme_katas", "the name is that of the pack in"),
    ],
)
def test_nonsense_is_one_clear_line(site, install, entry, told):
    """What is wrong is said with the distribution to mend, and every other kata is still there."""
    install(entry)
    (site / "acme_katas").symlink_to(PACKAGE)

    (problem,) = read_catalogue(find_packs({})).problems

    assert told in problem.problem
    assert "acme-katas" in problem.problem
    assert "\n" not in problem.problem


def test_a_damaged_distribution_is_passed_over(site, install):
    """Whoever broke it, packs of others are found."""
    (install("x = y", name="unreadable") / "entry_points.txt").write_bytes(b"[backend_katas.packs]\n\xff = \xfe\n")
    (install(name="nameless") / "METADATA").unlink()
    (site / "acme_katas").symlink_to(PACKAGE)

    assert [pack.name for pack in installed_packs() if not pack.problem] == ["acme"]


def test_two_installed_packs_of_one_name_are_both_left_out(site, install):
    """Nobody could tell which is meant: both are named, with what to do, and whoever asks for one is told."""
    install()
    install(name="other-katas", version="3")
    (site / "acme_katas").symlink_to(PACKAGE)
    packs = find_packs({})

    with pytest.raises(KatasError) as caught:
        find_kata("acme/greet", packs)

    assert len(packs) == 2
    assert "2 installed packs have this name: `" in _problem()
    assert "`acme-katas` 1.2 in" in caught.value.message
    assert "`other-katas` 3 in" in caught.value.message
    assert "`pip uninstall other-katas`" in caught.value.message
    assert caught.value.exit_code is ExitCode.NOTHING_TO_GRADE
    assert find_kata("contact-book", packs).pack.name == "backend-katas"


def test_a_folder_stands_before_an_installed_pack_of_its_name(site, install, tmp_path):
    """So an author works on a pack that is installed too."""
    install()
    (site / "acme_katas").symlink_to(PACKAGE)
    (tmp_path / "mine" / "acme" / "exercises").mkdir(parents=True)

    packs = find_packs({"KATAS_PACKS": str(tmp_path / "mine" / "acme")})

    assert [(pack.name, pack.root) for pack in packs[1:]] == [("acme", tmp_path / "mine" / "acme")]


def test_an_installed_pack_is_verified_only_if_it_is_named(site, install, tmp_path):
    """It was proved where it was made; `katas verify` alone is about the packs that somebody works on."""
    install()
    (site / "acme_katas").symlink_to(PACKAGE)
    (tmp_path / "mine" / "exercises").mkdir(parents=True)
    packs = (Pack(name="mine", version="0", root=tmp_path / "mine"), *installed_packs())

    everything = verify(Order(), packs, journal=tmp_path / "journal")
    named = verify(Order(katas=("acme/greet",), kinds=("starter",)), packs, journal=tmp_path / "journal")

    assert everything == ()
    assert [proof.kata for proof in named] == ["greet"]


def test_the_folder_of_an_installed_pack_has_its_name(site, install):
    """`--pack` with the folder that is installed as `acme` means `acme`, and shows its katas once."""
    install()
    (site / "acme_katas").symlink_to(PACKAGE)

    packs = find_packs({"KATAS_PACKS": str(PACKAGE)})

    assert [name_of(kata) for kata in read_catalogue(packs).katas if kata.id == "greet"] == ["acme/greet"]
