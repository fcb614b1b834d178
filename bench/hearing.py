"""`python -m bench.hearing`: how well the embedded ear hears consent and free speech, and how fast.

Voices: flite's, made from recordings of persons (Debian package flite). Speed: seconds of sound for each second of
processor time of the helper process, so other work on the machine does not count.
"""

import os
from resource import RUSAGE_CHILDREN, getrusage

from bench.table import print_table

VOICES = ("slt", "rms", "awb", "kal")
SOUNDS = (("clean", None), ("20 dB noise", 20.0), ("15 dB noise", 15.0), ("10 dB noise", 10.0))
NAME, WORDS = "Margaret Ellison", "umbrella, tiger, lemon"
TALK = (
    "Good morning everybody. Today I would like to talk about our new products, and about the weather in the "
    "mountains, which has been lovely since last week. Please do not hesitate to write to us when there is anything "
    "that you need."
)
REFUSAL = (
    "I do not consent to anything. Please do not create a clone of me and do not use my voice or videos of me. I "
    "understand nothing of this, and nobody may provide samples that look like me."
)


def run() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "avatarsite.settings")
    import django

    django.setup()
    _consent()
    _free_speech()


def _consent() -> None:
    from django.conf import settings

    phrase = settings.CONSENT_PHRASE.format(name=NAME, operator=settings.CONSENT_OPERATOR, words=WORDS)
    other_words = phrase.replace(WORDS, "volcano, rabbit, festival")
    texts = {
        "the phrase": phrase,
        "another name": phrase.replace(NAME, "Daniel Hopkins"),
        "old words": other_words,
        "a refusal": REFUSAL,
        "another talk": TALK,
    }
    rows = [_row(label, text, phrase, name, noise) for label, text in texts.items() for name, noise in SOUNDS]
    print_table(
        f"Consent: share of the phrase's words heard in order, by voice ({', '.join(VOICES)}); accepted; speed",
        ("read", "sound", "heard", "accepted", "x real time"),
        rows,
    )


def _row(label: str, text: str, phrase: str, name: str, noise: float | None) -> tuple[str, ...]:
    from tests.people import noisy, say
    from twins import consents
    from twins.models import Consent
    from twins.stt.pocketsphinx import PocketSphinxSTT
    from twins.stt.reading import words_of

    ear, before, seconds = PocketSphinxSTT(), _spent(), 0.0
    scores, accepted = [], 0
    for voice in VOICES:
        sound = noisy(say(text, voice), noise) if noise else say(text, voice)
        seconds += sound.seconds
        heard = ear.transcribe(sound, expected=phrase).text
        scores.append(consents.recall(words_of(phrase), words_of(heard)))
        accepted += not consents.trouble(Consent(person=NAME, phrase=phrase, transcript=heard, score=scores[-1]))
    ear.close()
    speed = seconds / (_spent() - before)
    return label, name, " ".join(f"{score:.2f}" for score in scores), f"{accepted} of {len(VOICES)}", f"{speed:.0f}"


def _free_speech() -> None:
    from tests.people import noisy, say
    from twins.stt.pocketsphinx import PocketSphinxSTT
    from twins.stt.reading import words_of

    rows = []
    for name, noise in SOUNDS[:3]:
        ear, before, seconds, rates = PocketSphinxSTT(), _spent(), 0.0, []
        for voice in VOICES:
            sound = noisy(say(TALK, voice), noise) if noise else say(TALK, voice)
            seconds += sound.seconds
            rates.append(_error_rate(words_of(TALK), words_of(ear.transcribe(sound).text)))
        ear.close()
        rows.append((name, " ".join(f"{rate:.0%}" for rate in rates), f"{seconds / (_spent() - before):.0f}"))
    print_table(
        f"Free speech: word error rate by voice ({', '.join(VOICES)})", ("sound", "errors", "x real time"), rows
    )


def _spent() -> float:
    """Processor seconds of helper processes that have ended."""
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _error_rate(wanted: tuple[str, ...], heard: tuple[str, ...]) -> float:
    """Levenshtein distance in words, by the number of wanted words."""
    before = list(range(len(heard) + 1))
    for number, word in enumerate(wanted, 1):
        row = [number]
        for place, other in enumerate(heard):
            row.append(min(before[place] + (word != other), before[place + 1] + 1, row[place] + 1))
        before = row
    return before[-1] / len(wanted)


if __name__ == "__main__":
    run()
