# What people type. `make demo` and `make test` are the first two blocks of the README.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TESTS := $(BIN)/pytest --numprocesses auto --dist worksteal
.PHONY: demo test check golden messages reference bench clean

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/tested: $(VENV)/installed
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

$(VENV)/editor/installed: tests/editor/package.json tests/editor/package-lock.json
	@mkdir -p $(@D) && cp $^ $(@D)
	@if command -v npm >/dev/null; then \
	  npm ci --prefix $(@D) --ignore-scripts --no-audit --no-fund --silent && touch $@ \
	    || echo 'the language server could not be fetched; the tests of editors are skipped'; \
	else echo 'there is no npm here; the tests of editors are skipped'; fi

demo: $(VENV)/installed  ## a throw-away site; one repair from the phone call to closed, told and replayed
	@$(BIN)/sop demo play

test: $(VENV)/tested  ## all tests, on all cores
	$(TESTS)

check: $(VENV)/tested $(VENV)/editor/installed  ## all that CI runs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(TESTS)

golden: $(VENV)/tested  ## rewrite golden files; read their diff
	$(BIN)/python -m tests.golden.rewrite
	$(BIN)/python -m tests.documents.golden_documents
	$(BIN)/python -m tests.console.board_pictures

messages: $(VENV)/tested  ## take new sentences into the catalogue
	$(BIN)/python -m tests.messages.update

reference: $(VENV)/tested  ## rewrite the pages that are made from the code
	$(BIN)/python -m tests.documentation.rewrite

bench: $(VENV)/tested  ## print the ratios, and write benchmarks/results.md
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis dist
