"""Keeps 60 MB in a temporary file, and a hundred small ones in its folder."""

import pathlib
import tempfile

from honest import serve

with tempfile.TemporaryFile() as file:
    file.write(bytes(60 << 20))
folder = pathlib.Path("data")
folder.mkdir(exist_ok=True)
for number in range(100):
    (folder / f"{number}").write_text("x")
serve()
