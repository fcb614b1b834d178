"""Schemathesis tries the Tavus-compatible API on the running product: no server error, no undocumented answer.

A sample of each of some ninety operations; a deeper run is `schemathesis run … --include-path-regex ^/v2/`.
"""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.stack import Stack

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


@pytest.mark.timeout(480)
def test_whatever_is_sent_is_answered_as_documented(start_stack: Callable[..., Stack]) -> None:
    stack = start_stack(V2_PER_KEY="0/m")
    key = stack.manage("create_api_key", "fuzzed@example.org").strip()
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{stack.url}/docs/openapi.json"),
        *("--include-path-regex", "^/v2/", "--header", f"x-api-key: {key}", "--checks", CHECKS),
        *("--phases", "examples,fuzzing", "--max-examples", "4", "--seed", "1"),
        *("--no-color", "--suppress-health-check", "all"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=440, cwd=stack.data_dir)
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]
    assert "api.crashed" not in stack.logs()
