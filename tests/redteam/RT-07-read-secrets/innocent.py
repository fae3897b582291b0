"""Reads its own environment and its own home, and makes a file of settings there."""

import os
import pathlib

from honest import serve

home = pathlib.Path(os.environ["HOME"])
(home / ".config").mkdir(exist_ok=True)
(home / ".config" / "settings").write_text("\n".join(sorted(os.environ)))
assert os.environ["SECRET_KEY"]
assert (home / ".config" / "settings").read_text()
serve()
