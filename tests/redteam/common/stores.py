"""PostgreSQL and Redis without a library: `Postgres()` and `Redis()`, both at the addresses of the environment."""

import base64
import hashlib
import hmac
import os
import secrets
import socket
import struct
from urllib.parse import unquote, urlsplit


class Refused(Exception):
    """The server said no; the text is its own."""


def _dial(url, timeout):
    parts = urlsplit(url)
    line = socket.create_connection((parts.hostname, parts.port), timeout=timeout)
    return parts, line, line.makefile("rb")


class Postgres:
    """One session, of which each statement returns rows of texts."""

    def __init__(self, url="", database="", timeout=20):
        parts, self.line, self.file = _dial(url or os.environ["DATABASE_URL"], timeout)
        self.user, self.password = unquote(parts.username), unquote(parts.password)
        given = f"user\0{self.user}\0database\0{database or parts.path[1:]}\0\0".encode()
        self._send(b"", struct.pack("!I", 196608) + given)
        self._until_ready()

    def run(self, statement):
        """Run statements."""
        self._send(b"Q", statement.encode() + b"\0")
        return self._until_ready()

    def close(self):
        """Hang up."""
        self.file.close()
        self.line.close()

    def _send(self, kind, payload):
        self.line.sendall(kind + struct.pack("!I", len(payload) + 4) + payload)

    def _message(self):
        head = self.file.read(5)
        if len(head) < 5:
            raise Refused("the server has gone")
        return head[:1], self.file.read(struct.unpack("!I", head[1:])[0] - 4)

    def _until_ready(self):
        rows, complaint = [], ""
        while True:
            kind, payload = self._message()
            if kind == b"Z":
                break
            if kind == b"E":
                complaint = complaint or payload.decode("utf-8", "replace")
                if not rows and b"FATAL" in payload:
                    break
            elif kind == b"D":
                rows.append(self._row(payload))
            elif kind == b"R" and payload[:4] == b"\0\0\0\x0a":
                self._scram()
            elif kind in b"GW":  # COPY asks for data, or gives some
                self._send(b"f", b"no\0")
        if complaint:
            raise Refused(complaint)
        return rows

    @staticmethod
    def _row(payload):
        row, at = [], 2
        for _ in range(struct.unpack("!H", payload[:2])[0]):
            size = struct.unpack("!i", payload[at : at + 4])[0]
            row.append(None if size < 0 else payload[at + 4 : at + 4 + size].decode("utf-8", "replace"))
            at += 4 + max(size, 0)
        return row

    def _scram(self):
        """Prove that we know the password (RFC 5802, 7677)."""
        first = f"n=,r={secrets.token_hex(12)}"
        started = f"n,,{first}".encode()
        self._send(b"p", b"SCRAM-SHA-256\0" + struct.pack("!I", len(started)) + started)
        challenge = self._challenge()
        told = dict(part.split("=", 1) for part in challenge.split(","))
        salted = hashlib.pbkdf2_hmac("sha256", self.password.encode(), base64.b64decode(told["s"]), int(told["i"]))
        key = hmac.digest(salted, b"Client Key", "sha256")
        bare = f"c=biws,r={told['r']}"
        signed = hmac.digest(hashlib.sha256(key).digest(), f"{first},{challenge},{bare}".encode(), "sha256")
        proof = base64.b64encode(bytes(a ^ b for a, b in zip(key, signed))).decode()
        self._send(b"p", f"{bare},p={proof}".encode())

    def _challenge(self):
        kind, payload = self._message()
        if kind == b"E":
            raise Refused(payload.decode("utf-8", "replace"))
        return payload[4:].decode()


class Redis:
    """One connection; a command returns what the server replied."""

    def __init__(self, timeout=20):
        parts, self.line, self.file = _dial(os.environ["REDIS_URL"], timeout)
        named = [unquote(word) for word in (parts.username, parts.password) if word]
        if named:
            self.run("AUTH", *named)
        self.run("SELECT", parts.path[1:] or "0")

    def run(self, *words):
        """Send a command."""
        parts = [word if isinstance(word, bytes) else str(word).encode() for word in words]
        self.line.sendall(b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in parts))
        return self._reply()

    def _reply(self):
        line = self.file.readline()
        if not line:
            raise Refused("the server has gone")
        kind, rest = line[:1], line[1:].strip()
        if kind == b"-":
            raise Refused(rest.decode("utf-8", "replace"))
        if kind == b"$":
            return None if int(rest) < 0 else self.file.read(int(rest) + 2)[:-2]
        if kind == b"*":
            return [self._reply() for _ in range(int(rest))]
        return rest
