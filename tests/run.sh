#!/bin/sh
# The whole suite twice: on the embedded default, then on PostgreSQL, Redis and a real Celery worker of its own.
set -u
status=0
echo "== On the embedded default (SQLite, in-process worker)"
"$BIN/python" -m pytest -n 2 --dist loadfile -q || status=1

# Forms of the admin site, wires of engines and vendors, films and pictures, and limits in front of all views: neither
# database nor broker changes them.
ONCE="admin admin_replicas admin_twins admin_vendor_faces bad_input consent doctor lipsync llm_chain llm_trouble media_bodies
media_uploads neural_mouth openai_api_audio openai_api_chat openai_api_idempotency outputs_options outputs_running
providers remote_vendors seeding stt_api training_job tts_failover vendors_wire voices_at_vendors"
left_out=""
for name in $ONCE; do left_out="$left_out --ignore=tests/test_$name.py"; done

echo "== On PostgreSQL, Redis and Celery"
echo "Not run again here, because neither database nor broker can change what they tell: tests marked 'engine' (they use"
echo "no database and no server), 'browser' (pages in Chromium), 'fuzzed' (requests made from the OpenAPI document), and"
echo "the files of these names:" $ONCE
if "$BIN/python" -m tests.services --available; then
    # shellcheck disable=SC2086  several options
    "$BIN/python" -m tests.services "$BIN/python" -m pytest -n 3 --dist loadfile -q \
        -m "not engine and not browser and not fuzzed" $left_out || status=1
else
    echo "NOT RUN: the second half of the suite, for the reason above."
    status=1
fi
exit $status
