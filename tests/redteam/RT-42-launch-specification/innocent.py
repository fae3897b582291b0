"""Has files for containers beside it, which nobody needs here."""

from honest import serve

serve()
