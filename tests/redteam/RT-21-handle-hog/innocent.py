"""Has three hundred files and a hundred threads, as a busy server may."""

import threading
import time

from honest import serve

held = [open("/dev/null") for _ in range(300)]
for _ in range(100):
    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
serve()
