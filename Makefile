# What a person or a CI runs. Needs Python 3.11 or later, make and git; everything else goes into .venv.
PYTHON ?= python3
BIN = .venv/bin
READY = .venv/.ready

# What was changed since this revision is proved again; before a pull request, the branch that it goes into.
SINCE ?= HEAD~1

.PHONY: test lint types layers verify pytest demo bench bench-batch kills redteam clean

test: lint types layers verify pytest

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/pyright

layers: $(READY)
	$(BIN)/lint-imports

# The katas that the change touched, and one from end to end whatever was changed.
verify: $(READY)
	$(BIN)/katas verify --affected $(SINCE) --jobs 2
	$(BIN)/katas verify contact-book --jobs 2

pytest: $(READY)
	$(BIN)/pytest -n 2 --dist worksteal $(PYTEST_OPTIONS)

# A learner's first hour in a minute: start, be judged, then the finished program is judged.
demo: $(READY)
	$(BIN)/python benchmarks/demo.py

bench: $(READY)
	$(BIN)/python -m benchmarks

# A class graded overnight: about an hour. A look of some minutes: make bench-batch BATCH_OPTIONS=--quick
bench-batch: $(READY)
	$(BIN)/python -m benchmarks.batch $(BATCH_OPTIONS)

# Batches killed at random moments: nothing may be lost, graded twice or changed.
KILLS ?= 200
kills: $(READY)
	$(BIN)/python -m benchmarks.kills --kills $(KILLS)

# Hostile submissions and their innocent twins, under every isolation that can be had here: one table.
redteam: $(READY)
	$(BIN)/python -m benchmarks.redteam $(REDTEAM_OPTIONS)

clean:
	rm -rf .venv build dist

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; name one: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --upgrade "pip>=25.1"
	$(BIN)/python -m pip install -q --group dev -e .
	@touch $(READY)
