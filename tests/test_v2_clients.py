"""Real clients of the platform against the running server: nothing is changed but the base URL and the key.

They live in `.venv-clients` (`make clients`), for what they bring along is none of the product's business.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.stack import ROOT, Stack

PYTHON = ROOT / ".venv-clients/bin/python"
OLDER = ROOT / ".venv-clients/older"
SCRIPTS = ROOT / "tests/clients"
NATHAN = "re8e740a42"


@pytest.fixture(scope="module")
def key(stack: Stack) -> str:
    assert PYTHON.exists(), "the real clients are not installed: run `make clients`"
    return stack.manage("create_api_key", "clients@example.org").strip()


@pytest.fixture(scope="module")
def environment(stack: Stack, key: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Of a customer's machine: whatever else this one has set stays outside."""
    home = str(tmp_path_factory.mktemp("home"))
    url = {"TAVUS_PUBLIC_API_BASE_URL": f"{stack.url}/v2", "TAVUS_URL": f"{stack.url}/v2"}
    return {"PATH": os.environ["PATH"], "HOME": home, "COLUMNS": "10000", "TAVUS_API_KEY": key, **url}


class CommandLine:
    """tavus-cli, started once: `run` gives what a command printed, `made` the JSON in it."""

    def __init__(self, environment: dict[str, str]) -> None:
        command = [PYTHON, SCRIPTS / "command_line.py"]
        pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen(command, env=environment, cwd=environment["HOME"], **pipes)

    def run(self, *arguments: str) -> str:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps(arguments) + "\n")
        self.process.stdin.flush()
        done = json.loads(self.process.stdout.readline())
        assert done["exit"] == 0, done["out"]
        return str(done["out"])

    def made(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments))


@pytest.fixture(scope="module")
def cli(environment: dict[str, str]) -> Iterator[CommandLine]:
    running = CommandLine(environment)
    yield running
    running.process.kill()
    running.process.wait()


def script(name: str, environment: dict[str, str], *arguments: str) -> Any:
    """The JSON that a script of a client prints."""
    command = [PYTHON, SCRIPTS / name, *arguments]
    done = subprocess.run(command, env=environment, cwd=environment["HOME"], capture_output=True, text=True, timeout=90)
    assert done.returncode == 0, done.stderr[-3_000:]
    return json.loads(done.stdout.splitlines()[-1])


def shown(stack: Stack, key: str, path: str) -> Any:
    answer = requests.get(f"{stack.url}/v2/{path}", headers={"x-api-key": key}, timeout=20)
    assert answer.status_code == 200, answer.text
    return answer.json()


# -- tavus-cli 0.1.0


def test_the_command_lines_doctor_is_content(cli: CommandLine) -> None:
    assert "Network check passed" in cli.run("doctor")


def test_its_quick_start_makes_a_persona_and_a_conversation_with_a_stock_replica(
    cli: CommandLine, stack: Stack, key: str
) -> None:
    made = cli.made("quickstart", "--system-prompt", "You sell bicycles.", "--name", "Bicycles")
    call = shown(stack, key, f"conversations/{made['conversation']['conversation_id']}")
    assert (call["persona_id"], call["replica_id"]) == (made["persona"]["persona_id"], made["replica_id"])
    assert (call["status"], call["conversation_name"]) == ("active", "Bicycles")


def test_its_personas_are_made_listed_shown_patched_and_deleted(cli: CommandLine, stack: Stack, key: str) -> None:
    made = cli.made("persona", "create", "--system-prompt", "You are kind.", "--name", "Kind", "--greeting", "Hi!")
    persona = made["persona_id"]
    assert persona in [row["persona_id"] for row in cli.made("persona", "list", "--json")["data"]]
    assert cli.made("persona", "get", persona)["system_prompt"] == "You are kind."
    cli.run("persona", "patch", persona, "--path", "/persona_name", "--value", "Kinder")
    assert shown(stack, key, f"personas/{persona}")["persona_name"] == "Kinder"
    cli.run("persona", "delete", persona)
    assert persona not in cli.run("persona", "list", "--json")


def test_its_list_of_stock_replicas_knows_nathan(cli: CommandLine) -> None:
    rows = cli.made("replica", "list", "--stock", "--json")["data"]
    assert NATHAN in [row["replica_id"] for row in rows]


def test_its_conversations_are_begun_and_ended(cli: CommandLine, stack: Stack, key: str) -> None:
    made = cli.made("conversation", "create", "--persona-id", "p24293d6", "--replica-id", NATHAN, "--name", "A call")
    cli.run("conversation", "end", made["conversation_id"])
    call = shown(stack, key, f"conversations/{made['conversation_id']}?verbose=true")
    assert (call["status"], call["shutdown_reason"]) == ("ended", "end_conversation_endpoint_hit")


def test_its_chat_is_answered_by_the_persona(cli: CommandLine, stack: Stack, key: str) -> None:
    told = "The bakery opens at six in the morning and closes at noon."
    persona = cli.made("persona", "create", "--system-prompt", "You are a baker.", "--context", told)["persona_id"]
    call = cli.made("chat", "start", "--persona-id", persona)["conversation_id"]
    answer = cli.run("chat", "turn", call, "--message", "When does the bakery open?", "--timeout", "60")
    assert "six" in answer
    cli.run("chat", "end", call)
    assert shown(stack, key, f"conversations/{call}")["status"] == "ended"


def test_its_guardrails_objectives_and_tools_are_made_and_listed(cli: CommandLine, tmp_path: Path) -> None:
    guardrail = cli.made("guardrail", "create", "--name", "No_Prices", "--prompt", "Never tell prices.")
    assert guardrail["uuid"] in cli.run("guardrail", "list", "--page", "0", "--json"), "flat lists begin at page 0"
    steps = tmp_path / "steps.json"
    steps.write_text(json.dumps({"data": [{"objective_name": "ask_name", "objective_prompt": "Ask for the name."}]}))
    objectives = cli.made("objective", "create", "--file", str(steps))["objectives_id"]
    assert objectives in cli.run("objective", "get", objectives)
    for resource in ("documents", "voices", "tools"):
        assert "data" in cli.made("resource", "list", resource)


# -- Pipecat


def test_pipecat_begins_and_ends_a_conversation_with_its_own_persona(
    environment: dict[str, str], stack: Stack, key: str
) -> None:
    found = script("of_pipecat.py", environment, NATHAN)
    assert found["begun"]["conversation_url"].startswith(stack.url)
    assert found["name"] and found["refused"] == 401
    call = shown(stack, key, f"conversations/{found['begun']['conversation_id']}")
    assert (call["status"], call["persona_id"], call["replica_id"]) == ("ended", "pipecat0", NATHAN)


# -- LiveKit Agents


def test_the_newest_livekit_plugin_makes_pals_and_conversations_in_its_own_room(
    environment: dict[str, str], stack: Stack, key: str
) -> None:
    found = script("of_livekit.py", environment, "newest", NATHAN)
    made = found["made"]
    assert found["refused"]
    assert shown(stack, key, f"personas/{made['pal']}")["layers"]["transport"]["transport_type"] == "livekit"
    assert shown(stack, key, f"conversations/{made['stock']}")["persona_id"] == "pb87e71797da"
    assert shown(stack, key, f"conversations/{made['own']}")["replica_id"] == NATHAN


def test_the_older_livekit_plugin_makes_echo_personas_without_a_prompt(
    environment: dict[str, str], stack: Stack, key: str
) -> None:
    found = script("of_livekit.py", {**environment, "PYTHONPATH": str(OLDER)}, "older", NATHAN)
    assert (found["version"], found["refused"]) == ("1.2.18", True)
    assert shown(stack, key, f"personas/{found['made']['persona']}")["pipeline_mode"] == "echo"
    assert shown(stack, key, f"conversations/{found['made']['own']}")["replica_id"] == NATHAN
