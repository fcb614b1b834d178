"""Schemathesis tries each dialect on the running product: no server error, no answer that the document does not know.

The short form tries routes that are made alike once: all routes with some random requests, and of each kind of route
one with every boundary of every field. FUZZED=long tries everything with everything, for a quarter of an hour or so.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stack import Stack

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
LONG = os.environ.get("FUZZED") == "long"
# Left out always: routes whose 501 is their whole answer on an installation without the engine, or until it is built.
ENGINELESS = r"^/v1/stream-package/|^/openai/v1/(embeddings|audio/translations)"
# Left out of the short form: the views of personas and replicas under other names.
SAME_VIEWS = r"^/v2/(pals|faces)"
# Of /v1 and /v2, which routes meet every boundary in the short form: a list, things with bodies, things within things.
SAMPLES = r"^/v1/(users|consents)|^/v2/(tools|videos)"
PREFIXES = ("/v1/", "/v2/", "/openai/v1/")
MOST_SECONDS = 3_600 if LONG else 440


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("stack"), V1_PER_KEY="0/m", V2_PER_KEY="0/m").start()
    yield stack
    stack.stop()


@pytest.fixture(scope="module")
def key(tried: Stack) -> str:
    return tried.manage("create_api_key", "fuzzed@example.org").strip()


@pytest.mark.fuzzed
@pytest.mark.timeout(MOST_SECONDS + 40)
@pytest.mark.parametrize("prefix", PREFIXES)
def test_random_requests_are_answered_as_documented(tried: Stack, key: str, prefix: str) -> None:
    phases = ("examples,coverage,fuzzing", "20") if LONG else ("examples,fuzzing", "3")
    fuzz(tried, key, f"^{prefix}", *phases)


@pytest.mark.fuzzed
@pytest.mark.timeout(MOST_SECONDS + 40)
@pytest.mark.skipif(LONG, reason="in the long form all routes have met all boundaries already")
@pytest.mark.parametrize("routes", [SAMPLES, "^/openai/v1/"], ids=["samples", "openai"])
def test_every_boundary_of_every_field_is_answered_as_documented(tried: Stack, key: str, routes: str) -> None:
    fuzz(tried, key, routes, "coverage", "1")


def fuzz(stack: Stack, key: str, routes: str, phases: str, examples: str) -> None:
    left_out = ENGINELESS if LONG else f"{ENGINELESS}|{SAME_VIEWS}"
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{stack.url}/docs/openapi.json"),
        *("--include-path-regex", routes, "--exclude-path-regex", left_out),
        *("--header", f"x-api-key: {key}", "--header", f"Authorization: Bearer {key}"),
        *("--checks", CHECKS, "--phases", phases, "--max-examples", examples),
        *("--seed", "1", "--no-color", "--suppress-health-check", "all"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=MOST_SECONDS, cwd=stack.data_dir)
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]
    assert "api.crashed" not in stack.logs()
