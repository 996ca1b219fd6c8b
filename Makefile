# Earshot in two commands: `make run` starts it, `make test` checks it.
# Both build .venv by themselves from the lock files (versions and hashes); the stamps
# below carry a checksum of what they were built from, so a second run installs nothing.

# The machine's own python3 if it is new enough, else the newest one found by name.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	"$$p" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' \
	2>/dev/null && echo "$$p" && break; done)
# One more than two cores: a test that waits for a browser or a program leaves its core idle.
JOBS ?= 3
# Programs start in half the time where Python may keep what it compiled.
export PYTHONDONTWRITEBYTECODE =

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet
COMPILE := build/lock/bin/python -m piptools compile --quiet --generate-hashes --allow-unsafe \
	--strip-extras --all-build-deps --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

sum = $(shell { pwd; cat pyproject.toml $(1); } | cksum | tr ' ' '-')
INSTALLED := $(VENV)/.installed-$(call sum,requirements.lock)
INSTALLED_TEST := $(VENV)/.installed-test-$(call sum,requirements.lock requirements-test.lock)

.PHONY: run install test format soak bench screenshots docs lock clean

run: $(INSTALLED)
	@exec $(BIN)/earshot up

install: $(INSTALLED)

test: $(INSTALLED_TEST)
	$(BIN)/python -m ruff check
	$(BIN)/python -m ruff format --check
	$(BIN)/python -m mypy
	@$(BIN)/python -m tests.browser
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile

format: $(INSTALLED_TEST)
	$(BIN)/python -m ruff check --fix
	$(BIN)/python -m ruff format

soak: $(INSTALLED_TEST)
	@$(BIN)/python -m tests.browser
	$(BIN)/python -m pytest -m soak -o faulthandler_timeout=0

bench: $(INSTALLED)
	$(BIN)/earshot bench

screenshots: $(INSTALLED_TEST)
	@$(BIN)/python -m tests.browser
	$(BIN)/python -m tests.screenshots

docs: $(INSTALLED_TEST)
	$(BIN)/python -m tests.readme

# Pins stay as they are unless pyproject.toml needs others; `make lock UPGRADE=--upgrade` renews them.
# Run it with the oldest supported Python, whose set of dependencies is the widest.
lock:
	@$(call need_python)
	test -x build/lock/bin/python || "$(PYTHON)" -m venv build/lock
	build/lock/bin/python -m pip install --quiet "pip-tools>=7.6"
	CUSTOM_COMPILE_COMMAND="make lock" $(COMPILE) $(UPGRADE) \
		--output-file requirements.lock pyproject.toml
	CUSTOM_COMPILE_COMMAND="make lock" $(COMPILE) $(UPGRADE) --extra test \
		--constraint requirements.lock --output-file requirements-test.lock pyproject.toml

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(INSTALLED):
	$(call install,requirements.lock)
	@touch $@

$(INSTALLED_TEST):
	$(call install,requirements-test.lock)
	@touch $@ $(INSTALLED)

define need_python
	if [ -z "$(PYTHON)" ]; then \
		echo "Earshot needs Python 3.11 or newer with its venv module, and found none." >&2; \
		echo "Install one (Debian, Ubuntu: apt-get install python3-venv) or name it:" >&2; \
		echo "    make PYTHON=/path/to/python3 $(MAKECMDGOALS)" >&2; \
		exit 2; \
	fi
endef

define install
	@$(call need_python)
	@$(BIN)/python -c "" 2>/dev/null || "$(PYTHON)" -m venv --clear $(VENV)
	@echo "Installing Earshot into $(VENV) from $(1) (the first time takes a minute or two) …"
	@rm -f $(VENV)/.installed*
	@$(PIP) install --require-hashes --requirement $(1)
	@PYTHONWARNINGS=ignore $(PIP) install --no-deps --no-build-isolation --editable .
endef
