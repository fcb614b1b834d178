# Everything a fresh machine needs: Debian, Python 3.11, make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test lint bench admin system clean

run: $(VENV)/runs  ## Make the environment, migrate, seed, and serve on HOST:PORT
	@exec $(BIN)/python manage.py serve

test: $(VENV)/tests system  ## The whole suite: on the embedded default, then on PostgreSQL, Redis and Celery
	@BIN=$(BIN) sh tests/run.sh

lint: $(VENV)/tests  ## Linters, types, import rules, migrations, deployment checks
	@BIN=$(BIN) sh tests/lint.sh

bench: $(VENV)/runs  ## Measure the embedded default; prints tables
	@$(BIN)/python -m bench

admin: $(VENV)/runs  ## Make an account for the admin site
	@$(BIN)/python manage.py createsuperuser

system:  ## Install the Debian packages that tests and nothing else need
	@sh tests/system.sh

clean:  ## Remove the environment; var/ is left alone
	rm -rf $(VENV)

$(VENV)/runs: requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "Python's venv is missing: apt-get install python3-venv"; exit 1; }
	@echo "Installing what requirements.txt names …"
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/tests: requirements-dev.txt $(VENV)/runs
	@echo "Installing what requirements-dev.txt names …"
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
