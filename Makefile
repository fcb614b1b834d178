# Everything a fresh machine needs: Debian, Python 3.11, make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CLIENTS := .venv-clients
OLDER_LIVEKIT := livekit-plugins-tavus==1.2.18  # before its wire was renamed

.PHONY: run stack test lint bench chaos admin system clean landmarks clients

run: $(VENV)/runs landmarks  ## Make the environment, migrate, seed, and serve on HOST:PORT
	@exec $(BIN)/python manage.py serve

stack: $(VENV)/tests landmarks system  ## Production without Docker: what docker-compose.yml says, with its own PostgreSQL, Redis and bucket
	@exec $(BIN)/python -m stack

test: $(VENV)/tests landmarks system clients  ## The whole suite: on the embedded default, then on PostgreSQL, Redis and Celery
	@BIN=$(BIN) sh tests/run.sh

lint: $(VENV)/tests  ## Linters, types, import rules, migrations, deployment checks
	@BIN=$(BIN) sh tests/lint.sh

chaos: $(VENV)/tests system  ## Kill, freeze and flush everything while videos are made, then count what came of it
	@$(BIN)/python -m tests.chaos $(CHAOS)
	@$(BIN)/python -m tests.services $(BIN)/python -m tests.chaos $(CHAOS)

bench: $(VENV)/runs clients  ## Measure the embedded default; prints tables
	@$(BIN)/python -m bench

admin: $(VENV)/runs  ## Make an account for the admin site
	@$(BIN)/python manage.py createsuperuser

system:  ## Install the Debian packages that tests and nothing else need
	@sh tests/system.sh

landmarks: $(VENV)/runs  ## Bring the models that find faces; without them only photo and video replicas do not work
	@$(BIN)/python -m twins.landmarks.install || echo "NO LANDMARK MODELS: photo and video replicas will not work. Try: make landmarks" >&2

clients: $(CLIENTS)/made  ## Real clients of the Tavus-compatible API, for tests and measurements

clean:  ## Remove the environment; var/ is left alone
	rm -rf $(VENV) $(CLIENTS)

$(VENV)/runs: requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "Python's venv is missing: apt-get install python3-venv"; exit 1; }
	@echo "Installing what requirements.txt names …"
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/tests: requirements-dev.txt requirements-models.txt $(VENV)/runs
	@echo "Installing what requirements-dev.txt names …"
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

$(CLIENTS)/made: requirements-clients.txt
	@test -x $(CLIENTS)/bin/python || $(PYTHON) -m venv $(CLIENTS)
	@echo "Installing what requirements-clients.txt names …"
	@$(CLIENTS)/bin/pip install --quiet --disable-pip-version-check --no-deps -r requirements-clients.txt
	@$(CLIENTS)/bin/pip install --quiet --disable-pip-version-check --no-deps --upgrade --target $(CLIENTS)/older $(OLDER_LIVEKIT)
	@touch $@
