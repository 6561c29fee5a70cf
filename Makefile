# Muster: `make sandbox` to look around, `make test` for everything CI runs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
WORKERS ?= auto

.PHONY: help venv sandbox test bench lint schema pins clean

help:
	@echo "make sandbox   a raid night on this machine, no account needed (ARGS=--once to exit after it)"
	@echo "make test      everything CI runs (ARGS='-k name' for a part)"
	@echo "make bench     what a click costs, how late and how fast the queue is (five minutes)"
	@echo "make venv      only build .venv from the pinned requirements"
	@echo "make lint      format and check the code"
	@echo "make schema    rewrite sql/schema.sql from the migrations"
	@echo "make pins      pin the requirements anew (needs uv)"

venv: $(READY)

$(READY): requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Muster needs Python 3.11 or newer: make PYTHON=python3.11 …"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv is missing: apt install python3-venv"; exit 1; }
	@echo "building $(VENV) from the pinned requirements, once"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

sandbox: venv
	@$(BIN)/python -m sandbox $(ARGS)

test: venv
	@$(BIN)/python -m pytest -q -n $(WORKERS) $(ARGS)

bench: venv
	@$(BIN)/python -m bench.clicks $(ARGS); clicks=$$?; $(BIN)/python -m bench.scheduler && exit $$clicks

lint: venv
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
	@$(BIN)/basedpyright

schema: venv
	@$(BIN)/python -m db.schema

PIN := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header
pins:
	$(PIN) pyproject.toml -o requirements.txt
	$(PIN) pyproject.toml --extra embedded --group dev -o requirements-dev.txt

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis
