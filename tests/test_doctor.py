"""`manage.py doctor` tells of every engine of every layer what it needs."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from avatarsite.core.management.commands.doctor import LAYERS
from tests import tiny_models

pytestmark = pytest.mark.django_db

MOUTH = "videos.renderers.local.neural.MouthModel"


def told(*arguments: str) -> str:
    out = io.StringIO()
    call_command("doctor", *arguments, stdout=out)
    return out.getvalue()


def test_every_configured_engine_is_named_with_its_state() -> None:
    words = told()
    for setting, (title, _) in LAYERS.items():
        for alias in getattr(settings, setting):
            assert f"{title}: {alias}: " in words


def test_what_is_missing_is_told_with_where_to_get_it() -> None:
    words = told()
    assert "hearing: whisper: needs something" in words and "missing: WHISPER_MODEL must name" in words
    assert "hearing: local: usable, in use" in words
    assert "licence: Piper GPL-3" in words and "from: " in words


def test_programs_get_the_same_as_json() -> None:
    rows: list[dict[str, Any]] = json.loads(told("--json"))
    found = {(row["layer"], row["engine"]): row for row in rows}
    assert found["TTS", "piper"]["missing"].startswith("PIPER_COMMAND")
    assert (found["STT", "local"]["missing"], found["STT", "local"]["used"]) == ("", True)


def test_servers_without_key_and_address_are_told_as_such(settings: Any) -> None:
    openai = settings.LLM["openai"]
    own = {"BACKEND": openai["BACKEND"], "OPTIONS": openai["OPTIONS"] | {"base_url": "http://127.0.0.1:11434/v1"}}
    settings.LLM = {"openai": openai, "own": own}
    words = told()
    assert "language model: openai: needs something" in words and "language model: own: usable" in words


def test_the_exit_code_tells_that_something_in_use_is_missing(settings: Any) -> None:
    settings.PARTS = {"unset": {"BACKEND": MOUTH}}
    told()
    settings.PARTS = {"lost": {"BACKEND": MOUTH, "OPTIONS": {"path": "/nowhere/mouth.onnx"}}}
    with pytest.raises(CommandError, match="In use, and cannot be used: part: lost."):
        told("--json")


def test_what_works_on_this_machine_is_measured_when_asked_for(settings: Any, tmp_path: Path) -> None:
    model = tiny_models.mouth(tmp_path / "mouth.onnx")
    settings.PARTS = {"tiny": {"BACKEND": MOUTH, "OPTIONS": {"path": str(model)}}}
    settings.STT, settings.RENDERERS = {}, {}
    rows = json.loads(told("--json", "--measure"))
    found = {f"{row['layer']} {row['engine']}": row["measured"] for row in rows}
    assert "x real time" in found["TTS local"] and "x real time" in found["PARTS tiny"]
    assert found["TTS kokoro"] == found["LLM openai"] == ""  # it lacks something; it works elsewhere


def test_an_engine_that_fails_when_it_is_measured_is_told_with_its_words(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "text.onnx").write_text("no model")
    settings.PARTS = {"broken": {"BACKEND": MOUTH, "OPTIONS": {"path": str(tmp_path / "text.onnx")}}}
    settings.STT, settings.RENDERERS, settings.TTS = {}, {}, {}
    assert "measured here: it failed: MOUTH_MODEL is no model" in told("--measure")
