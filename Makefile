# Each target makes the virtual environment it needs; PYTHON=python3.12 make … chooses another.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check install --quiet
CODE   := bot cogs storage sandbox tests benchmarks docs examples

# The suite starts Python some sixty times; each would read all of Kkachi from its sources.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test check format docs pictures bench mutants soak lock clean
.DELETE_ON_ERROR:

help:  ## lists what make can do here
	@awk -F ':.*  ## ' '/^[a-z]+:.*  ## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.run  ## runs a local Discord and a local KakaoTalk with Kkachi between them
	@$(BIN)/python -m sandbox $(ARGS)

test: $(VENV)/.dev  ## runs the whole suite
	@$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/.dev  ## checks format, lint and strict types
	@$(BIN)/ruff format --check $(CODE)
	@$(BIN)/ruff check $(CODE)
	@$(BIN)/mypy

format: $(VENV)/.dev  ## puts the code into the form that check wants
	@$(BIN)/ruff format $(CODE)
	@$(BIN)/ruff check --fix $(CODE)

docs: $(VENV)/.dev  ## writes the pages that are made from the code
	@$(BIN)/python -m docs.make_errors
	@$(BIN)/python -m docs.make_reference

pictures: $(VENV)/.dev  ## takes the documentation's pictures of the demo anew, with an installed Chromium
	@$(BIN)/python -m tests.pictures $(ARGS)

bench: $(VENV)/.bench  ## measures both sides of every comparison in one run and prints ratios
	@$(BIN)/python -m benchmarks $(ARGS)

mutants: $(VENV)/.mutants  ## puts small mistakes into ARGS="storage/vault.py …" and lists those that no test notices
	@PATH="$(CURDIR)/$(BIN):$$PATH" nice -n 19 $(BIN)/python -m tests.mutants $(ARGS)

soak: $(VENV)/.run  ## lets everything live for five minutes, or ARGS=60, and finds what grows without end
	@$(BIN)/python -m sandbox.demo.soak $(ARGS)

lock:  ## pins the packages of pyproject.toml (needs uv; ARGS=--upgrade for newer ones)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --no-header --extra sandbox --extra build --extra postgresql \
	  pyproject.toml -o requirements.lock $(ARGS)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --no-header --extra sandbox --extra build --extra postgresql --extra dev \
	  -c requirements.lock pyproject.toml -o requirements-dev.lock $(ARGS)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --no-header --extra bench \
	  -c requirements-dev.lock pyproject.toml -o requirements-bench.lock $(ARGS)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --no-header --extra mutants \
	  -c requirements-dev.lock pyproject.toml -o requirements-mutants.lock $(ARGS)

clean:  ## removes the virtual environment and what was built
	rm -rf $(VENV) build *.egg-info

$(VENV)/bin/python:
	@echo "Making a virtual environment in $(VENV) …"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Kkachi needs Python 3.11 or newer: PYTHON=python3.12 make …"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing Kkachi …"
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing Kkachi and its test tools …"
	@$(PIP) --require-hashes -r requirements-dev.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/.run

$(VENV)/.bench: requirements-bench.lock $(VENV)/.dev
	@echo "Installing what is measured beside Kkachi …"
	@$(PIP) --require-hashes -r requirements-bench.lock
	@touch $@

$(VENV)/.mutants: requirements-mutants.lock $(VENV)/.dev
	@echo "Installing what makes mutants …"
	@$(PIP) --require-hashes -r requirements-mutants.lock
	@touch $@
