# `make help` lists the targets. Needed: Python 3.11 or newer, make, git; all else is set up here.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BENCH_VENV := .venv-bench
READY := $(VENV)/.ready
DEV_READY := $(VENV)/.ready-dev
PYTEST := $(BIN)/python -m pytest
CATALOOM := $(abspath $(BIN)/cataloom)

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

.DEFAULT_GOAL := help
.PHONY: help setup run test test-fast test-clients check golden bench lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Cataloom needs Python 3.11 or newer; name one with: make PYTHON=python3.12 …" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(READY): requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing what Cataloom needs into $(VENV) …"
	@$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --no-index -e .
	@touch $@

$(DEV_READY): requirements-dev.lock $(READY)
	@echo "Installing what the tests need into $(VENV) …"
	@$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

setup: $(READY) ## Set up the environment

run: $(READY) ## Publish the catalogue in this folder, and say what to do with it
	@$(CATALOOM) run
	@echo
	@echo "Published. The report for people:"
	@echo "  $(abspath output/current/report.html)"
	@echo "Try:"
	@echo "  $(CATALOOM) query 'SELECT ?title ?type { ?r dcterms:title ?title ; dcterms:type/skos:prefLabel ?type FILTER (lang(?title) = \"pt\" && lang(?type) = \"en\") }'"
	@echo "  $(CATALOOM) explain Swadhaar"
	@echo "  $(CATALOOM) check"

test: $(DEV_READY) ## Run every check and every test that needs nothing beyond PyPI
	@$(MAKE) --no-print-directory check
	@rm -f .coverage .coverage.*
	@$(PYTEST) -n 2 --dist loadgroup -m "not clients" --cov --cov-report=
	@$(BIN)/coverage report

test-fast: $(DEV_READY) ## Run the quick tests, in under a minute
	@$(PYTEST) -n 2 --dist loadgroup -m "not slow and not clients" -q

test-clients: $(DEV_READY) ## Run the tests with real clients from Debian and npm
	@tests/clients/install
	@$(PYTEST) -m clients -q tests/clients

check: $(DEV_READY) ## Lint, types, rules of the house
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/cataloom check

golden: $(DEV_READY) ## Write the expected results anew; read the diff before you commit it
	@CATALOOM_GOLDEN=1 $(PYTEST) -n 0 -q -m "not clients" tests/extract tests/map tests/validate tests/query tests/test_docs.py
	@git diff --stat -- tests/golden docs

bench: $(DEV_READY) requirements-bench.lock ## Measure against named peers, which get an environment of their own
	@test -x $(BENCH_VENV)/bin/python || $(PYTHON) -m venv $(BENCH_VENV)
	@$(BENCH_VENV)/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements-bench.lock
	@$(BIN)/python tests/benchmarks/bench.py --peers-python $(BENCH_VENV)/bin/python

lock: ## Choose the newest versions anew and write the locks (needs uv)
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links pyproject.toml --extra build -o requirements.lock
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links pyproject.toml --extra build --extra dev -c requirements.lock -o requirements-dev.lock
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links requirements-bench.in -o requirements-bench.lock

clean: ## Remove caches and environments; output/ stays
	@rm -rf $(VENV) $(BENCH_VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .coverage.* htmlcov dist
	@find . -name __pycache__ -type d -not -path './output/*' -prune -exec rm -rf {} +
