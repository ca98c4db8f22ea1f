# Everyday tasks by name. A bare checkout needs Python 3.11 or newer and make, nothing else.

PORT ?= 8000
PYTEST_FLAGS ?= -n logical
BENCH_FLAGS ?=
LOCK_FLAGS ?=

# The first Python here that runs and is new enough; `make PYTHON=… …` takes another.
new_enough = -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
found = $(shell $(1) $(new_enough) && echo $(1))
PYTHON ?= $(or $(call found,python3.11),$(call found,python3.12),$(call found,python3.13),$(call found,python3))

.PHONY: demo test check bench docs lock clean

demo: .venv/run.stamp
	.venv/bin/emptor serve --demo --port $(PORT)

test: .venv/test.stamp
	.venv/bin/python -m pytest $(PYTEST_FLAGS)

check: .venv/test.stamp
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports --no-logo

bench: .venv/bench.stamp
	.venv/bin/python -m bench $(BENCH_FLAGS)

docs: .venv/run.stamp
	.venv/bin/emptor docs

# Newer versions of what is locked already: make lock LOCK_FLAGS=--upgrade
compile = .venv/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' \
	--extra postgres --extra valkey --group build $(LOCK_FLAGS)
lock: .venv/bin/pip
	$(install) uv==0.13.9
	$(compile) --output-file requirements/run.txt
	$(compile) --group test --constraint requirements/run.txt --output-file requirements/test.txt
	$(compile) --group bench --constraint requirements/test.txt --output-file requirements/bench.txt

clean:
	rm -rf .venv .pytest_cache .hypothesis .ruff_cache .import_linter_cache build dist

# A stamp is newer than its lock for as long as .venv holds what the lock says.
install = .venv/bin/python -m pip install -qq --disable-pip-version-check

.venv/run.stamp: requirements/run.txt pyproject.toml | .venv/bin/pip
	@echo 'Installing what $< locks (once, about half a minute)'
	@$(install) --require-hashes -r $<
	@$(install) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/test.stamp .venv/bench.stamp: .venv/%.stamp: requirements/%.txt .venv/run.stamp
	@echo 'Installing what $< locks (once, about half a minute)'
	@$(install) --require-hashes -r $<
	@touch $@

.venv/bin/pip:
	@$(PYTHON) $(new_enough) || { echo 'Emptor needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 …'; exit 1; }
	@$(PYTHON) -m venv .venv
