# Each target sets up what it needs: the first time it makes .venv and installs the course into it,
# later it only looks whether that is still so. Works with Python 3.11 or newer and make alone.
#
#   make lab LAB_ARGS="--no-browser --port 9999"     more flags for JupyterLab
#   make test ARGS="-k binder"                       more flags for pytest (build, grade and bench take ARGS too)
#   make PYTHON=/opt/python3.12/bin/python3 lab      another Python (for the first set-up)
#   make TORCH_INDEX=https://download.pytorch.org/whl/cpu lab
#       On Linux, pip's usual index gives PyTorch with the large CUDA libraries. This takes the
#       small CPU build instead (for the first set-up); the course needs no graphics card.

VENV        ?= .venv
PYTHON      ?=
TORCH_INDEX ?=
LAB_ARGS    ?=
ARGS        ?=

# In JupyterLab: no question about news on the first start, no tools for an exchange that is not there.
QUIET_LAB = @jupyterlab/apputils-extension:announcements \
    @jupyter/nbgrader:assignment-list @jupyter/nbgrader:course-list @jupyter/nbgrader:create-assignment

# Cells that come later than a link does would push what it leads to out of sight.
LAB_SETTINGS = {"@jupyterlab/notebook-extension:tracker": {"windowingMode": "defer"}}

PY    := $(VENV)/bin/python
PIP   := $(PY) -m pip --disable-pip-version-check --quiet
STAMP := $(VENV)/.installed
IN_VENV = PATH="$(CURDIR)/$(VENV)/bin:$$PATH" $(PY)

.DEFAULT_GOAL := help
.PHONY: help lab test thorough grade bench build clean set-up unusable

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# (Given the notebook as a file, JupyterLab would show the folder chapters/ only, and formgrader no course.)
lab: $(STAMP)  ## open the course in JupyterLab
	@$(IN_VENV) -m jupyterlab --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/chapters/start_here.ipynb $(LAB_ARGS)

# Tests that need a tool which this machine lacks are left out, and that is said; CI has all tools (.ci/run).
BROWSER = $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
SANDBOX = $(shell command -v bwrap)
LACKING = $(strip $(if $(BROWSER),,browser) $(if $(SANDBOX),,sandbox) $(if $(TEST_POSTGRESQL),,postgresql))
WHICH = $(if $(filter thorough,$@),thorough,not thorough)
test: $(STAMP)  ## run the tests
thorough: $(STAMP)  ## repeat the long proofs: more seeds, machine-made mistakes, the second sandbox
test thorough:
	$(if $(BROWSER),,@echo "No chromium on this machine: the tests in the browser are left out.")
	$(if $(SANDBOX),,@echo "No bubblewrap on this machine: the tests of the sandbox are left out.")
	$(if $(TEST_POSTGRESQL),,@echo "TEST_POSTGRESQL names no server: the tests with PostgreSQL are left out (.ci/with_postgresql make test runs them).")
	@$(IN_VENV) -m pytest -n 2 --dist loadscope --no-loadscope-reorder -m "$(WHICH)$(if $(LACKING), and not ($(subst $(eval) , or ,$(LACKING))))" $(ARGS)

DEMO = grading/demo
grade: $(STAMP)  ## grade a simulated class and open the report
	@$(IN_VENV) -m autograder simulate $(DEMO)/submitted --students 12 --seed 1
	@$(IN_VENV) -m autograder grade $(DEMO)/submitted --into $(DEMO) $(ARGS)
	@$(IN_VENV) -m autograder report --into $(DEMO) --open

bench: $(STAMP)  ## measure what the README states
	@$(IN_VENV) -m autograder bench $(ARGS)
	@$(IN_VENV) tests/browser/bench_pictures.py

build: $(STAMP)  ## solutions -> chapters (ARGS=--check only compares)
	@$(IN_VENV) -m autograder build $(ARGS)

clean:  ## remove .venv and caches; answers and grading/ stay
	@rm -rf "$(VENV)" *.egg-info build .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

set-up: $(STAMP)

# The stamp is the last thing an installation writes, and holds the folder it was made for. It does
# not count when the Python behind .venv no longer runs, or when the folder was moved or copied.
ifneq ($(shell $(PY) -c "print('runs')" 2>/dev/null && cat $(STAMP) 2>/dev/null),runs $(CURDIR))
$(STAMP): unusable
endif

$(STAMP): pyproject.toml constraints.txt
	@if ! $(PY) -c "import pip" 2>/dev/null || [ -f $@ -a "$$(cat $@ 2>/dev/null)" != "$(CURDIR)" ]; then \
	    for python in $(PYTHON) python3.11 python3.12 python3.13 python3 python none; do \
	        $$python -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null && break; \
	    done; \
	    if [ $$python = none ]; then \
	        echo "The course needs Python 3.11 or newer, and there is none on the PATH: install it from https://www.python.org/downloads/ (or name it: make PYTHON=/path/to/python3 ...)." >&2; exit 1; \
	    fi; \
	    if ! $$python -c "import ensurepip, venv" 2>/dev/null; then \
	        echo "$$python comes without its venv module: on Debian or Ubuntu, 'sudo apt install python3-venv' adds it." >&2; exit 1; \
	    fi; \
	    echo "Making $(VENV) with $$($$python --version)."; \
	    $$python -m venv --clear "$(VENV)" || exit 1; \
	fi
	@rm -f $@
	@echo "Installing the course into $(VENV): this takes some minutes, and happens once."
	@{ $(PIP) install -c constraints.txt $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) torch && \
	   $(PIP) install -c constraints.txt -e ".[instructor,seccomp,postgresql,cluster,dev]"; } || \
	   { echo "The installation stopped (see above). Run the same command again: it goes on where it stopped." >&2; exit 1; }
	@$(PY) -m jupyterlab.labextensions disable --level=sys_prefix $(QUIET_LAB) 2>/dev/null
	@mkdir -p $(VENV)/etc/jupyter/labconfig
	@echo '$(LAB_SETTINGS)' > $(VENV)/etc/jupyter/labconfig/default_setting_overrides.json
	@echo "$(CURDIR)" > $@
