PYTHON ?= python3
BIN := .venv/bin

demo: .venv/ready    ## four pushes, four endings, and a worker killed on the way
	$(BIN)/python dev.py demo

dev: .venv/ready     ## Temporal, emulator, worker and gateway on this machine; Ctrl-C ends all
	$(BIN)/python dev.py up

unit: .venv/ready    ## what needs no process
	$(BIN)/pytest tests/unit tests/activity tests/replay -q -n 2

# Four at a time on two cores, since most of them wait. A test that missed its moment on a busy
# machine gets another chance, and is listed.
test: .venv/ready .venv-official/ready    ## everything
	$(BIN)/pytest -n 4 --dist loadfile --no-loadscope-reorder --reruns 2 -r fExXR

check: .venv/ready   ## format, lint, imports, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/pyright

# Needs two packages of Debian's, which it starts itself on free ports:
# apt-get install -y postgresql redis-server
bench: .venv/ready .venv-bench/ready    ## ours beside what people would use instead; 20 minutes
	$(BIN)/python bench/measure.py

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	PIP_CONSTRAINT=constraints.txt $(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

# Codat's own clients, which a test drives and which can't be installed beside ours.
.venv-official/ready: tests/official/requirements.txt
	$(PYTHON) -m venv .venv-official
	.venv-official/bin/pip install --quiet --disable-pip-version-check -r $<
	touch $@

# The other sides of the bench.
.venv-bench/ready: bench/requirements.txt
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/pip install --quiet --disable-pip-version-check -r $<
	touch $@

.PHONY: bench demo dev unit test check
