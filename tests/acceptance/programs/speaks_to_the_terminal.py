"""Puts into log and answers what terminals, CI systems and browsers obey."""

from well import Well, serve

EVIL = "\x1b[2J\x1b]0;owned\x07\x1b]52;c;aGk=\x07\x9b31m\u202e::error::owned\n::stop-commands::x\n<script>\r\n"


class Hypnotist(Well):
    """Answers the second path with orders."""

    def do_GET(self) -> None:
        """Answer, or order."""
        if self.path == "/second":
            print(EVIL, flush=True)
            self.answer(b'{"path": "' + EVIL.encode() + b'"}')
        elif self.path == "/third":
            self.send_response(200)
            self.send_header("X-Evil", "\x1b[31mred")
            self.end_headers()
        else:
            super().do_GET()


serve(Hypnotist)
