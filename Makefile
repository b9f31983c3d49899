# One word does the common thing; no target needs another to have run before.

.DEFAULT_GOAL := help
.PHONY: $(shell sed -nE "s/^([a-z-]+):.*/\1/p" $(firstword $(MAKEFILE_LIST)))

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
CORPUS ?= ../shared/corpus
ALERTS ?=
FUZZ_SECONDS ?= 600
FUZZ_SEED ?=
BENCH ?= specification-core hummingbird smi-client
OVERLOAD ?= specification-core
OVERLOAD_SECONDS ?= 60
PROMETHEUS_PORT ?= 9090
ALERTMANAGER_PORT ?= 9093
MONITORING_DATA ?= .monitoring
MONITORING_SECRETS ?= /etc/alertmanager/secrets
SEVERITY ?= warning
DRILL ?=
DRILL_SHORT := HighErrorRate ServiceDown SuspiciousArchives ConversionStuck
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

# What docc2context_build_info tells as `commit`.
run up: export BUILD_COMMIT ?= $(shell git rev-parse --short HEAD 2>/dev/null || echo unknown)

run: $(READY) ## Start the service on http://localhost:8000, or on another PORT.
	@echo "docc2context: open http://localhost:$(PORT) to convert an archive, http://localhost:$(PORT)/docs for the API; Ctrl-C stops it."
	@exec $(BIN)/python -m uvicorn app.main:app --host $(HOST) --port $(PORT) --http app.core.http_head:BoundedHead --no-access-log --no-server-header --timeout-graceful-shutdown 30

demo: $(READY) ## Convert the sample archive to out/ and show a page of it.
	@$(BIN)/docc2context convert examples/TrailKit.doccarchive.zip -o out --force
	@cat "out/documentation/trailkit/trail/duration(at-).md"

monitoring: $(READY) ## Start service, Prometheus and Alertmanager here, with secrets from MONITORING_SECRETS.
	@exec $(BIN)/python -m monitoring.local --service-port $(PORT) --prometheus-port $(PROMETHEUS_PORT) \
	  --alertmanager-port $(ALERTMANAGER_PORT) --data $(MONITORING_DATA) --secrets $(MONITORING_SECRETS)

preflight: $(READY) ## Say which alerts would reach nobody, for want of an address or a key.
	@$(BIN)/python -m monitoring.preflight --secrets $(MONITORING_SECRETS)

test-alert: $(READY) ## Send a test alert of SEVERITY to Alertmanager, and say where it should arrive.
	@$(BIN)/python -m monitoring.send_alert --severity $(SEVERITY) http://localhost:$(ALERTMANAGER_PORT)

test: $(READY) ## Run all tests; what cannot run here says SKIPPED: and why.
	@$(BIN)/python -m pytest --numprocesses=auto --maxprocesses=4 --dist=loadfile

mutants: $(READY) ## Break each alert rule in every way that tests should find; ALERTS names some.
	@$(BIN)/python -m tests.monitoring.mutants $(ALERTS)

fuzz: $(FUZZ_READY) ## Look for archives and pages that break the converter, for FUZZ_SECONDS.
	@$(BIN)/python -m tests.fuzz.campaign $(FUZZ_SECONDS) $(FUZZ_SEED)

$(FUZZ_READY): $(READY)
	@$(BIN)/python -m pip --quiet --disable-pip-version-check install --editable '.[fuzz]'
	@touch $@

drill: $(READY) ## Cause 37 of the 38 alerts for real, or those in DRILL, and see who is told, in some 12 minutes.
	@$(BIN)/python -m monitoring.drill $(if $(DRILL),--only $(DRILL))

drill-short: $(READY) ## The same with four alerts, for CI.
	@$(BIN)/python -m monitoring.drill --only $(DRILL_SHORT)

check: $(READY) ## Lint, types, import contracts, formatting.
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY) ## Format the code and fix what ruff can fix.
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock: $(READY) ## Resolve requirements.lock anew: exact versions with hashes, for the image and .venv.
	$(BIN)/uv pip compile pyproject.toml --extra service --universal --python-version 3.11 \
	  --generate-hashes --no-annotate --no-emit-index-url --upgrade --quiet \
	  --custom-compile-command 'make lock' --output-file requirements.lock

bench: $(READY) ## Compare the cost of converting with the floor, on the archives BENCH in CORPUS.
	@$(BIN)/python -m benchmarks.convert $(patsubst %,$(CORPUS)/%.doccarchive.zip,$(BENCH))

overload: $(READY) ## Send four times what the service can serve, for OVERLOAD_SECONDS.
	@$(BIN)/python -m benchmarks.overload $(CORPUS)/$(OVERLOAD).doccarchive.zip $(OVERLOAD_SECONDS)

bench-metrics: $(READY) ## Compare the cost of our metrics with that of others, and with none.
	@$(BIN)/python -m pip --quiet --disable-pip-version-check install --editable '.[bench]'
	@$(BIN)/python -m benchmarks.metrics examples/TrailKit.doccarchive.zip \
	  $(firstword $(patsubst %,$(CORPUS)/%.doccarchive.zip,$(BENCH)))

reference: $(READY) ## Write DOCS/METRICS.md and the table of alerts in DOCS/MONITORING.md anew.
	$(BIN)/python -m app.core.metrics_reference > DOCS/METRICS.md
	$(BIN)/python -m monitoring.alert_reference

playbooks: $(READY) ## Write the pages of DOCS/PLAYBOOKS that Prometheus serves anew.
	$(BIN)/python -m monitoring.playbooks

up: $(READY) ## Start the service, Prometheus and Alertmanager by Compose; says first what is not yet set.
	@$(BIN)/python -m monitoring.preflight --secrets secrets || true
	@$(COMPOSE) up -d --build

down: ## Stop what `make up` has started; its data is kept.
	@$(COMPOSE) down

compose-test: $(READY) ## Build the image, start the whole stack and look at it from outside, in some six minutes.
	@$(BIN)/python -m pytest -v -s tests/compose/check_stack.py

dashboards: $(READY) ## Write monitoring/dashboards/docc2context.json anew from the code.
	$(BIN)/python -m monitoring.dashboards.build

kubernetes: $(READY) ## Write deploy/kubernetes/prometheus-rule.yml anew from alert_rules.yml.
	$(BIN)/python -m monitoring.kubernetes

sample: $(READY) ## Build the sample archive in examples/ anew.
	$(BIN)/python examples/build_trailkit.py

screenshots: $(READY) ## Take the pictures of the page in DOCS/images/ anew.
	@$(BIN)/python -m tests.app.web.screenshots

clean: ## Remove .venv, out/, .drill, caches, and of .fuzz all but what broke a target.
	rm -rf $(VENV) out .drill .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@test ! -d .fuzz || find .fuzz -mindepth 1 -maxdepth 1 ! -name found -exec rm -rf {} +
