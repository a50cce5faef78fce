# SaltBitter. `make help` lists what there is; every target installs what it needs.
SHELL := /bin/bash
PYTHON := $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8080
TESTS ?= tests
# The same lines run over and over, which measuring coverage would double; others cover what these run.
UNMEASURED = tests/test_features.py tests/domain/test_compatibility_privacy.py tests/matching/test_allocation.py tests/matching/test_populations.py \
	tests/http/test_naughty_strings.py tests/fuzz/test_fuzz.py
# Likewise, and each over a town that one process builds.
TOWNS = tests/http/test_authorisation_matrix.py tests/contracts/test_statements.py tests/http/test_blocks.py

WEB := entrypoints/web
NPM := npm --prefix $(WEB) --no-fund --no-audit
NODE_FITS := node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b > 11) || (a === 20 && b > 18) ? 0 : 1)' 2>/dev/null && command -v npm >/dev/null
NODE_NEEDED := The web client needs Node.js 20.19, 22.12 or newer, and npm. Debian, Ubuntu: apt-get install nodejs npm; macOS: brew install node.

.PHONY: help demo web web-check web-test web-e2e web-lighthouse require-node test services check lint types imports security format fuzz faults faults-payments faults-purchases faults-short bench-api bench-matching bench-daily bench-policies bench-laboratory bench-photos bench-privacy explain mutants population openapi ropa attack attack-accounts attack-limits image supply-chain lock clean require-python

help: ## what can be made
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

require-python:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null || { \
	  echo "SaltBitter needs Python 3.11. Debian, Ubuntu: apt-get install python3.11 python3.11-venv; macOS: brew install python@3.11."; exit 1; }
	@"$(PYTHON)" -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "This Python lacks the venv module. Debian, Ubuntu: apt-get install python3.11-venv."; exit 1; }

$(VENV)/.demo: requirements.txt requirements-build.txt pyproject.toml | require-python
	@test -x $(BIN)/python || "$(PYTHON)" -m venv $(VENV)
	@echo "Installing SaltBitter's packages into $(VENV) (once) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements.txt -r requirements-build.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.demo
	@echo "Installing the development tools (once) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements-dev.txt
	@touch $@

require-node:
	@$(NODE_FITS) || { echo "$(NODE_NEEDED)"; exit 1; }

$(WEB)/node_modules/.installed: $(WEB)/package-lock.json | require-node
	@echo "Installing the web client's packages into $(WEB)/node_modules (once) …"
	@$(NPM) ci --silent
	@touch $@

demo: $(VENV)/.demo ## the whole journey in memory: 2,000 demo members, mailbox, time machine and the web client
	@if $(NODE_FITS); then $(MAKE) --no-print-directory web; else echo "$(NODE_NEEDED) The demo goes on without it."; fi
	@$(BIN)/saltbitter demo --port $(PORT)

web: $(WEB)/node_modules/.installed ## build the web client
	@$(NPM) run --silent build

web-check: web ## eslint and tsc over the web client, and what its first pages weigh: at most 150 kB of script by gzip
	@$(NPM) run --silent check
	@$(NPM) run --silent weigh

web-test: $(WEB)/node_modules/.installed ## the web client's own tests
	@$(NPM) run --silent test

web-e2e: $(VENV)/.demo web ## the journey in Chromium, on a desktop's and a phone's screen and by the keyboard alone; axe and width of every page in both languages and themes
	@$(NPM) run --silent e2e

web-lighthouse: $(VENV)/.demo web ## Lighthouse over the built client, at least 95 in each category; report in build/reports
	@$(NPM) run --silent lighthouse

test: $(VENV)/.dev ## every test on servers of its own, with coverage, and the web client's (TESTS=tests/domain for a part)
	@if [ "$(TESTS)" = tests ]; then $(MAKE) --no-print-directory web-test; fi
	@if [ "$(TESTS)" = tests ]; then $(BIN)/pytest $(UNMEASURED) --store postgres -q -n auto --timeout=300; fi
	@if [ "$(TESTS)" = tests ]; then $(BIN)/pytest tests/test_features.py -q -n auto; fi
	@if [ "$(TESTS)" = tests ]; then $(BIN)/pytest $(TOWNS) -q -n auto --dist loadfile --no-loadscope-reorder; fi
	@$(BIN)/pytest $(TESTS) $(if $(filter tests,$(TESTS)),$(addprefix --ignore=,$(UNMEASURED) $(TOWNS))) -n auto --dist loadfile --no-loadscope-reorder --cov --cov-report=term:skip-covered --cov-report=json:build/coverage.json
	@if [ "$(TESTS)" = tests ]; then $(BIN)/python -m tests.coverage_gate build/coverage.json; fi

services: $(VENV)/.dev ## private PostgreSQL and Redis for development until Ctrl-C; data in build/services
	@$(BIN)/python -m tests.servers.run

check: lint types imports security web-check ## every gate except the tests

lint: $(VENV)/.dev ## ruff: format and rules
	@$(BIN)/ruff format --check . && $(BIN)/ruff check .

types: $(VENV)/.dev ## mypy --strict
	@$(BIN)/mypy

imports: $(VENV)/.dev ## the contracts of who may import whom
	@$(BIN)/lint-imports

security: $(VENV)/.dev ## bandit
	@$(BIN)/bandit -q -c pyproject.toml -r saltbitter_domain adapters entrypoints config

format: $(VENV)/.dev ## let ruff put the code in order
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

fuzz: $(VENV)/.dev ## 10,000 generated requests over the whole API, and every naughty string to every route (STORE=postgres: in a database)
	@$(BIN)/python -m tests.fuzz.run --cases 10000 $(if $(STORE),--store $(STORE))
	@$(BIN)/pytest tests/http/test_naughty_strings.py -q -n auto --every-string $(if $(STORE),--store $(STORE))

faults: $(VENV)/.dev ## kill, stop and cut off everything under load; nothing lost, nothing doubled (SHORT=1: 4 minutes)
	@$(BIN)/python -m tests.faults.run $(if $(SHORT),--short)

faults-payments: $(VENV)/.dev ## 1,000 purchases through a gateway that fails and workers that die, each charged once
	@$(BIN)/python -m tests.faults.payments

faults-purchases: $(VENV)/.dev ## 1,000 purchases over real processes killed with kill -9, each charged once
	@$(BIN)/python -m tests.faults.purchases

faults-short: ## the most telling faults only
	@$(MAKE) --no-print-directory faults SHORT=1

bench-api: $(VENV)/.dev ## the API beside the same routes in FastAPI and an ORM, over 100,000 members
	@$(BIN)/python -m tests.bench.api.run

bench-laboratory: $(VENV)/.dev ## a million encounters from two files to figures, intervals and a report
	@$(BIN)/python -m tests.bench.laboratory.run

bench-photos: $(VENV)/.dev ## a photo of 4 MB from upload to approved, and the memory the largest photos take
	@$(BIN)/python -m tests.bench.photos.run

bench-privacy: $(VENV)/.dev ## the copy of five years of data, and 1,000 erasures by workers that are killed (SHORT=1: 300)
	@$(BIN)/python -m tests.bench.privacy.run $(if $(SHORT),--members 300)

image: ## the image of deploy/Dockerfile, as saltbitter:latest, with Docker or Podman
	@DOCKER=$$(command -v docker || command -v podman) || { echo "An image needs Docker or Podman. Debian, Ubuntu: apt-get install podman; macOS: brew install podman."; exit 1; }; \
	  "$$DOCKER" build --tag saltbitter --file deploy/Dockerfile .

supply-chain: build/supply-chain/.installed | require-node ## known vulnerabilities of every package, how far each lags, secrets in the history, bills of materials; needs the network
	@build/supply-chain/bin/python -m tests.supply_chain.run --tools build/supply-chain/bin

build/supply-chain/.installed: tests/supply_chain/requirements.txt | require-python
	@"$(PYTHON)" -m venv build/supply-chain
	@build/supply-chain/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $< || { \
	  echo "The scanners could not be installed: this needs the network and a package registry."; exit 1; }
	@touch $@

attack: attack-accounts attack-limits ## both of the next two (SHORT=1: the second for 20 s)

attack-accounts: $(VENV)/.dev ## does any answer, or the time it takes, tell who is a member, and who waits while many sign in
	@$(BIN)/python -m tests.attack.accounts

attack-limits: $(VENV)/.dev ## ten minutes of slow, huge and endless requests: does memory stay flat (SHORT=1: 20 s)
	@$(BIN)/python -m tests.attack.limits $(if $(SHORT),--short)

explain: $(VENV)/.dev ## what every route asks of PostgreSQL over 100,000 members
	@$(BIN)/python -m tests.bench.api.explain

bench-matching: $(VENV)/.dev ## the engine over 1,000,000 members, beside an ORM, SQL and numpy
	@$(BIN)/python -m tests.bench.matching.run

bench-daily: $(VENV)/.dev ## a whole morning of 1,000,000 members, database to database
	@$(BIN)/python -m tests.bench.matching.daily

bench-policies: $(VENV)/.dev ## the ways to allocate side by side, over 100,000 members of three markets
	@$(BIN)/python -m tests.bench.matching.policies

openapi: $(VENV)/.dev ## renew docs/openapi.json
	@$(BIN)/python -m entrypoints.http.document docs/openapi.json

ropa: $(VENV)/.dev ## renew docs/ropa.md, docs/export.schema.json and docs/breach-runbook.md
	@$(BIN)/python -m entrypoints.ropa docs/ropa.md
	@$(BIN)/python -m config.export_schema docs/export.schema.json
	@$(BIN)/python -m entrypoints.breach_runbook docs/breach-runbook.md

mutants: $(VENV)/.dev ## mutation score of scoring, policies and allocation (bar 85 %)
	@$(BIN)/python -m tests.bench.mutants

population: $(VENV)/.demo ## 10,000 synthetic members, one daily run over them, and its report
	@$(BIN)/saltbitter population --size 10000 --seed 1 --out build/population.jsonl --run

lock: ## renew requirements*.txt from pyproject.toml (needs uv)
	@command -v uv >/dev/null || { echo "Renewing the locks needs uv: pip install uv."; exit 1; }
	@uv export -q --upgrade --format requirements.txt --no-emit-project --no-dev --no-header -o requirements.txt
	@uv export -q --format requirements.txt --no-emit-project --no-header --all-groups --no-group build --all-extras -o requirements-dev.txt
	@uv export -q --format requirements.txt --no-emit-project --no-header --only-group build -o requirements-build.txt
	@rm -f uv.lock

clean: ## remove what was made
	@rm -rf $(VENV) build .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis mutants
