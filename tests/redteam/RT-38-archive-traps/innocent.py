"""Brings its data in an archive, and unpacks it itself."""

import os
import shutil
import tempfile
import zipfile

from honest import serve

place = tempfile.mkdtemp()
with zipfile.ZipFile(os.path.join(place, "data.zip"), "w") as archive:
    archive.writestr("words/hello", "hello")
shutil.unpack_archive(os.path.join(place, "data.zip"), place)
assert os.path.exists(os.path.join(place, "words", "hello"))
serve()
