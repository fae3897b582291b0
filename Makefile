# What a person or a CI runs. Needs Python 3.11 or later, make and git; everything else goes into .venv.
PYTHON ?= python3
BIN = .venv/bin
READY = .venv/.ready

.PHONY: test lint types layers pytest demo bench clean

test: lint types layers pytest

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/pyright

layers: $(READY)
	$(BIN)/lint-imports

pytest: $(READY)
	$(BIN)/pytest -n 2 --dist worksteal $(PYTEST_OPTIONS)

# A learner's first hour in a minute: start, be judged, then the finished program is judged.
demo: $(READY)
	$(BIN)/python benchmarks/demo.py

bench: $(READY)
	$(BIN)/python -m benchmarks

clean:
	rm -rf .venv build dist

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; name one: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --upgrade "pip>=25.1"
	$(BIN)/python -m pip install -q --group dev -e .
	@touch $(READY)
