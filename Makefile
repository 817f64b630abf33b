# What CI runs is what you run. `make run` needs Python 3.11, make and the package registries, nothing else.

PYTHON ?= python3.11
# Where a CPU-only build of torch lies (a package index, or a folder of wheels); see the README.
TORCH_WHEELS ?=

VENV := .venv
PY := $(VENV)/bin/python
STAMPS := $(VENV)/stamps
NPM := PATH="$(CURDIR)/$(VENV)/bin:$$PATH" npm --prefix frontend
NODE := frontend/node_modules/.package-lock.json
BUILT := static/build/.built
FRONTEND := $(shell find frontend \( -name node_modules -o -name soundfonts -o -name bench \) -prune -o -type f -print)
# Settings of `.env`, where there is one; what stands on the command line or in the environment wins.
ENVIRONMENT := if [ -f .env ]; then given=$$(export -p); set -a; . ./.env; set +a; eval "$$given"; fi
PYTEST := OMP_NUM_THREADS=1 $(PY) -m pytest -q

ifneq ($(TORCH_WHEELS),)
ifneq ($(wildcard $(TORCH_WHEELS)/.),)
export PIP_FIND_LINKS := $(abspath $(TORCH_WHEELS)) $(PIP_FIND_LINKS)
else
export PIP_EXTRA_INDEX_URL := $(TORCH_WHEELS) $(PIP_EXTRA_INDEX_URL)
endif
endif
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run setup setup-dev test test-python test-frontend test-browser test-cluster bench bench-peers screenshots messages lint types clean

help: ## this list
	@echo "Ostinato. make run opens the site; make test checks everything."
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  PORT=8000 HOST=127.0.0.1 and the settings of .env.example pass through, for example: make run PORT=9000"

# --- the site ---------------------------------------------------------------------------------------------------

run: setup ## set up what is missing, then serve the site, its sockets and its worker
	@echo "== Starting"
	@$(ENVIRONMENT); exec $(PY) manage.py serve

setup: $(STAMPS)/requirements $(STAMPS)/step $(STAMPS)/messages $(BUILT) ## .venv, Python packages, compiled engine, translations, front end

setup-dev: setup $(STAMPS)/requirements-dev

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null || { \
	  echo "Ostinato runs on Python 3.11, and '$(PYTHON)' is not one. Install it, or say where it is: make PYTHON=/path/to/python3.11 run" >&2; exit 1; }
	@echo "== Making $(VENV)"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "'$(PYTHON)' could not make a virtual environment. On Debian and Ubuntu: apt-get install python3.11-venv" >&2; exit 1; }

$(STAMPS)/requirements: requirements.txt | $(PY)
	@echo "== Installing the Python packages (the first time: a few minutes, most of it torch)"
	@$(PY) -m pip install -r requirements.txt
	@mkdir -p $(@D) && touch $@

$(STAMPS)/step: $(STAMPS)/requirements $(wildcard generator/engine/*.py)
	@echo "== Compiling the engine's step for this processor"
	@$(PY) -m generator.engine.warm
	@touch $@

$(STAMPS)/messages: $(STAMPS)/requirements $(wildcard locale/*/LC_MESSAGES/*.po)
	@echo "== Compiling the translations"
	@$(VENV)/bin/pybabel --quiet compile --directory locale --domain "django djangojs"
	@touch $@

$(STAMPS)/requirements-dev: requirements-dev.txt $(STAMPS)/requirements
	@echo "== Installing what tests, types and lint need"
	@$(PY) -m pip install -q -r requirements-dev.txt
	@touch $@

$(NODE): frontend/package.json frontend/package-lock.json | $(STAMPS)/requirements
	@echo "== Installing the front end's packages, with the Node of $(VENV)"
	@$(NPM) ci --no-audit --no-fund
	@touch $@

$(BUILT): $(NODE) $(FRONTEND)
	@echo "== Building the front end"
	@$(NPM) run build
	@touch $@

# --- checks -----------------------------------------------------------------------------------------------------

test: setup-dev ## everything: Python, front end, real browser (installs Chromium where there is none)
	@start=$$(date +%s); failed=; \
	for part in python frontend browser; do \
	  $(MAKE) --no-print-directory test-$$part || failed="$$failed $$part"; \
	done; \
	took=$$(( $$(date +%s) - start )); echo; \
	if [ -n "$$failed" ]; then echo "FAILED:$$failed ($$took s). Pictures and traces of a failed journey: var/test-results"; exit 1; fi; \
	echo "All tests passed: Python, front end and browser, in $$took s."

# Workers, sockets, sound and drawing run in real time, and a machine that is busy elsewhere can miss it: what failed has
# one more try, and nothing else runs beside it.
ONCE_MORE = echo "== Those that failed, once more"; $(PYTEST) --last-failed --last-failed-no-failures none

test-python: setup-dev ## Python alone; what failed once more
	@echo "== Python tests"
	@$(PYTEST) -n 2 --dist loadfile || { $(ONCE_MORE); }

test-frontend: $(NODE) ## front-end unit tests alone
	@echo "== Front-end tests"
	@$(NPM) test

test-browser: setup-dev ## browser journeys alone; what failed once more
	@echo "== Browser tests"
	@chromium=$$($(PY) -m tests.browser.chromium) || exit 1; export CHROMIUM="$$chromium"; \
	$(PYTEST) -m browser tests/browser || { $(ONCE_MORE) -m browser tests/browser; }

test-cluster: setup-dev ## PostgreSQL, Redis, two web processes, two workers, each killed in turn (installs the servers)
	@echo "== Cluster tests"
	@$(PY) -m tests.cluster.servers || { \
	  echo "== Installing PostgreSQL and Redis"; \
	  export DEBIAN_FRONTEND=noninteractive; \
	  apt-get update -q && apt-get install -q -y --no-install-recommends postgresql redis-server && \
	  { service postgresql stop; service redis-server stop; } >/dev/null 2>&1 || true; }
	@OMP_NUM_THREADS=1 $(PY) -m tests.cluster.run

screenshots: setup-dev ## pictures of every page into var/screenshots, and the README's own
	@chromium=$$($(PY) -m tests.browser.chromium) && CHROMIUM="$$chromium" $(PY) -m tests.browser.screenshots

bench: setup-dev ## measure the real server; JSON=file writes the figures
	@chromium=$$($(PY) -m tests.browser.chromium) && CHROMIUM="$$chromium" PATH="$(CURDIR)/$(VENV)/bin:$$PATH" $(PY) -m bench.run $(if $(JSON),--json $(JSON))

bench-peers: setup-dev ## ours against magenta.js, Keras and MuseGAN, in turns (installs them into var/peers; some six minutes)
	@chromium=$$($(PY) -m tests.browser.chromium) && CHROMIUM="$$chromium" PATH="$(CURDIR)/$(VENV)/bin:$$PATH" $(PY) -m bench.peers $(if $(JSON),--json $(JSON))

messages: setup ## bring locale/*.po up to date with the sources (needs GNU gettext), then compile them
	@$(PY) -m musicsite.messages
	@$(MAKE) --no-print-directory setup

lint: setup-dev ## ruff and bandit
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m bandit -q -ll -r musicsite generator gallery

types: setup-dev ## mypy strict, and tsc
	$(PY) -m mypy
	$(NPM) run check

clean: ## remove what make built; the database and pieces in var stay
	rm -rf $(VENV) frontend/node_modules frontend/soundfonts static/build staticfiles .pytest_cache .mypy_cache .ruff_cache .hypothesis var/test-results
