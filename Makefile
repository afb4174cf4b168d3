# Set-up is `make demo` or `make test`. Both need Python 3.11 or later, and nothing else.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
VIDEO ?= src/emoarc/sample/sample.mp4
TESTS ?=
# Wheels only, so that no compiler is ever needed; bytecode is made as modules are first imported.
INSTALL = $(BIN)/pip install --quiet --only-binary :all: --no-compile
UV_COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --only-binary :all: \
	--generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DELETE_ON_ERROR:
.PHONY: help demo test lint format train-env sample lock clean

help:  ## list these commands
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## */  make \1\t/' | expand -t 18

demo: $(VENV)/.runtime  ## analyse the bundled sample, or VIDEO=my.mp4, and say where the report is
	@$(BIN)/emoarc analyze "$(VIDEO)"

test: $(VENV)/.dev  ## run the tests, or TESTS="tests/audio -k windows"
	@$(BIN)/pytest -n logical --maxprocesses 8 $(TESTS)

lint: $(VENV)/.train  ## check style and types (PyTorch is needed for its types)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/pyright --pythonpath $(BIN)/python

format: $(VENV)/.dev  ## mend style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

train-env: $(VENV)/.train  ## add PyTorch, for `emoarc train` and the tests of training

sample: $(VENV)/.dev  ## make the bundled sample again (needs espeak-ng)
	$(INSTALL) scikit-image==0.26.0
	$(BIN)/python tools/sample

lock: $(VENV)/.dev  ## resolve the dependencies of pyproject.toml anew
	$(INSTALL) uv==0.13.8
	$(UV_COMPILE) --upgrade pyproject.toml -o requirements/runtime.txt
	$(UV_COMPILE) --upgrade pyproject.toml --extra dev -c requirements/runtime.txt -o requirements/dev.txt

clean:  ## remove the virtual environment
	rm -rf $(VENV)

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit("emoarc needs Python 3.11 or later, and $(PYTHON) is " \
		+ sys.version.split()[0] + "; try: make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	@echo "Making $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements/runtime.txt pyproject.toml | $(BIN)/pip
	@echo "Installing emoarc ..."
	@$(INSTALL) --require-hashes -r requirements/runtime.txt
	@$(INSTALL) --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.runtime
	@echo "Installing the tools for tests and checks ..."
	@$(INSTALL) --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/.train: requirements/train.txt $(VENV)/.dev
	@echo "Installing PyTorch ..."
	@$(INSTALL) -r requirements/train.txt
	@touch $@
