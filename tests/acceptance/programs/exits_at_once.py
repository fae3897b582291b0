"""Ends before it serves, and says why."""

import sys

sys.exit("the moon is in the wrong house")
