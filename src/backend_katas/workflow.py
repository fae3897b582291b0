"""The GitHub workflow that grades each push of a learner's repository."""

from __future__ import annotations

from pathlib import Path

from backend_katas import __version__
from backend_katas.model import Kata

WORKFLOW_PATH = Path(".github") / "workflows" / "katas.yml"

# What a submission prints could be a workflow command; so the report goes to the summary, never to the log. Four
# backticks, because a program's answer may hold three.
_TEMPLATE = """\
# Grades each push. The score and what to mend next stand in the summary of the run.
#
# Nothing confines the program here but the machine itself, which GitHub throws away after each run: no secret is on it,
# and its token can read this repository and nothing else. For a mark that nobody can forge grade the repository on a
# machine of your own, where `katas grade` confines it.
name: katas
on: [push, pull_request]
permissions:
  contents: read
jobs:
  grade:
    name: {kata}
    runs-on: ubuntu-24.04
    timeout-minutes: 20
    steps:
      - uses: actions/checkout@v7
        with:
          persist-credentials: false
      - uses: actions/setup-python@v6
        with:
          python-version: "3.12"
      - run: pip install {packages}
      - name: Grade
        run: |
          status=0
          katas grade . --isolation none --trust-submission --output report.txt || status=$?
          {{ echo '````text'; cat report.txt; echo '````'; }} >> "$GITHUB_STEP_SUMMARY"
          exit $status
"""


def workflow(kata: Kata) -> str:
    """Return the workflow file for one kata, pinned to this version of the grader and of an installed pack."""
    packages = [f"backend-katas=={__version__}"]
    packages += [f"{kata.pack.distribution}=={kata.pack.version}"] if kata.pack.distribution else []
    return _TEMPLATE.format(kata=kata.id, packages=" ".join(packages))
