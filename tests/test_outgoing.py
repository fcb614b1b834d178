"""Nothing asks the network but the modules that are there for it."""

import ast
from pathlib import Path

import pytest

pytestmark = pytest.mark.engine

ROOT = Path(__file__).parent.parent
CLIENTS = {"requests", "httpx", "httpx2", "urllib.request", "urllib3", "http.client", "aiohttp", "ftplib", "openai"}
DOORS = (
    "avatarsite/core/fetch.py",
    "avatarsite/core/vendors/wire.py",
    "twins/embeddings/",
    "twins/llm/moderation.py",
    "twins/llm/openai",
    "twins/stt/openai.py",
    "videos/watching.py",
)
MODULES = [
    path.relative_to(ROOT).as_posix()
    for app in ("avatarsite", "twins", "videos", "conversations")
    for path in (ROOT / app).rglob("*.py")
]


def imported(source: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def clients_in(source: str) -> set[str]:
    return {client for client in CLIENTS for name in imported(source) if f"{name}.".startswith(f"{client}.")}


@pytest.mark.parametrize(
    "source",
    ["import requests", "import urllib.request", "from urllib import request", "from http.client import HTTPConnection"]
    + ["def f():\n    import httpx as h", "from requests.adapters import HTTPAdapter"],
)
def test_a_client_is_found_however_it_is_imported(source: str) -> None:
    assert clients_in(source)


def test_addresses_may_be_taken_apart_everywhere() -> None:
    assert not clients_in("from urllib.parse import urlsplit\nfrom http import HTTPStatus")


def test_only_the_doors_import_a_client() -> None:
    others = [module for module in MODULES if not module.startswith(DOORS)]
    elsewhere = {module: found for module in others if (found := clients_in((ROOT / module).read_text()))}
    assert elsewhere == {}


def test_certificates_are_checked_everywhere() -> None:
    careless = ("verify=False", "CERT_NONE", "_create_unverified_context", "check_hostname = False")
    assert [module for module in MODULES if any(word in (ROOT / module).read_text() for word in careless)] == []
