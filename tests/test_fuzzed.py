"""Schemathesis tries a dialect on the running product: no server error, no answer that the document does not know."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stack import Stack

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
LEFT_OUT = {  # routes whose 501 is their whole answer on an installation without the engine, or until it is built
    "/v1/": "^/v1/stream-package/",
    "/openai/v1/": "^/openai/v1/(embeddings|audio/translations)",
}


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("stack"), V1_PER_KEY="0/m", V2_PER_KEY="0/m").start()
    yield stack
    stack.stop()


@pytest.mark.fuzzed
@pytest.mark.timeout(480)
@pytest.mark.parametrize("prefix", LEFT_OUT)
def test_whatever_is_sent_is_answered_as_documented(tried: Stack, prefix: str) -> None:
    key = tried.manage("create_api_key", "fuzzed@example.org").strip()
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{tried.url}/docs/openapi.json"),
        *("--include-path-regex", f"^{prefix}", "--exclude-path-regex", LEFT_OUT[prefix]),
        *("--header", f"x-api-key: {key}", "--header", f"Authorization: Bearer {key}"),
        *("--checks", CHECKS, "--phases", "examples,coverage,fuzzing"),
        *("--max-examples", "4", "--seed", "1", "--no-color", "--suppress-health-check", "all"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=440, cwd=tried.data_dir)
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]
