#!/bin/sh
# Linters, types, import rules, migrations, deployment checks. Ends with the first that fails.
set -eu
export DATA_DIR="${DATA_DIR:-$(mktemp -d)}"
echo "== ruff"; "$BIN/ruff" check .; "$BIN/ruff" format --check .
echo "== mypy"; "$BIN/mypy" avatarsite twins videos conversations
echo "== import-linter"; "$BIN/lint-imports"
echo "== migrations"; "$BIN/python" manage.py makemigrations --check --dry-run
echo "== deployment"
HTTPS=true SECRET_KEY="$("$BIN/python" -c 'import secrets; print(secrets.token_urlsafe(50))')" \
    ALLOWED_HOSTS=avatar.example "$BIN/python" manage.py check --deploy --fail-level WARNING
