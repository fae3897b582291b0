"""Takes its time to start."""

import time

from honest import serve

time.sleep(1.5)
serve()
