# Gradient Notes. `make help` lists the commands; each sets up what it needs.
PYTHON ?= python3
VENV   := .venv
ifeq ($(OS),Windows_NT)
BIN    := $(VENV)/Scripts
else
BIN    := $(VENV)/bin
endif
PY     := $(BIN)/python
# Where to take torch from; empty means PyPI (on Linux that brings several GB of CUDA). See the README.
TORCH_INDEX ?=
JOBS   ?= 2
export PYTHONUTF8 = 1

.DEFAULT_GOAL := help
.PHONY: help book serve test verify lint unit nbval notebooks lab bench mutants coursework live pdf zip clean env

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(VENV)/.book: book/requirements.txt
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check -r book/requirements.txt
	@touch $@

$(VENV)/.all: requirements.txt book/requirements.txt pyproject.toml | $(VENV)/.book
	$(if $(TORCH_INDEX),$(PY) -m pip install --quiet --disable-pip-version-check --index-url $(TORCH_INDEX) $(shell grep '^torch==' requirements.txt))
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

env: $(VENV)/.all  ## the whole environment in .venv (also runs the notebooks)

book: $(VENV)/.book  ## render the book from the stored outputs (no torch needed)
	@rm -rf _build
	@$(PY) tests/tools/build.py

serve: book  ## render, then serve on http://127.0.0.1:8000
	$(PY) -m http.server 8000 --bind 127.0.0.1 --directory _build/html

test: lint unit nbval  ## lint, unit tests, notebook regression, a clean book build and the kernel-free book tests
	@rm -rf _build
	@$(PY) tests/tools/build.py
	$(PY) -m pytest tests/book -q -m "not browser and not slow"

lint: $(VENV)/.all  ## ruff over code and notebooks
	$(PY) -m ruff check .

unit: $(VENV)/.all  ## unit tests and the examples of the docstrings
	$(PY) -m pytest tests src --doctest-modules --ignore=tests/book --ignore=tests/benchmarks -q -m "not slow and not browser" -n $(JOBS) --dist loadfile

nbval: $(VENV)/.all  ## run every chapter and compare with what is stored
	$(PY) -m pytest --nbval notebooks --ignore=notebooks/assignments -q -n $(JOBS) --dist loadscope

AXE := tests/tools/node_modules/.package-lock.json
$(AXE): tests/tools/package-lock.json
	@if command -v npm >/dev/null 2>&1; then cd tests/tools && npm ci --no-audit --no-fund --loglevel=error; \
	else echo "no npm here: the accessibility checks with axe are left out"; fi

verify: $(VENV)/.all $(AXE)  ## what takes long: browser, axe, liveness of the net, mutated operands, several processes
	@test -f _build/html/index.html || $(PY) tests/tools/build.py
	$(PY) -m pytest tests -q -m "slow or browser" --ignore=tests/benchmarks -n $(JOBS) --dist loadfile

notebooks: $(VENV)/.all  ## re-execute every chapter in place (CHECK=1 compares only)
	$(PY) tests/tools/notebooks.py --jobs $(JOBS) $(if $(CHECK),--check)

lab: $(VENV)/.all  ## open the chapters in JupyterLab
	$(PY) -m pip install --quiet --disable-pip-version-check "jupyterlab>=4.4,<5" "jupyterlab-myst>=2.4,<3"
	$(PY) -m jupyterlab --notebook-dir notebooks

coursework: $(VENV)/.all  ## student copies and specs from the masters (CHECK=1 compares only)
	$(PY) -m gradnotes.coursework build $(if $(CHECK),--check)

bench: $(VENV)/.all  ## speed as ratios against peers (CHECK=1 exits 1 on a miss)
	$(PY) tests/benchmarks/harness.py $(if $(CHECK),--check)

mutants: $(VENV)/.all  ## change the package line by line on copies: the tests must notice (SAMPLE=all, MODULE=optim, QUICK=1)
	$(PY) tests/tools/mutants.py --jobs $(JOBS) $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(MODULE),--module $(MODULE)) $(if $(QUICK),--quick)

live: $(VENV)/.all  ## rebuild the numbers of the live figures from the package (CHECK=1 compares only)
	$(PY) tests/tools/live_data.py $(if $(CHECK),--check)

pdf: $(VENV)/.all  ## the whole book as one PDF (needs Chromium)
	@test -f _build/html/index.html || $(PY) tests/tools/build.py
	$(PY) tests/tools/pdf.py

zip: $(VENV)/.book  ## the built site as a zip that opens from a folder
	@test -f _build/html/index.html || $(PY) tests/tools/build.py
	$(PY) tests/tools/pack.py

clean:  ## remove what was built
	rm -rf _build .pytest_cache .ruff_cache .hypothesis
