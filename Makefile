# dulae: two commands for a newcomer (make demo, make test), four for those who work on it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
export LC_ALL := C.UTF-8

.PHONY: help demo test check bench lock wheelhouse clean

help: ## Show what can be made
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/^([a-z]+):.*## (.*)/  make \1	\2/' | expand -t 18

demo: $(VENV)/.demo ## Run the whole procedure on a small department on this machine, and show the reports
	@scripts/demo

test: $(VENV)/.dev ## Run every test
	@scripts/check test

check: $(VENV)/.dev ## Run the quick part: style, types, ansible-lint and unit tests (under 3 minutes)
	@scripts/check quick

bench: $(VENV)/.dev ## Measure, each beside a peer in the same run
	@$(BIN)/python -m tests.benchmarks

lock: ## Pin every dependency with its hash (needs uv)
	@scripts/lock

wheelhouse: $(VENV)/.demo ## Collect wheels for a machine without network in wheelhouse/
	@$(BIN)/python -m pip download -q --require-hashes --only-binary :all: -r requirements/runtime.txt -d wheelhouse
	@echo "wheelhouse/ is ready: pip install --no-index --find-links wheelhouse -r requirements/runtime.txt"

clean: ## Remove what make made (the lab must be down)
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache

$(VENV)/.demo: requirements/demo.txt pyproject.toml scripts/install
	@scripts/install "$(PYTHON)" "$(VENV)" demo "$(UV)"

$(VENV)/.dev: requirements/dev.txt pyproject.toml scripts/install
	@scripts/install "$(PYTHON)" "$(VENV)" dev "$(UV)"
