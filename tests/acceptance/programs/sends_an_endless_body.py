"""Begins an answer to the second path that has no end."""

from well import Well, serve


class Endless(Well):
    """Never stops."""

    def do_GET(self) -> None:
        """Answer for ever."""
        if self.path != "/second":
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while True:
            self.wfile.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")


serve(Endless)
