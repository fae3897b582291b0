"""Tries the services of this machine: loopback, unix sockets by path and by name, the cloud's metadata, Docker."""

import socket

from loot import carry_off
from target import NAMES, PORT

found = []
for host, port in (("127.0.0.1", PORT), ("::1", PORT), ("169.254.169.254", 80), ("172.17.0.1", PORT)):
    try:
        socket.create_connection((host, port), timeout=0.5).close()
        found.append(f"CANARY {host}")
    except OSError:
        pass
for name in NAMES:
    for address in (name, f"\0{name}"):
        try:
            with socket.socket(socket.AF_UNIX) as way:
                way.connect(address)
            found.append(f"CANARY {name}")
        except OSError:
            pass
carry_off(found)
