"""Answers the second path a byte at a time."""

import time

from well import Well, serve


class Dripping(Well):
    """Has time."""

    def do_GET(self) -> None:
        """Answer slowly."""
        if self.path != "/second":
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        for _ in range(1000):
            self.wfile.write(b" ")
            time.sleep(0.2)


serve(Dripping)
