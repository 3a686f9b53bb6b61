# Each target makes the virtual environment it needs; PYTHON=python3.12 make … chooses another.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check install --quiet
CODE   := bot cogs storage sandbox tests benchmarks docs examples

# The suite starts Python some sixty times; each would read all of Kkachi from its sources.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test check format docs bench lock clean
.DELETE_ON_ERROR:

demo: $(VENV)/.run  ## a local Discord and a local KakaoTalk with Kkachi between them
	@$(BIN)/python -m sandbox $(ARGS)

test: $(VENV)/.dev  ## the whole suite
	@$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/.dev  ## format, lint and strict types
	@$(BIN)/ruff format --check $(CODE)
	@$(BIN)/ruff check $(CODE)
	@$(BIN)/mypy

format: $(VENV)/.dev
	@$(BIN)/ruff format $(CODE)
	@$(BIN)/ruff check --fix $(CODE)

docs: $(VENV)/.dev  ## the pages that are written from the code
	@$(BIN)/python -m docs.make_errors
	@$(BIN)/python -m docs.make_reference

bench: $(VENV)/.bench  ## both sides of every comparison in one run; prints ratios
	@$(BIN)/python -m benchmarks $(ARGS)

lock:  ## needs uv; writes no index address
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --no-header --extra sandbox --extra build --extra postgresql \
	  pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --no-header --extra sandbox --extra build --extra postgresql --extra dev \
	  -c requirements.lock pyproject.toml -o requirements-dev.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --no-header --extra bench \
	  -c requirements-dev.lock pyproject.toml -o requirements-bench.lock

clean:
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
