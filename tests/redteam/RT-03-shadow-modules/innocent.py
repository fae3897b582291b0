"""Has the same kind of files beside it, for its own tests."""

from honest import serve

serve()
