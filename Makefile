PYTHON ?= python3
BIN := .venv/bin
# Where it is set, each of the hundreds of processes that tests start would compile all modules anew.
unexport PYTHONDONTWRITEBYTECODE
ADVISORY := https://api.osv.dev/v1/vulns/OSV-2020-111
LICENCES := Apache;BSD;ISC;MIT;MPL;Mozilla Public License 2.0;PSF-2.0;Python Software Foundation

demo: .venv/ready    ## four pushes, four endings, a worker killed on the way, and a plan
	$(BIN)/python dev.py demo

dev: .venv/ready     ## Temporal, emulator, worker and gateway on this machine; Ctrl-C ends all
	$(BIN)/python dev.py up

SEEDS ?= 100
simulate: .venv/ready    ## so many simulated runs of twenty pushes each: make simulate SEEDS=1000
	$(BIN)/python -m simulation --seeds $(SEEDS) $(if $(LOG),--log $(LOG))

unit: .venv/ready    ## what needs no process
	$(BIN)/pytest tests/unit tests/activity tests/emulator tests/mutation tests/replay \
	    --ignore tests/emulator/process -q -n 2

environments: .venv/ready .venv-official/ready .venv-official-newest/ready .venv-official-node/ready

# Six at a time on two cores, since most of them wait. A test that missed its moment on a busy
# machine gets another chance, and is listed.
test: environments  ## everything
	$(BIN)/pytest -n 6 --dist loadfile --no-loadscope-reorder --reruns 2 -r fExXR

check: .venv/ready   ## format, lint, imports, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/pyright
	$(MAKE) --no-print-directory audit

# By the advisories of osv.dev; where those can't be had it says so, and fails nothing.
audit:               ## known weaknesses of the packages that constraints.txt names
	@if ! $(PYTHON) -c "from urllib.request import urlopen as u; u('$(ADVISORY)', timeout=5)" 2> /dev/null; \
	then echo "Not audited: the advisories of osv.dev can't be had from here."; \
	else $(MAKE) --no-print-directory .venv-supply/audited; fi

# Nothing is found where nothing is written: then it was the network that failed.
.venv-supply/audited: .venv-supply/ready
	@rm -f $@.txt; .venv-supply/bin/pip-audit --vulnerability-service osv --output $@.txt \
	    --requirement constraints.txt --no-deps --disable-pip 2> $@.log || \
	if [ -s $@.txt ]; then cat $@.txt; exit 1; else echo "Not audited: see $@.log."; fi

client: .venv/ready  ## dist/surepush_client-*.whl: what a backend in Python installs
	$(BIN)/pip wheel --quiet --disable-pip-version-check --no-deps --no-index --no-build-isolation \
	    --wheel-dir dist ./packages/client

licences: .venv-supply/ready .venv-runtime/ready    ## of the packages that run, each one allowed
	@mkdir -p dist
	.venv-supply/bin/pip-licenses --python .venv-runtime/bin/python --from=mixed \
	    --partial-match --allow-only "$(LICENCES)" \
	    --format=plain-vertical > dist/licences.txt

sbom: .venv-supply/ready .venv-runtime/ready        ## dist/sbom.json, CycloneDX: the packages that run
	@mkdir -p dist
	.venv-supply/bin/cyclonedx-py environment --pyproject pyproject.toml --mc-type application \
	    --output-reproducible --output-file dist/sbom.json .venv-runtime/bin/python

# For every platform and Python from 3.11 on, of the versions in constraints.txt.
hashes: .venv-supply/ready           ## deploy/requirements.txt: what the image installs, by hash
	@{ echo "# What runs in the image, each file by its hash; made by make hashes."; \
	.venv-supply/bin/uv pip compile --quiet --no-config --universal --python-version 3.11 \
	    --extra s3 --extra tracing --constraint constraints.txt --generate-hashes --no-header \
	    --no-annotate --no-emit-index-url --no-emit-find-links pyproject.toml; } > deploy/requirements.txt

bench: .venv/ready   ## promised figures, beside an older build and plain Temporal; 25 minutes
	$(BIN)/python -m bench.promises

# Needs two packages of Debian's, which it starts itself on free ports:
# apt-get install -y postgresql redis-server
compare: .venv/ready .venv-bench/ready    ## ours beside what people would use instead; 20 minutes
	$(BIN)/python -m bench.compare

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	PIP_CONSTRAINT=constraints.txt $(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

# Codat's own clients, which tests drive and which can't be installed beside ours.
.venv-official/ready: tests/official/requirements.txt
	$(PYTHON) -m venv .venv-official
	.venv-official/bin/pip install --quiet --disable-pip-version-check -r $<
	touch $@

.venv-official-newest/ready: tests/official/newest/requirements.txt
	$(PYTHON) -m venv .venv-official-newest
	.venv-official-newest/bin/pip install --quiet --disable-pip-version-check -r $<
	touch $@

.venv-official-node/ready: $(addprefix tests/official/node/,requirements.txt package.json package-lock.json)
	$(PYTHON) -m venv .venv-official-node
	.venv-official-node/bin/pip install --quiet --disable-pip-version-check -r $<
	cp $(filter %.json,$^) .venv-official-node
	.venv-official-node/bin/npm ci --prefix .venv-official-node --ignore-scripts --silent
	touch $@

# What looks at the packages of others, and what of them runs in the image.
.venv-supply/ready: deploy/supply/requirements.txt
	$(PYTHON) -m venv .venv-supply
	.venv-supply/bin/pip install --quiet --disable-pip-version-check -r $<
	touch $@

.venv-runtime/ready: deploy/requirements.txt
	$(PYTHON) -m venv --clear .venv-runtime
	.venv-runtime/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	touch $@

# The other sides of make compare.
.venv-bench/ready: bench/requirements.txt
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/pip install --quiet --disable-pip-version-check -r $<
	touch $@

.PHONY: .venv-supply/audited audit bench check client compare demo dev environments hashes licences sbom simulate test unit
