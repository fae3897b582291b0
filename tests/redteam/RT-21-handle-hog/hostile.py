"""Accepts, and never reads; opens all files and threads that it may."""

import os
import socket
import threading
import time

listener = socket.create_server((os.environ["HOST"], int(os.environ["PORT"])))
held = []
try:
    while True:
        held.append(open("/dev/null"))
except OSError:
    held.pop()
    held.pop()
for _ in range(2000):
    try:
        threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
    except RuntimeError:
        break
time.sleep(600)
