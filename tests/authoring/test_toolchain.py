"""Which tools a program calls is read off its command lines; those that are not there are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend_katas.authoring.toolchain import in_words, missing_tools
from backend_katas.model import Submission


@pytest.fixture
def path(tmp_path) -> str:
    """A `PATH` on which there is `python3` and nothing else."""
    tool = tmp_path / "python3"
    tool.touch(mode=0o755)
    return str(tmp_path)


@pytest.mark.parametrize(
    ("line", "missing"),
    [
        ("go build -o .katas/bin/web .", ("go",)),
        ("npm ci --no-audit && node build.js", ("node", "npm")),
        ("python3 -m venv .venv && .venv/bin/pip install -q -r requirements.txt", ()),
        ("cd server; PORT=1 exec java -jar app.jar 2>&1 | python3", ("java",)),
        ("(mvn -q package) || false", ("mvn",)),
        ("$HOME/bin/tool go", ()),
        ("if [ -f go.mod ]; then go build; fi", ("go",)),
        ("echo 'go; mvn' > said", ()),
        ("echo 'never closed", ()),
        ("", ()),
    ],
)
def test_a_missing_tool_is_named(path, line, missing):
    """The first word of each command, unless it is a path, a variable or what the shell does itself."""
    assert missing_tools(Submission(folder=Path(), kata="a", build=line), path) == missing


def test_every_command_of_the_manifest_is_read(path):
    """Build, processes and the program that is called."""
    submission = Submission(
        folder=Path(), kata="a", build="go build", processes={"web": "node app.js"}, cli="ruby a.rb"
    )

    assert missing_tools(submission, path) == ("go", "node", "ruby")


def test_what_to_install_is_told_once():
    """Two tools may come together."""
    assert in_words(("node", "npm")) == (
        "`node` and `npm` are not installed: install Node.js 20 or later (https://nodejs.org)"
    )
    assert in_words(("ruby",)) == "`ruby` is not installed: install `ruby`"
