"""Every setting is documented, and a configuration that cannot work is refused at start."""

import re
from pathlib import Path

import pytest
from django.core.checks import run_checks

ROOT = Path(__file__).parent.parent
READ = re.compile(r'env\.(?:\w+)\("([A-Z_]+)"')


def test_every_setting_is_documented_and_every_documented_one_is_read() -> None:
    modules = ("environment", "settings", "settings_engines")
    read = {"DATABASE_URL"}.union(*(READ.findall((ROOT / f"avatarsite/{name}.py").read_text()) for name in modules))
    documented = set(re.findall(r"^# ([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert documented == read


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("LLM_CHAIN", [], "core.E001"),
        ("LLM_CHAIN", ["gpt"], "core.E002"),
        ("LLM_CHAIN", ["openai"], "core.W003"),
        ("VIDEO_SIZE", 511, "core.E004"),
        ("CHAT_PER_SESSION", "many", "core.E005"),
        ("CHAT_PER_ADDRESS", "5/day", "core.E005"),
    ],
)
def test_a_configuration_that_cannot_work_is_refused_with_words(settings, name: str, value: object, code: str) -> None:
    setattr(settings, name, value)
    assert [problem.id for problem in run_checks() if problem.id == code] == [code]
