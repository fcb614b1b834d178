"""Schemathesis tries /v1 on the running product: no server error, no answer that the document does not know."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.stack import Stack

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


@pytest.mark.timeout(240)
def test_whatever_is_sent_is_answered_as_documented(start_stack: Callable[..., Stack]) -> None:
    stack = start_stack(V1_PER_KEY="0/m")
    key = stack.manage("create_api_key", "fuzzed@example.org").strip()
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{stack.url}/docs/openapi.json"),
        *(
            "--include-path-regex",
            "^/v1/",
            "--exclude-path-regex",
            "^/v1/stream-package/",
        ),  # their 501 is no answer yet
        *("--header", f"x-api-key: {key}", "--checks", CHECKS, "--phases", "examples,coverage,fuzzing"),
        *("--max-examples", "8", "--seed", "1", "--no-color", "--suppress-health-check", "all"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, cwd=stack.data_dir)
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]
