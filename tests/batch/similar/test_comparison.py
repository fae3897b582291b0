"""Shares are counted token by token; fingerprints only say which pairs are worth it."""

from __future__ import annotations

from itertools import combinations

import pytest

from backend_katas.batch.similar.comparison import LEAST_OWN, Comparison


@pytest.fixture
def mixed(written, program, read):
    """A class of which each two have some functions in common, from none to most: seven drawn ones of twelve files."""
    files = [program(seed, functions=2) for seed in range(12)]
    for number in range(12):
        chosen = {f"f{at}.py": files[(number * at) % 12] for at in range(1, 8)}
        written(f"s{number:02}", **chosen)
    return Comparison(list(read().values()), (), common=1.0)


@pytest.mark.parametrize("least", [0.01, 0.2, 0.5, 0.9])
def test_no_pair_is_missed(mixed, least):
    """What fingerprints let pass is what comparing each with each finds."""
    every = [mixed.share(one, other) for one, other in combinations(sorted(mixed.own), 2)]

    found = list(mixed.pairs(least))

    wanted = {(share.one, share.other) for share in every if share.tokens and share.portion >= least}
    assert {(share.one, share.other) for share in found} == wanted
    assert 0 < len(wanted) < len(every)


def test_passages_are_all_that_is_shared(mixed):
    """The stretches shown cover the tokens that were counted."""
    for share in mixed.pairs(0.2):
        assert sum(passage.tokens for passage in mixed.passages(share.one, share.other)) >= share.tokens


def test_the_shorter_comes_first_in_either_order(mixed):
    """Who is compared with whom makes no difference."""
    assert mixed.share("s01", "s02") == mixed.share("s02", "s01")


def test_a_table_of_values_is_nobodys_work(written, read):
    """A long list looks like any other, and does not count."""
    for name, value in (("ada", 1), ("bob", 2)):
        rows = f"    {value},\n" * 500 + f"    {value}: x,\n" * 500
        written(name, **{"data.py": f"values = [\n{rows}]\n"})

    codes = read()
    compared = Comparison(list(codes.values()), (), common=1.0)

    assert len(codes["ada"].sources[0].tokens) > 2000
    assert max(compared.own.values()) < LEAST_OWN
    assert not list(compared.pairs(0.01))


def test_code_moved_between_files_is_found(written, program, read):
    """A copy in one file, of what was in three."""
    parts = [program(seed, functions=3) for seed in range(3)]
    written("ada", **{f"part{number}.py": part for number, part in enumerate(parts)})
    written("bob", **{"all.py": "\n".join(reversed(parts))})

    (share,) = Comparison(list(read().values()), (), common=1.0).pairs(0.9)

    assert share.portion == 1


def test_languages_are_kept_apart(written, read):
    """Words of one language are not those of another."""
    written("ada", **{"a.py": "if a in b and c in d and e is f or g in h: i = j\n" * 20})
    written("bob", **{"a.rb": "if a in b and c in d and e is f or g in h: i = j\n" * 20})

    assert not list(Comparison(list(read().values()), (), common=1.0).pairs(0.01))
