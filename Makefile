# One word does the common thing; no target needs another to have run before.

.DEFAULT_GOAL := help
.PHONY: help setup run demo test fuzz check format lock bench bench-metrics overload reference sample up down compose-test dashboards kubernetes clean

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
CORPUS ?= ../shared/corpus
FUZZ_SECONDS ?= 600
FUZZ_SEED ?=
BENCH ?= specification-core hummingbird smi-client
OVERLOAD ?= specification-core
OVERLOAD_SECONDS ?= 60
COMPOSE ?= $(shell docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
FUZZ_READY := $(VENV)/.ready-to-fuzz

help: ## List the targets.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

setup: $(READY) ## Make .venv with everything that the other targets need.

$(READY): pyproject.toml requirements.lock scripts/setup.sh
	@sh scripts/setup.sh $(PYTHON) $(VENV)
	@touch $@

run: $(READY) ## Start the service on http://localhost:8000.
	@echo "docc2context: open http://localhost:$(PORT) to convert an archive, http://localhost:$(PORT)/docs for the API; Ctrl-C stops it."
	@exec $(BIN)/python -m uvicorn app.main:app --host $(HOST) --port $(PORT) --no-access-log --no-server-header --timeout-graceful-shutdown 30

demo: $(READY) ## Convert the sample archive to out/ and show a page of it.
	@$(BIN)/docc2context convert examples/TrailKit.doccarchive.zip -o out --force
	@cat "out/documentation/trailkit/trail/duration(at-).md"

test: $(READY) ## Run all tests; what cannot run here says SKIPPED: and why.
	@$(BIN)/python -m pytest

fuzz: $(FUZZ_READY) ## Look for archives and pages that break the converter, for FUZZ_SECONDS.
	@$(BIN)/python -m tests.fuzz.campaign $(FUZZ_SECONDS) $(FUZZ_SEED)

$(FUZZ_READY): $(READY)
	@$(BIN)/python -m pip --quiet --disable-pip-version-check install --editable '.[fuzz]'
	@touch $@

check: $(READY) ## Lint, types, import contracts, formatting.
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY) ## Format the code and mend what ruff can mend.
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock: $(READY) ## Resolve requirements.lock anew: exact versions with hashes, for the image and .venv.
	$(BIN)/uv pip compile pyproject.toml --extra service --universal --python-version 3.11 \
	  --generate-hashes --no-annotate --no-emit-index-url --upgrade --quiet \
	  --custom-compile-command 'make lock' --output-file requirements.lock

bench: $(READY) ## Compare the cost of converting with the floor, on the archives BENCH in CORPUS.
	@$(BIN)/python benchmarks/convert.py $(patsubst %,$(CORPUS)/%.doccarchive.zip,$(BENCH))

overload: $(READY) ## Send four times what the service can serve, for OVERLOAD_SECONDS.
	@$(BIN)/python benchmarks/overload.py $(CORPUS)/$(OVERLOAD).doccarchive.zip $(OVERLOAD_SECONDS)

bench-metrics: $(READY) ## Compare the cost of our metrics with that of others, and with none.
	@$(BIN)/python -m pip --quiet --disable-pip-version-check install --editable '.[bench]'
	@$(BIN)/python benchmarks/metrics.py $(firstword $(patsubst %,$(CORPUS)/%.doccarchive.zip,$(BENCH)))

reference: $(READY) ## Write DOCS/METRICS.md anew from the code.
	$(BIN)/python -m app.core.metrics_reference > DOCS/METRICS.md

up: $(READY) ## Start the service, Prometheus and Alertmanager by Compose; says first what is not yet set.
	@$(BIN)/python -m monitoring.preflight --secrets secrets || true
	@$(COMPOSE) up -d --build

down: ## Stop what `make up` has started; its data is kept.
	@$(COMPOSE) down

compose-test: $(READY) ## Build the image, start the whole stack and look at it from outside, in some ten minutes.
	@$(BIN)/python -m pytest -v -s tests/compose/check_stack.py

dashboards: $(READY) ## Write monitoring/dashboards/docc2context.json anew from the code.
	$(BIN)/python -m monitoring.dashboards.build

kubernetes: $(READY) ## Write deploy/kubernetes/prometheus-rule.yml anew from alert_rules.yml.
	$(BIN)/python -m monitoring.kubernetes

sample: $(READY) ## Build the sample archive in examples/ anew.
	$(BIN)/python examples/build_trailkit.py

clean: ## Remove .venv, caches and out/.
	rm -rf $(VENV) out .fuzz .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
