"""Has a link within its folder, names with blanks and accents, a program of its own, an empty folder."""

import os
import subprocess
import sys

from honest import serve

if len(sys.argv) > 2:
    os.makedirs("öffentlich/leer", exist_ok=True)
    with open("öffentlich/mit leerzeichen.txt", "w") as file:
        file.write("hello")
    os.symlink("öffentlich", "public")
    with open("run", "w") as file:
        file.write("#!/bin/sh\necho hello\n")
    os.chmod("run", 0o755)
    sys.exit()
assert open("public/mit leerzeichen.txt").read() == "hello"
assert subprocess.check_output(["./run"]) == b"hello\n"
serve()
