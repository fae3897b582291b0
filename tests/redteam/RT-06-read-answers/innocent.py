"""Reads much of the system, as programs do that look for fonts, time zones and certificates."""

import os

from honest import serve

for root in ("/etc", "/usr/share/zoneinfo"):
    for folder, _, names in os.walk(root):
        for name in names[:20]:
            try:
                with open(os.path.join(folder, name), "rb") as file:
                    file.read(4096)
            except OSError:
                pass
serve()
