# Two commands on a fresh machine: `make demo` and `make test`. Everything lives in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SECONDS ?= 300
FIRST ?= 0

.PHONY: help demo demo-google sheets test race soak lint format bench template docs clean
help:            ## this list
	@grep -E '^[a-z-]+: *.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## */\t/' | expand -t 14

$(STAMP): pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: $(STAMP)   ## play half a day of a small shop on a workbook, for real
	@$(BIN)/sheetsync demo

demo-google: $(STAMP) ## the same half-day in a Google Sheet, on a Sheets server of this machine
	@$(BIN)/python -m tests.sheets_server.demo

sheets: $(STAMP) ## start that server with a page to look at and type in: Google Sheets without an account
	@$(BIN)/python -m tests.sheets_server

# Some shells and images forbid bytecode: then every process of a test would compile the package anew.
test: export PYTHONDONTWRITEBYTECODE =
test: $(STAMP)   ## the whole test suite
	@$(BIN)/python -m pytest -n 2 -q

race: $(STAMP)   ## Google Sheets among five people who never stop: 2,000 seeds, all pairs of acts, four plain scripts; ten minutes at most
	@$(BIN)/python -m tests.simulation.google --seeds 2000 --passes 60 --jobs 2 --pairs --peers 40 --planted 200

soak: $(STAMP)   ## whole workers simulated from seeds, and real ones killed, for SECONDS (300), from seed FIRST (0) on; the exit code tells
	@$(BIN)/python -m tests.simulation.soak --seconds $(SECONDS) --first $(FIRST)

lint: $(STAMP)   ## ruff, mypy --strict, import-linter
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(STAMP) ## let ruff lay the code out
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

bench: $(STAMP)  ## ratios against what a user would do otherwise, in one run
	@$(BIN)/python -m bench

template: $(STAMP) ## build templates/tracker_template.xlsx anew
	@$(BIN)/python -m scripts.build_template

docs: $(STAMP)   ## rebuild the generated parts of the documents
	@$(BIN)/python -m scripts.build_docs

clean:           ## remove what make made
	rm -rf $(VENV) demo demo-google bench/out
