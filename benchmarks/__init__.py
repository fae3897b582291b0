"""What the engine costs, measured; `make bench` prints one table."""
