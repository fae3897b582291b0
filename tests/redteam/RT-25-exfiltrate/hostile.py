"""Tries every way out: TCP, UDP, names, raw packets, the hypervisor's sockets."""

import socket

from loot import carry_off
from target import HOSTS, PORT

found = []
for host in HOSTS:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        try:
            with socket.socket(family, kind) as way:
                way.settimeout(0.5)
                way.connect((host, PORT))
                way.send(b"CANARY")
                if kind == socket.SOCK_STREAM:
                    found.append(f"CANARY {host}")
        except OSError:
            pass
try:
    found.append(f"CANARY {socket.getaddrinfo('canary.example.com', 80)}")
except OSError:
    pass
for family, kind in ((17, socket.SOCK_RAW), (40, socket.SOCK_STREAM), (38, 5), (socket.AF_INET, socket.SOCK_RAW)):
    try:
        socket.socket(family, kind, 1 if family == socket.AF_INET else 0).close()
        found.append(f"CANARY family {family}")
    except OSError:
        pass
carry_off(found)
