# Everything a person or CI does with this repository. Each target does its own set-up.
SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help setup run demo demo-pbx test test-oldest test-pbx test-faults check core bench bench-pbx docs models lock clean

help:                ## show what there is
	@grep -hE '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

setup: $(STAMP)      ## make .venv from the lock file (fast the second time)

$(STAMP): requirements-dev.lock pyproject.toml deploy/setup
	@deploy/setup $(VENV) && touch $@

run: setup           ## start the service with its own database, on http://127.0.0.1:8000
	@deploy/make-secrets var/secrets.env
	@set -a; . var/secrets.env; set +a; exec $(BIN)/warmlijn serve

demo: setup          ## play a municipality's morning over HTTP and tell what happened and why
	@$(BIN)/warmlijn demo

demo-pbx:            ## calls on a real Asterisk with real SIP phones: who rang how long, who heard whom (root installs it all)
	@deploy/install-phones
	@$(MAKE) -s --no-print-directory setup
	@$(BIN)/python -m tests.pbx.demo $(ARGS)

test: setup          ## the whole suite but for faults and benchmarks
	$(BIN)/pytest -n 3 --dist loadfile -m 'not faults and not bench and not pbx' $(ARGS)

test-pbx: setup      ## whole calls on a real Asterisk with real SIP phones, their sound measured
	$(BIN)/pytest -n 4 --dist worksteal tests/pbx -m 'not bench' $(ARGS)

test-oldest: setup   ## store and engine on Debian's own PostgreSQL 15, the oldest that is promised
	tests/on-the-oldest $(BIN)/pytest -q -n 2 --dist loadfile -m 'not slow' tests/store tests/engine $(ARGS)

test-faults: setup   ## kills, freezes and restarts real processes
	@if grep -rqE 'mark\.faults' tests; then set -x; $(BIN)/pytest -m faults $(ARGS); else echo 'No fault tests yet.'; fi

check: setup         ## style, types, import contracts, quick tests: what to run before each commit
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) --no-print-directory core
	$(BIN)/pytest -q -n 2 -m 'not faults and not bench and not slow' tests/policy tests/test_*.py

core: setup          ## prove the pure rules: tables, stories and laws that take every branch
	$(BIN)/pytest -q -n 2 tests/core tests/transcripts tests/properties tests/policy/test_topics.py \
		--cov --cov-config=tests/core/coverage.ini --cov-report=term

models: setup        ## check the models of the warm transfer and of the callback with spin
	models/run -DALL -DDECIDED -DCLICKS=4
	models/run -DALL -DDECIDED -DSWAP -DCLICKS=4
	MODEL=callback.pml models/run -DALL

bench: setup         ## measure against the floor; writes bench/results.json
	$(BIN)/python -m bench $(ARGS)

bench-pbx: setup     ## calls through a real Asterisk beside its own queue; needs what test-pbx needs
	$(BIN)/python -m bench.pbx $(ARGS)

docs: setup          ## write the generated pages and schemas anew
	$(BIN)/python docs/generate.py

lock: setup          ## choose versions anew and write both lock files
	deploy/lock

clean:               ## remove what make setup made (never var/, where your data are)
	rm -rf $(VENV) build dist *.egg-info
