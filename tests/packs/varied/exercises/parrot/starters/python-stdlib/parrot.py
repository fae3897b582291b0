"""The starter: runs, and can do nothing yet, `--{{option}}` neither."""

import sys

sys.exit("not written yet")
