"""A level that needs what no machine has."""

import pytest

from backend_katas.grader import points


@points(50)
def test_needs_another_machine(api):
    """The program is quick on a machine with 1,000 cores."""
    pytest.skip("no machine with 1,000 cores here")
