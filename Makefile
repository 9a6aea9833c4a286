# Everything a person or a machine does with Kept starts here; `make help` lists it.
SHELL := /bin/sh
PYTHON ?= python3
KEPT := .venv/bin/python -m
ENGINE ?= docker
IMAGE ?= kept

.DEFAULT_GOAL := help
.PHONY: help install lock demo demo-check down clean test test-unit test-integration test-e2e test-chaos \
        test-schemathesis \
        image image-check check protos bench docs fmt

help: ## Show this list.
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: ## Install what is missing: distribution packages, .venv, locked Python packages.
	@$(PYTHON) -m deploy.local.install

lock: install ## Resolve requirements/*.in again and record the hash of every file.
	@$(KEPT) deploy.local.lock

demo: install ## Start the suite with a made-up practice, walk through the main job, stay up.
	@$(KEPT) deploy.local.demo

image: ## Build the image IMAGE with ENGINE (docker or podman), on BASE where the default can't be fetched.
	$(ENGINE) build $(if $(BASE),--build-arg BASE=$(BASE)) -f deploy/images/Dockerfile -t $(IMAGE) .

image-check: install ## The walk of demo-check with every process in a container of IMAGE. By hand: needs an engine.
	@$(KEPT) deploy.local.demo --check --root image --image $(IMAGE) --engine $(ENGINE)

demo-check: install ## The same walk without a terminal; stops everything and exits with its result.
	@$(KEPT) deploy.local.demo --check

down: ## Stop every process that was started for this checkout.
	@if [ -x .venv/bin/python ]; then $(KEPT) deploy.local.down; else echo "down: nothing was ever started here"; fi

clean: ## Stop everything and delete its data: databases, queues, keys, mails, logs.
	@if [ -x .venv/bin/python ]; then $(KEPT) deploy.local.down --remove; fi

test: ## Static checks, then all tests on private servers; pytest's summary comes last.
	@$(PYTHON) -m deploy.local.install --tests
	@$(KEPT) deploy.local.run_tests --check-first

test-unit: install ## Tests that need no server.
	@$(KEPT) deploy.local.run_tests --without-servers tests/unit tests/property tests/contract tests/architecture

test-integration: install ## One service at a time on real servers.
	@$(KEPT) deploy.local.run_tests tests/integration

test-e2e: ## The whole suite through the gateway.
	@$(PYTHON) -m deploy.local.install --tests
	@$(KEPT) deploy.local.run_tests tests/e2e

test-schemathesis: install ## Fuzz the HTTP API by its own document, in the long form.
	@KEPT_FUZZ=long $(KEPT) deploy.local.run_tests tests/e2e/test_fuzzed_api.py

test-chaos: install ## Kill processes and servers on purpose, in the long form.
	@KEPT_CHAOS=long KEPT_CHAOS_ROUNDS=50 $(KEPT) deploy.local.run_tests tests/chaos

check: install ## Lint, types, import rules, contracts, generated files, manifests.
	@$(KEPT) deploy.local.check

protos: install ## Generate code from protos/kept.
	@$(KEPT) deploy.local.contracts generate

bench: ## Measure against pgbench and an empty RPC; writes .local/bench.json.
	@$(PYTHON) -m deploy.local.install --bench
	@$(KEPT) tests.bench

docs: install ## Write docs/events.md, errors.md, openapi.json and clients/ from their sources.
	@$(KEPT) deploy.local.catalogues

fmt: install ## Put the code into its one format.
	@$(KEPT) ruff check --fix --quiet . && $(KEPT) ruff format --quiet .
