"""The shares of a class, each graded in a place of its own, brought together in one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from backend_katas.batch.assignment import carry, hold_to
from backend_katas.batch.course import Course, course_from, read_course
from backend_katas.batch.grading import JOURNAL
from backend_katas.batch.journal import Graded, Grading, Journal, Standing, State, opened, reopened
from backend_katas.batch.rules import course_of, hold
from backend_katas.batch.shares import TABLE, Share, require_alike, share_of, tell_of_gaps
from backend_katas.batch.writing import write_reports
from backend_katas.catalogue import find_kata
from backend_katas.errors import ExitCode, KatasError
from backend_katas.exchange import readable
from backend_katas.model import Pack

_Tell = Callable[[str], object]
_Said = tuple[tuple[str, str, int], ...]
_STAYS = "the mark that is there already counts"


@dataclass(slots=True, kw_only=True)
class Merged:
    """What came of a merge: how many shares and submissions, and what somebody has to look at."""

    shares: int
    whole: bool
    graded: int = 0
    refused: int = 0
    errors: int = 0

    @property
    def exit_code(self) -> ExitCode:
        """As that of a batch; what is missing or torn is ours to mend."""
        if self.errors or not self.whole:
            return ExitCode.OUR_FAULT
        return ExitCode.NOTHING_TO_GRADE if self.refused else ExitCode.PASSED


def merge(
    out: Path, places: Sequence[Path], packs: Sequence[Pack], *, course: Path | None = None, tell: _Tell
) -> Merged:
    """Bring the marks of several places together in `out`, and write the reports of all.

    What `out` has already stays, so it can be done again and again, also after it was cut off. A submission to which
    two places give different results gets neither: it is told, and is an error until it is graded in `out`. KatasError
    (exit code 2) unless all marks are of one kata, version and seed.
    """
    shares = [_read(place) for place in dict.fromkeys(place.resolve() for place in places)]
    if out.resolve() in [share.place for share in shares]:
        raise KatasError(f"`{out}` cannot be merged into itself", "name it once, first", exit_code=ExitCode.USAGE)
    require_alike(shares)
    rules = _rules(shares, course, packs)
    with opened(out / JOURNAL, tell=tell) as journal:
        own = share_of(journal, course=course_of(journal).text)
        require_alike([*shares, *([_with_table(own, shares[0])] if own else [])])
        grading = _grading(journal, shares[0])
        if rules.text:
            hold(rules, journal)
        merged = Merged(shares=len(shares), whole=tell_of_gaps(shares, tell))
        _Merge(journal=journal, grading=grading, shares=shares, own=own, merged=merged, tell=tell).all()
        write_reports(out, journal, grading)
        for standing in journal.standings(grading):
            merged.graded += bool(standing.key)
            merged.errors += standing.ours
            merged.refused += not (standing.key or standing.ours)
    return merged


def _read(place: Path) -> Share:
    with reopened(place / JOURNAL) as journal:
        share = share_of(journal, course=course_of(journal).text)
    if share is None:
        raise KatasError(f"nothing was graded in `{place}`", exit_code=ExitCode.NOTHING_TO_GRADE)
    return share


def _rules(shares: Sequence[Share], course: Path | None, packs: Sequence[Pack]) -> Course:
    """Return the rules that are to hold: those that are named, or else those by which all shares were graded."""
    if course:
        return read_course(course, find_kata(shares[0].made["kata"], packs).levels)
    for share in shares:
        if share.course != shares[0].course:
            raise KatasError(
                f"`{share.place}` was graded by another course than `{shares[0].place}`",
                "`--course FILE` says which rules are to hold for all",
                exit_code=ExitCode.USAGE,
            )
    return course_from(shares[0].course)


def _with_table(own: Share, share: Share) -> Share:
    """Give `out` the table of who has which variant that a share has: it may have grown, which `_grading` sees to."""
    table = share.made[TABLE]
    return replace(own, made={**own.made, TABLE: table}) if table else own


def _grading(journal: Journal, share: Share) -> Grading:
    """Return the grading of `out`, begun as the shares' own where there is none; KatasError as by `hold_to`."""
    table = share.made[TABLE]
    kept = journal.grading(State.CURRENT)
    if kept:
        hold_to(json.loads(table) if table else None, journal, kept)
        return kept
    journal.fact("kata", share.made["kata"])
    with reopened(share.place / JOURNAL) as other:
        theirs = _current(other)
        begun = journal.begin(State.CURRENT, version=theirs.version, seed=theirs.seed)
        carry(table, journal, begun)
        return begun


def _current(journal: Journal) -> Grading:
    grading = journal.grading(State.CURRENT)
    if grading is None:
        raise _changed(journal)
    return grading


def _changed(journal: Journal) -> KatasError:
    return KatasError(f"`{journal.path}` has changed while it was merged", "start again")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Merge:
    """One merge on its way: for each submission it is found out whose word counts, and then that is copied."""

    journal: Journal
    grading: Grading
    shares: Sequence[Share]
    own: Share | None
    merged: Merged
    tell: _Tell

    def all(self) -> None:
        """Bring each submission of each share in, and leave out who is in none of them any more."""
        names = sorted({name for share in self.shares for name in share.standings})
        scores = self._scores([name for name in names if len(self._of(name)) > 1])
        sources: dict[Path, list[str]] = {}
        for name in names:
            if source := self._source(name, scores):
                sources.setdefault(source.place, []).append(name)
        for place, taken in sources.items():
            self._copy(place, taken)
        # Only a share of several is no class of its own, which may be merged after another one.
        if self.merged.whole and all(share.index[1] > 1 for share in self.shares):
            for standing in self.journal.standings(self.grading):
                if standing.submission not in names:
                    self.journal.leave_out(self.grading, standing.submission)

    def _of(self, name: str) -> list[Share]:
        """Return the shares in which a submission is; those with an error of ours only where there are no others."""
        found = [share for share in self.shares if name in share.standings]
        return [share for share in found if not share.standings[name].ours] or found[:1]

    def _scores(self, names: Sequence[str]) -> Mapping[tuple[Path, str], _Said]:
        """Return what each of the shares says of submissions that are in several."""
        said: dict[tuple[Path, str], _Said] = {}
        for share in self.shares:
            here = [name for name in names if any(share is other for other in self._of(name))]
            if here:
                with reopened(share.place / JOURNAL) as journal:
                    for name in here:
                        graded = journal.graded(_current(journal), name, share.standings[name].key)
                        said[share.place, name] = _said(graded)
        return said

    def _source(self, name: str, scores: Mapping[tuple[Path, str], _Said]) -> Share | None:
        """Return the share whose word on a submission counts; None where it is that of `out`, or nobody's."""
        given = self._of(name)
        newest = [share for share in given if all(_is_newer(share, other, name) for other in given)]
        words = {(where.key, where.problem) for where in (share.standings[name] for share in newest)}
        said = {scores.get((share.place, name)) for share in newest}
        agreed = newest[0] if len(words) == 1 and len(said) == 1 else None
        own = self.own.standings.get(name) if self.own else None
        if agreed and not (own and own.key and own.key not in _keys(given, name)):
            return agreed
        if not self._stays(name, given, own, agreed):
            self._tear(name, given, own)
        return None

    def _stays(self, name: str, given: Sequence[Share], own: Standing | None, agreed: Share | None) -> bool:
        """Say whether the mark that `out` has itself counts, for somebody graded there what the shares leave open."""
        if not (self.own and own and own.key):
            return False
        if agreed:
            where = agreed.standings[name]
            return where.ours or where.key in self.own.keys.get(name, ())
        if own.key in {share.standings[name].key for share in given}:
            self.tell(f"`{readable(name, keep='')}` has different results in {_listed(given)}; {_STAYS}")
            return True
        return False

    def _tear(self, name: str, given: Sequence[Share], own: Standing | None) -> None:
        """Give no mark to a submission of which nobody could tell what it is worth."""
        here = self.journal.path.parent
        places = [*(share.place for share in given), *([here] if own and own.key else [])]
        problem = f"it has different results in {' and '.join(f'`{place}`' for place in places)}"
        hint = f"`katas batch … --out {here} --only {readable(name, keep='')}` grades it there"
        self.journal.stand(
            self.grading, Standing(submission=name, problem=f"{problem} ({hint})", ours=True), log=f"{problem}\n"
        )
        self.tell(f"`{readable(name, keep='')}`: {problem}, so it has no mark; {hint}")

    def _copy(self, place: Path, names: Sequence[str]) -> None:
        with reopened(place / JOURNAL) as other:
            theirs = _current(other)
            standings = {found.submission: found for found in other.standings(theirs)}
            for name in names:
                if name not in standings:
                    raise _changed(other)
                kept = other.kept(theirs, standings[name])
                if self.journal.keep(self.grading, kept):
                    self._tell_of_another(name, place, other.graded(theirs, name, standings[name].key))

    def _tell_of_another(self, name: str, place: Path, theirs: Graded | None) -> None:
        """Tell where `out` has another result of the same content, which stays."""
        own = self.journal.graded(self.grading, name, theirs.key) if theirs else None
        if own and _said(own) != _said(theirs):
            self.tell(f"`{readable(name, keep='')}` has another result in `{place}`; {_STAYS}")


def _keys(shares: Sequence[Share], name: str) -> frozenset[str]:
    """Return the keys of all that some shares have graded of a submission."""
    return frozenset[str]().union(*(share.keys.get(name, ()) for share in shares))


def _is_newer(share: Share, other: Share, name: str) -> bool:
    """Say whether a share knows what another one has on a submission: it is the same, or was graded before."""
    one, two = share.standings[name], other.standings[name]
    if (one.key, one.problem) == (two.key, two.problem):
        return True
    return bool(two.key) and two.key in share.keys.get(name, ())


def _said(graded: Graded | None) -> _Said:
    """Return what a result says; seconds and logs are never the same twice."""
    checks = graded.result.checks if graded else ()
    return tuple((check.id, check.status.value, check.earned) for check in checks)


def _listed(shares: Sequence[Share]) -> str:
    return " and ".join(f"`{share.place}`" for share in shares)


def summary(merged: Merged, out: Path) -> Iterator[str]:
    """Give the lines of what a merge says at its end."""
    total = merged.graded + merged.refused + merged.errors
    shares = "1 share" if merged.shares == 1 else f"{merged.shares} shares"
    parts = [f"{merged.graded} of {total} submissions graded, in {shares}"]
    parts += [f"{merged.refused} cannot be graded"] if merged.refused else []
    parts += [f"{merged.errors} to be tried again"] if merged.errors else []
    yield "; ".join(parts)
    yield f"marks: {out / 'marks.csv'}"
    yield f"for learners: {out / 'feedback'}"
