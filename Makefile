# Two commands on a fresh machine that has only Python 3.11+, git and make:
#   make run     web, clock and a simulated carrier with phones, on this machine
#   make test    every test, on SQLite and on PostgreSQL
# Each target makes what it needs. After the first time none of them needs the network, but `make lock`.

PYTHON ?= python3
# Two processes, a file of tests in one of them: 7 minutes instead of 12 on two cores.
PYTEST ?= -n 2 --dist loadfile
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: help run test lint bench docs lock clean browser
.DEFAULT_GOAL := help

help:
	@echo "make run     start web, clock and the simulated carrier, and print where the phones are"
	@echo "make test    run every test"
	@echo "make lint    ruff, mypy and the import contracts"
	@echo "make bench   print the ratios that the aims are written in"
	@echo "make docs    write the generated pages under docs/ again"
	@echo "make lock    resolve the requirements again (UPGRADE=--upgrade takes newer ones)"
	@echo "make clean   remove everything that make has made, but not var/"

# --------------------------------------------------------------------------------------------- the virtual environment

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Switchboard needs Python 3.11 or newer; $(PYTHON) is older. Name another: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

# A stamp is as new as the locks it was made from: nothing is installed again until they change.
$(VENV)/run.stamp: requirements/run.lock pyproject.toml | $(BIN)/python
	$(PIP) install --quiet --require-hashes --requirement requirements/run.lock
	$(PIP) install -qq --no-deps --no-index --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.lock requirements/run.lock pyproject.toml | $(BIN)/python
	$(PIP) install --quiet --require-hashes --requirement requirements/dev.lock
	$(PIP) install -qq --no-deps --no-index --no-build-isolation --editable .
	@touch $(VENV)/run.stamp $@

# -------------------------------------------------------------------------------------------------------------- targets

run: $(VENV)/run.stamp
	$(BIN)/switchboard demo

test: $(VENV)/dev.stamp browser
	$(BIN)/python -m pytest $(PYTEST)

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/dev.stamp
	$(BIN)/python -m benchmarks

docs: $(VENV)/run.stamp
	$(BIN)/switchboard docs

# The hashes must be those of the public index, so settings of this machine (mirrors, local folders) are left out.
LOCK := env -u PIP_INDEX_URL -u PIP_EXTRA_INDEX_URL -u PIP_FIND_LINKS PIP_CONFIG_FILE=/dev/null \
	$(BIN)/python -m piptools compile --quiet --generate-hashes --strip-extras --allow-unsafe \
	--no-header --no-emit-index-url --no-emit-find-links --no-emit-options --annotation-style=line $(UPGRADE)

lock: $(VENV)/dev.stamp
	$(LOCK) --output-file=requirements/run.lock pyproject.toml requirements/build.in
	$(LOCK) --constraint=requirements/run.lock --extra=dev --output-file=requirements/dev.lock pyproject.toml requirements/build.in
	sed -i.old -e 's/-c requirements\/run.lock, //' requirements/dev.lock && rm requirements/dev.lock.old

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A Chromium for the tests of the phones page. Where none can be had those tests are skipped and say so.
CHROMIUM = $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)

browser:
	@if [ -n "$(CHROMIUM)" ]; then echo "browser: $(CHROMIUM)"; \
	elif [ -e $(VENV)/browser.tried ]; then echo "browser: none; the browser tests are skipped"; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		touch $(VENV)/browser.tried; \
		echo "browser: installing chromium"; \
		{ apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium; } \
			>$(VENV)/browser.log 2>&1 \
			|| echo "browser: could not be installed (see $(VENV)/browser.log); the browser tests are skipped"; \
	else echo "browser: none, and no right to install one; the browser tests are skipped"; fi
