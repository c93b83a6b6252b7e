# zixuan: `make help` lists the targets. Needs Python 3.11 or newer; gcc only for LightFM on 3.11.
.DEFAULT_GOAL := help
.PHONY: help demo test coverage test-without-lightfm check client screenshots notebooks bench lightfm lock clean

VENV := .venv
BIN := $(VENV)/bin

# The first interpreter at hand that is new enough; `make PYTHON=...` overrules it.
usable = $(shell $(1) -c 'import sys; print(sys.version_info >= (3, 11) or "")' 2>/dev/null)
CANDIDATES := python3 python3.13 python3.12 python3.11
PYTHON ?= $(firstword $(foreach name,$(CANDIDATES),$(if $(call usable,$(name)),$(name))))

PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
# A lock names everything, so pip resolves nothing; build tools come from the lock as well.
INSTALL := $(PIP) install -qq --no-deps --no-build-isolation

# Threads that numeric libraries start by themselves slow a machine of two cores.
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1
PYTEST := $(BIN)/python -m pytest --numprocesses 2

help:  ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-22s %s\n", $$1, $$2}' Makefile

demo: $(VENV)/.runtime lightfm  ## install, simulate a county, train, serve, print lines to ask it with
	$(BIN)/zixuan demo

test: $(VENV)/.development lightfm  ## install what the tests need and run them all
	$(PYTEST)

coverage: $(VENV)/.development lightfm  ## the same, and which lines none of them ran (a third slower)
	$(PYTEST) --cov

test-without-lightfm: $(VENV)/.development  ## the tests, in the state where LightFM cannot be had
	@rm -f $(VENV)/.lightfm
	@$(PIP) uninstall -qq --yes lightfm-next
	$(PYTEST)

check: $(VENV)/.development  ## formatting, lint, types, import contracts, dependencies, file length
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/python -m pytest --quiet tests/house/test_house_files.py

client: $(VENV)/.development  ## write a Python client of the API into build/client, out of the contract
	@mkdir -p build
	@$(BIN)/python -m serving.api > build/openapi.json
	$(BIN)/openapi-python-client generate --path build/openapi.json --output-path build/client \
	    --config client.yml --meta setup --overwrite --fail-on-warning

screenshots: $(VENV)/.development  ## every page and state of the teacher's page as pictures, in .screenshots
	ZIXUAN_SCREENSHOTS=.screenshots $(BIN)/python -m pytest --quiet \
	    --override-ini python_files=screenshots.py tests/serving/web/screenshots.py

NOTEBOOK ?= *
notebooks: $(VENV)/.development lightfm  ## run all notebooks, or NOTEBOOK=name; outputs in .notebooks
	@mkdir -p .notebooks
	@for each in notebooks/$(NOTEBOOK).py; do \
	    $(BIN)/jupytext --quiet --to ipynb --output .notebooks/$$(basename $$each .py).ipynb $$each \
	        || exit 1; done
	$(BIN)/jupyter execute --inplace $(patsubst notebooks/%.py,.notebooks/%.ipynb,$(wildcard notebooks/$(NOTEBOOK).py))

bench: $(VENV)/.benchmarks lightfm  ## install the libraries that benchmarks/peers.py compares with

$(VENV)/.created:
	@test -n "$(PYTHON)" || { echo "zixuan needs Python 3.11 or newer; none was found"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.runtime: requirements.lock pyproject.toml $(VENV)/.created
	@echo "installing zixuan into $(VENV) (about a minute the first time)"
	@$(INSTALL) --require-hashes --requirement requirements.lock
	@$(INSTALL) --editable .
	@touch $@

$(VENV)/.development: requirements-dev.lock $(VENV)/.runtime
	@$(INSTALL) --require-hashes --requirement requirements-dev.lock
	@touch $@

$(VENV)/.benchmarks: requirements-bench.lock $(VENV)/.runtime
	@$(INSTALL) --require-hashes --requirement requirements-bench.lock
	@touch $@

# LightFM has no wheel for Python 3.11. Without a compiler everything but its scorer works.
lightfm: $(VENV)/.runtime
	@test $(VENV)/.lightfm -nt requirements-lightfm.lock || { \
	    LIGHTFM_NO_CFLAGS=1 $(INSTALL) --require-hashes --requirement requirements-lightfm.lock \
	        > $(VENV)/lightfm.log 2>&1 && touch $(VENV)/.lightfm; } || { \
	    echo "LightFM could not be built here (see $(VENV)/lightfm.log)."; \
	    echo "Going on without the scorer 'factorisation'; for it, install gcc and 'make lightfm'."; }

LOCKER := $(VENV)-lock
RESOLVE := $(LOCKER)/bin/uv pip compile --quiet --universal --python-version 3.11 \
    --generate-hashes --no-header --no-emit-index-url --no-emit-find-links
OPTIONAL := import tomllib; project = tomllib.load(open("pyproject.toml", "rb"))["project"]; \
    print(*project["optional-dependencies"]["factorisation"])

lock:  ## resolve the locks again after a change in pyproject.toml; versions that fit stay
	$(PYTHON) -m venv $(LOCKER)
	$(LOCKER)/bin/pip install -qq --disable-pip-version-check uv==0.13.9
	$(RESOLVE) --group build pyproject.toml --output-file requirements.lock
	$(RESOLVE) --group build --group test --group check --constraint requirements.lock \
	    pyproject.toml --output-file requirements-dev.lock
	$(RESOLVE) --group build --group bench --constraint requirements-dev.lock \
	    --override benchmarks/overrides.txt \
	    pyproject.toml --output-file requirements-bench.lock
	$(LOCKER)/bin/python -c '$(OPTIONAL)' \
	    | $(RESOLVE) --no-deps - --output-file requirements-lightfm.lock

clean:  ## remove the environment, caches and build outputs; data stays
	rm -rf $(VENV) $(LOCKER) .notebooks build dist *.egg-info .coverage .coverage.* .hypothesis \
	    .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
