"""Has a pool of a hundred and fifty processes."""

import subprocess

from honest import serve

pool = [subprocess.Popen(["sleep", "60"]) for _ in range(150)]
serve()
