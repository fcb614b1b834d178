"""The image and the compose file, read as Docker would: what runs, as whom, in which health, and without a secret."""

import json
import re
from typing import Any

import pytest
from cryptography.fernet import Fernet

from avatarsite import production
from avatarsite.core.jobs import Queue
from stack.compose import ROOT, Missing, raw, services

pytestmark = pytest.mark.engine
TOLD = {
    "SECRET_KEY": "s" * 50,
    "FIELD_KEYS": Fernet.generate_key().decode(),
    "ALLOWED_HOSTS": "twins.example.com",
    "POSTGRES_PASSWORD": "secret",
}
OWN = ("prepare", "web", "worker-chat", "worker-batch")
SECRET = re.compile(r"KEY|SECRET|PASSWORD|TOKEN")


def instructions() -> list[tuple[str, str]]:
    """(instruction, what follows) of the Dockerfile, lines joined."""
    text = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text())
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in lines]


def final_stage() -> dict[str, str]:
    """The last of each kind of instruction in the stage that is shipped."""
    found = instructions()
    last = max(at for at, (name, _) in enumerate(found) if name == "FROM")
    return dict(found[last:])


def test_the_image_runs_as_a_user_of_its_own_and_tells_its_health() -> None:
    stage = final_stage()
    assert stage["USER"] == "avatarsite"
    assert "/livez" in stage["HEALTHCHECK"]
    assert stage["STOPSIGNAL"] == "SIGTERM"


def test_the_image_runs_the_command_of_the_web_service() -> None:
    assert tuple(json.loads(final_stage()["CMD"])) == services()["web"].command


def test_no_secret_is_in_the_image_or_in_the_compose_file() -> None:
    given = [words for name, words in instructions() if name in ("ENV", "ARG")]
    assert not [words for words in given if SECRET.search(words)]
    assert {".env", "var", ".git"} <= set((ROOT / ".dockerignore").read_text().split())
    for service in services().values():
        for name, value in service.environment.items():
            assert not SECRET.search(name) or value.startswith("${"), f"{service.name}: {name}"


@pytest.mark.parametrize("name", OWN)
def test_our_services_have_all_that_production_demands(name: str) -> None:
    production.demand(services()[name].environment_with(TOLD))


@pytest.mark.parametrize("name", sorted(TOLD))
def test_compose_names_what_was_not_told(name: str) -> None:
    with pytest.raises(Missing, match=name):
        services()["web"].environment_with({key: value for key, value in TOLD.items() if key != name})


def test_every_queue_has_a_worker_and_chats_have_one_of_their_own() -> None:
    listening = {name: queues(service.command) for name, service in services().items() if "celery" in service.command}
    assert set().union(*listening.values()) == set(Queue.values)
    assert {Queue.CHAT.value} in listening.values()


def queues(command: tuple[str, ...]) -> set[str]:
    return set(command[command.index("-Q") + 1].split(","))


def test_services_wait_for_what_they_need_and_are_given_time_to_end(settings: Any) -> None:
    told = raw()["services"]
    for name in ("web", "worker-chat", "worker-batch"):
        assert told[name]["depends_on"] == {"prepare": {"condition": "service_completed_successfully"}}
        assert float(told[name]["stop_grace_period"].removesuffix("s")) > settings.WORKER_DRAIN_SECONDS + 10
    for name in ("postgres", "redis"):
        assert told["prepare"]["depends_on"][name] == {"condition": "service_healthy"}
        assert told[name]["healthcheck"]["test"][0] == "CMD"
