"""Says that all is well, by its exit code, before anybody asks."""

raise SystemExit(0)
