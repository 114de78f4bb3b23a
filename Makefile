# The two commands of the README are here; the rest is for people who work on stem.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# In the order of tests/conftest.py: the long modules come first, so that no core ends up waiting for one of them.
CORES := --numprocesses auto --dist loadscope --no-loadscope-reorder
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: track test coverage check messages format bench clean

track: $(VENV)/.runtime
	$(BIN)/stem make door-andere-ogen

test: $(VENV)/.develop
	$(BIN)/python -m pytest $(CORES) $(ARGS)

coverage: $(VENV)/.develop
	$(BIN)/python -m pytest $(CORES) --cov --cov-report=term $(ARGS)

check: $(VENV)/.develop
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python tools/messages.py --check

# What people read, found in the source, goes into the Dutch catalogue; what has no Dutch yet is counted.
messages: $(VENV)/.develop
	$(BIN)/python tools/messages.py

format: $(VENV)/.develop
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.develop
	$(BIN)/python bench/track.py
	$(BIN)/python bench/joins.py
	$(BIN)/python bench/voices.py
	$(BIN)/python bench/batch.py
	$(BIN)/python bench/page.py

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage*

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) install --constraint constraints.txt --editable '.[piper]' || \
	$(PIP) install --constraint constraints.txt --editable .   # no wheels of it for this machine
	touch $@

$(VENV)/.develop: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) install --constraint constraints.txt --editable '.[piper,plot,dask,test,check]'
	touch $@ $(VENV)/.runtime
