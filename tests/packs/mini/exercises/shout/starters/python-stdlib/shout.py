"""The starter: runs, and can do nothing yet."""

import sys

sys.exit("not written yet")
