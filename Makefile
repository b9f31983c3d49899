# One word does the common thing; no target requires another to have been run first.

.DEFAULT_GOAL := help
.PHONY: $(shell sed -nE "s/^([a-z-]+):.*/\1/p" $(firstword $(MAKEFILE_LIST)))

# These can be given on the command line, as in `make run PORT=8001`.

# The Python that .venv is made with.
PYTHON ?= python3

# Where the service and what watches it listen.
HOST ?= 127.0.0.1
PORT ?= 8000
PROMETHEUS_PORT ?= 9090
ALERTMANAGER_PORT ?= 9093

# Where `monitoring` keeps data and logs, and where it and `preflight` look for secrets.
MONITORING_DATA ?= .monitoring
MONITORING_SECRETS ?= /etc/alertmanager/secrets

# The label `severity` of the alert that `test-alert` sends.
SEVERITY ?= warning

# The alerts that `drill` causes and those whose rules `mutants` breaks; all, if empty.
DRILL ?=
ALERTS ?=

# How long `fuzz` searches, and the seed of its random numbers; if empty, a new one each time.
FUZZ_SECONDS ?= 600
FUZZ_SEED ?=

# The folder of real archives, and which of them, without the ending .doccarchive.zip, are measured.
CORPUS ?= ../shared/corpus
BENCH ?= specification-core hummingbird smi-client
OVERLOAD ?= specification-core
OVERLOAD_SECONDS ?= 60

# Compose v2, or the older program.
COMPOSE ?= $(shell docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose)

# The rest is not for the command line.

# One alert each about requests, a replica, uploads and a conversion.
DRILL_SHORT := HighErrorRate ServiceDown SuspiciousArchives ConversionStuck
VENV := .venv
BIN := $(VENV)/bin

# Marks that .venv is complete: each is newer than what it was made from.
READY := $(VENV)/.ready
FUZZ_READY := $(VENV)/.ready-to-fuzz

help: ## List the targets.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

setup: $(READY) ## Create .venv with everything that the other targets need.

$(READY): pyproject.toml requirements.lock scripts/setup.sh
	@sh scripts/setup.sh $(PYTHON) $(VENV)
	@touch $@

# The label `commit` of docc2context_build_info.
run up: export BUILD_COMMIT ?= $(shell git rev-parse --short HEAD 2>/dev/null || echo unknown)

run: $(READY) ## Start the service on http://localhost:8000, or on another PORT.
	@echo "docc2context: open http://localhost:$(PORT) to convert an archive, http://localhost:$(PORT)/docs for the API; Ctrl-C stops it."
	@exec $(BIN)/python -m uvicorn app.main:app --host $(HOST) --port $(PORT) --http app.http.protocol:BoundedProtocol --no-access-log --no-server-header --timeout-graceful-shutdown 30

demo: $(READY) ## Convert the sample archive to demo/ and show a page of it.
	@$(BIN)/docc2context convert examples/TrailKit.doccarchive.zip -o demo --force
	@cat "demo/documentation/trailkit/trail/duration(at-).md"

up: $(READY) ## Say which secrets are missing, then start service, Prometheus and Alertmanager with Compose.
	@$(BIN)/python -m monitoring.preflight --secrets secrets || true
	@$(COMPOSE) up -d --build

down: ## Stop what `make up` has started; its data is kept.
	@$(COMPOSE) down

monitoring: $(READY) ## Start the service, Prometheus and Alertmanager here, with secrets from MONITORING_SECRETS.
	@exec $(BIN)/python -m monitoring.local --service-port $(PORT) --prometheus-port $(PROMETHEUS_PORT) \
	  --alertmanager-port $(ALERTMANAGER_PORT) --data $(MONITORING_DATA) --secrets $(MONITORING_SECRETS)

preflight: $(READY) ## Say which alerts would reach nobody because an address or a key is missing.
	@$(BIN)/python -m monitoring.preflight --secrets $(MONITORING_SECRETS)

test-alert: $(READY) ## Send a test alert of SEVERITY to Alertmanager, and say where it should arrive.
	@$(BIN)/python -m monitoring.send_alert --severity $(SEVERITY) http://localhost:$(ALERTMANAGER_PORT)

# The tests start hundreds of Pythons: each would compile the code anew without bytecode.
test: $(READY) ## Run all tests, in some ten minutes on two cores; those that cannot run here say SKIPPED: and why.
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --numprocesses=auto --maxprocesses=4 --dist=loadfile

check: $(READY) ## Check lint, types, import contracts and formatting.
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY) ## Format the code and fix what ruff can fix.
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

firefox: $(READY) ## Test the web page in Firefox (Debian: firefox-esr) instead of Chromium, as far as that can be driven.
	@BROWSER=firefox $(BIN)/python -m pytest -rs --numprocesses=auto --maxprocesses=4 --dist=loadfile \
	  tests/app/web tests/app/test_pages_in_browser.py

mutants: $(READY) ## Break each alert rule, or those in ALERTS, in every way that the tests should notice.
	@$(BIN)/python -m tests.monitoring.mutants $(ALERTS)

fuzz: $(FUZZ_READY) ## Search for archives and pages that break the converter, for FUZZ_SECONDS.
	@$(BIN)/python -m tests.fuzz.campaign $(FUZZ_SECONDS) $(FUZZ_SEED)

$(FUZZ_READY): $(READY)
	@$(BIN)/python -m pip --quiet --disable-pip-version-check install --editable '.[fuzz]'
	@touch $@

drill: $(READY) ## Cause 37 of the 38 alerts for real, or those in DRILL, and check their delivery; takes some 12 minutes.
	@$(BIN)/python -m monitoring.drill $(if $(DRILL),--only $(DRILL))

drill-short: $(READY) ## Run the drill with four alerts, for CI.
	@$(BIN)/python -m monitoring.drill --only $(DRILL_SHORT)

compose-test: $(READY) ## Build the image, start the whole stack and test it from outside; takes some six minutes.
	@$(BIN)/python -m pytest -v -s tests/compose/check_stack.py

bench: $(READY) ## Compare the cost of converting with its floor, on the archives BENCH in CORPUS.
	@$(BIN)/python -m benchmarks.convert $(patsubst %,$(CORPUS)/%.doccarchive.zip,$(BENCH))

overload: $(READY) ## Send four times what the service can serve, for OVERLOAD_SECONDS.
	@$(BIN)/python -m benchmarks.overload $(CORPUS)/$(OVERLOAD).doccarchive.zip $(OVERLOAD_SECONDS)

bench-metrics: $(READY) ## Compare the cost of our metrics with that of other libraries', and with none.
	@$(BIN)/python -m pip --quiet --disable-pip-version-check install --editable '.[bench]'
	@$(BIN)/python -m benchmarks.metrics examples/TrailKit.doccarchive.zip \
	  $(firstword $(patsubst %,$(CORPUS)/%.doccarchive.zip,$(BENCH)))

lock: $(READY) ## Update requirements.lock: exact versions with hashes, for the image and .venv.
	$(BIN)/uv pip compile pyproject.toml --extra service --universal --python-version 3.11 \
	  --generate-hashes --no-annotate --no-emit-index-url --upgrade --quiet \
	  --custom-compile-command 'make lock' --output-file requirements.lock

reference: $(READY) ## Regenerate DOCS/METRICS.md and the table of alerts in DOCS/MONITORING.md.
	$(BIN)/python -m app.core.metrics_reference > DOCS/METRICS.md
	$(BIN)/python -m monitoring.alert_reference

playbooks: $(READY) ## Regenerate the pages that Prometheus serves from DOCS/PLAYBOOKS.
	$(BIN)/python -m monitoring.playbooks

dashboards: $(READY) ## Regenerate monitoring/dashboards/docc2context.json from the code.
	$(BIN)/python -m monitoring.dashboards.build

kubernetes: $(READY) ## Regenerate deploy/kubernetes/prometheus-rule.yml from alert_rules.yml.
	$(BIN)/python -m monitoring.kubernetes

sample: $(READY) ## Rebuild the sample archive in examples/.
	$(BIN)/python examples/build_trailkit.py

screenshots: $(READY) ## Retake the screenshots of the page in DOCS/images/.
	@$(BIN)/python -m tests.app.web.screenshots

clean: ## Remove .venv, what README's commands write, .drill, caches, and .fuzz except for what broke a target.
	rm -rf $(VENV) demo out out.zip markdown.zip .drill .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@test ! -d .fuzz || find .fuzz -mindepth 1 -maxdepth 1 ! -name found -exec rm -rf {} +
