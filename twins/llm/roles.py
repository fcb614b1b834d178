"""The role in a system prompt ("You are Maya, a baker from Lisbon."): all of a prompt that a twin may say aloud."""

import re

MOST_WORDS = 12

_YOU_ARE = {
    "en": (r"(?:you are|you're|your name is|act as|i am|i'm|my name is)", r"(?:an?|the)"),
    "es": (r"(?:tú eres|eres|usted es|soy|tu nombre es)", r"(?:una?|el|la)"),
    "fr": (r"(?:tu es|vous êtes|je suis|tu t'appelles|vous vous appelez)", r"(?:une?|le|la)"),
    "de": (r"(?:du bist|sie sind|ich bin|du heißt)", r"(?:eine?n?|der|die|das)"),
    "it": (r"(?:tu sei|sei|lei è|io sono|sono|ti chiami)", r"(?:una?|uno|il|la|lo)"),
    "pt": (r"(?:você é|tu és|és|eu sou|sou|o seu nome é)", r"(?:uma?|o|a)"),
}
_STOP = re.compile(
    r"[.;,:!?\n(\[{\"“]|\s(?:who|whose|that|which|with|and you|designed|trained|helping|tasked|"
    r"que|qui|quien|avec|con|der|die|das|che|mit|com)\s|\s[-–—]\s",
    re.IGNORECASE,
)
_PRIVATE = re.compile(
    r"\d|password|secret|confidential|token|\bkey\b|contraseña|mot de passe|passwort|senha", re.IGNORECASE
)


def role(system_prompt: str, name: str, language: str) -> str:
    """The role with its article, empty when the prompt names none in this language, or holds something private."""
    if language not in _YOU_ARE:
        return ""
    you_are, article = _YOU_ARE[language]
    called = rf"(?:[ ,]*(?:called |named )?{re.escape(name)})?" if name else ""
    found = re.search(
        rf"\b{you_are}{called}\s*[,:–-]?\s*(?:and (?:you are|you're) )?(?={article}\s)",
        system_prompt[:2_000],
        re.IGNORECASE,
    )
    if found is None:
        return ""
    text = system_prompt[found.end() : found.end() + 160]
    if end := _STOP.search(text, 4):
        text = text[: end.start()]
    words = text.split()
    return " ".join(words) if 2 <= len(words) <= MOST_WORDS and not _PRIVATE.search(text) else ""
