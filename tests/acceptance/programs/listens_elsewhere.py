"""Serves well, but on a port of its own choice."""

from http.server import ThreadingHTTPServer

from well import Well

ThreadingHTTPServer(("127.0.0.1", 0), Well).serve_forever()
