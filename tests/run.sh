#!/bin/sh
# The whole suite twice: on the embedded default, then on PostgreSQL, Redis and a real Celery worker of its own.
set -u
status=0
echo "== On the embedded default (SQLite, in-process worker)"
"$BIN/python" -m pytest -n 2 --dist loadfile -q || status=1

echo "== On PostgreSQL, Redis and Celery (tests marked 'engine' use neither database nor server: run once, above)"
if "$BIN/python" -m tests.services --available; then
    "$BIN/python" -m tests.services "$BIN/python" -m pytest -n 2 --dist loadfile -q -m "not engine" || status=1
else
    echo "NOT RUN: the second half of the suite, for the reason above."
    status=1
fi
exit $status
