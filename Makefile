# Two commands do everything: `make brief` writes the world outlook, `make test` runs the whole suite.
PYTHON ?= python3
OUT ?= out
VENV := .venv
BIN := $(VENV)/bin

.PHONY: brief test lint lock embed clean

# Runtime only: what a reader of the brief needs.
$(VENV)/.runtime: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "forestall needs Python 3.11 or newer; set PYTHON=python3.x"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "python could not make a virtual environment: on Debian or Ubuntu, apt install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# Everything: runtime, tests, linters, the tools that derive the embedded figures.
$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

brief: $(VENV)/.runtime
	$(BIN)/forestall brief --out $(OUT)

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Rewrites the lock files: newest versions that the ranges in pyproject.toml allow, with hashes, for every platform.
lock: $(VENV)/.dev
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header \
		pyproject.toml tools/build-requirements.in -o requirements.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header \
		--extra dev pyproject.toml -c requirements.lock tools/build-requirements.in -o requirements-dev.lock

# Derives the embedded figures from a folder of raw releases.
embed: $(VENV)/.dev
	$(BIN)/python -m tools.embed --shared ../shared/data
	$(BIN)/python -m tools.embed.covariates --shared ../shared/data
	$(BIN)/python -m tools.embed.revision --shared ../shared/data
	$(BIN)/python -m tools.embed.council.members --shared ../shared/data
	$(BIN)/python -m tools.embed.council.decisions --shared ../shared/data
	$(BIN)/python -m tools.embed.council.measures --shared ../shared/data
	$(BIN)/python -m tools.embed.council.votes --shared ../shared/data
	$(BIN)/python -m tools.embed.regional.memberships --shared ../shared/data
	for part in missions mandates strength shortfall fatalities sites operations contributors ties candidate_cases effect; do \
		$(BIN)/python -m tools.embed.peacekeeping.$$part --shared ../shared/data || exit 1; done
	for part in ties distances refugees agreements events model; do \
		$(BIN)/python -m tools.embed.mediation.$$part --shared ../shared/data || exit 1; done
	for part in warheads programmes facilities tests treaties; do \
		$(BIN)/python -m tools.embed.nonproliferation.$$part --shared ../shared/data || exit 1; done
	$(BIN)/python -m tools.embed.ensemble
	$(BIN)/python -m tools.embed.skill
	$(BIN)/python -m tools.embed.edition
	$(BIN)/python -m tools.embed.peacekeeping.fit --shared ../shared/data
	$(BIN)/python -m tools.embed.alerts --model forestall

clean:
	rm -rf $(VENV) out build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
