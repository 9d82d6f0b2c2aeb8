# Every command does its own set-up. `make help` lists them.

PORT ?= 8000
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
SHOP := $(VENV)/.shop
TOOLS := $(VENV)/.tools
DATABASE := $(BIN)/python -m nexus_shop.core.postgres with
LOCKED := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
          --index-strategy unsafe-best-match --custom-compile-command "make lock" --quiet
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run test check fix bench soak lock schema clean
.DEFAULT_GOAL := help

help:  ## List the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

run: $(SHOP)  ## Set everything up and run the demo shop on http://127.0.0.1:$(PORT)
	@exec $(BIN)/python -m nexus_shop.run --port $(PORT)

test: $(TOOLS)  ## Run the whole suite, in parallel, on real PostgreSQL (ARGS="-k cart" narrows it)
	@$(DATABASE) $(BIN)/python -m tests.run $(ARGS)

check: $(TOOLS)  ## Format, lint, types, import contracts, migrations, OpenAPI file, templates, deploy checks
	@$(DATABASE) $(BIN)/python -m tests.check

fix: $(TOOLS)  ## Format the code and mend what can be mended by a machine
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format --quiet .
	@$(MAKE) --no-print-directory schema

schema: $(TOOLS)  ## Write the OpenAPI file anew
	@$(DATABASE) $(BIN)/python -m tests.check --write-schema

bench: $(TOOLS)  ## Measure CPU and SQL statements per request, and memory
	@$(DATABASE) $(BIN)/python -m tests.performance.bench $(ARGS)

soak: $(TOOLS)  ## The long form of the races, the crashes, the schema fuzz and the replay of real invoices
	@NEXUS_SOAK=1 $(DATABASE) $(BIN)/python -m pytest $(wildcard tests/concurrency tests/faults) tests/fuzz \
	  tests/forked_apps/basket/test_pricing.py tests/contracts/test_abuse.py tests/performance/test_replay.py -s $(ARGS)

lock: $(VENV)/.uv  ## Resolve the dependencies of pyproject.toml anew
	@$(UV) pip compile $(LOCKED) $(ARGS) pyproject.toml -o requirements.txt
	@$(UV) pip compile $(LOCKED) $(ARGS) -c requirements.txt pyproject.toml --group dev -o requirements-dev.txt

clean:  ## Stop the embedded database and delete it, the environment and the caches (your .env stays)
	@-test -x $(BIN)/python && $(BIN)/python -m nexus_shop.core.postgres stop
	@rm -rf $(VENV) var .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

# uv installs the rest; it comes from the lock itself, checked by its hash.
$(VENV)/.uv: requirements-dev.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed.")'
	@echo "Creating the environment …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@awk '/^uv==/{on=1} on{print} on&&!/\\$$/{exit}' requirements-dev.txt > $(VENV)/uv.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(VENV)/uv.txt
	@touch $@

$(SHOP): $(VENV)/.uv requirements.txt
	@echo "Installing the shop's packages …"
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements.txt
	@touch $@

$(TOOLS): $(SHOP) requirements-dev.txt
	@echo "Installing the packages for tests and checks …"
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.txt
	@touch $@
