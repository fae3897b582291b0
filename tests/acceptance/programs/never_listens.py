"""Runs, and that is all."""

import time

time.sleep(600)
