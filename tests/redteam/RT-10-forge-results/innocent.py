"""Writes reports of its own into its folder, its home and the place for temporary files."""

import os
import tempfile

from honest import serve

for place in (".", os.environ["HOME"], os.environ["TMPDIR"], tempfile.gettempdir(), "/tmp"):
    with open(os.path.join(place, "result.json"), "w") as file:
        file.write('{"score": 3}')
serve()
