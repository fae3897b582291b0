"""Never listens, and hopes that somebody else answers in its place."""

import time

time.sleep(600)
