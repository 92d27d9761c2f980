# `make` alone lists the targets.
PYTHON ?= python3
STAGES ?=
VENV := .venv/bin

.PHONY: help setup setup-dev run test bench lock format shots clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: ## make .venv with what the product needs
	@PYTHON="$(PYTHON)" deploy/make-venv requirements.txt

setup-dev: ## the same with what its development needs
	@PYTHON="$(PYTHON)" deploy/make-venv requirements.txt requirements-dev.txt

run: setup ## start Tuneboard: PORT=8000 HOST=127.0.0.1 WORKERS=cores TUNEBOARD_HOME=var
	@exec $(VENV)/python manage.py serve

test: setup-dev ## check and test everything; some of it: STAGES="lint unit"
	@.ci/stages $(STAGES)

bench: setup-dev ## measure, and write docs/benchmarks.md; some of it: BENCH="grid quality"
	@$(VENV)/python -m bench $(BENCH)

shots: setup-dev ## take the documentation's pictures from the running product
	@.ci/chromium && $(VENV)/pytest -q -m browser -k shots
	@mkdir -p docs/images && for name in configure live analysis compare model; do \
	  cp build/screenshots/readme-$$name-light.png docs/images/$$name.png || exit 1; \
	done; cp build/screenshots/guide-*.png docs/images/

lock: setup-dev ## pin the newest versions that requirements*.in allow
	@for name in requirements requirements-dev; do \
	  uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url \
	    --no-header --upgrade $$name.in -o $$name.txt || exit 1; \
	done

format: setup-dev ## format code and templates
	@$(VENV)/ruff check --fix --quiet; $(VENV)/ruff format; $(VENV)/djangofmt templates

clean: ## remove .venv, caches and build/; var/, with your data, stays
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
