"""What needs large tables, in a process of its own: `python -m twins.tts.reading_child FD`.

Each library is loaded when it is first asked for: a site that speaks neither Japanese nor Arabic never pays for them.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from avatarsite.core.children import serve
from twins.tts import japanese
from twins.tts.reader import Identify, Phrases, Vowels

_NAMES = {"fil": "tl"}  # the identifier's name of Filipino
_LONGEST_ARABIC = 300  # characters that the model is given at once: its time grows with their square


def answer(request: Phrases | Vowels | Identify) -> Any:
    if isinstance(request, Phrases):
        return japanese.phrases(request.text)
    if isinstance(request, Vowels):
        return _vowelled(request.text)
    return _languages(request.text, request.codes)


def _vowelled(text: str) -> str:
    """Arabic with the short vowels that writing leaves out; what a model guesses from the sentence."""
    from dengjen_tashkeel_py import tashkeel

    parts = re.findall(rf".{{1,{_LONGEST_ARABIC}}}(?:\s+|$)|\S{{{_LONGEST_ARABIC}}}", text, re.DOTALL)
    return "".join(tashkeel(part) + part[len(part.rstrip()) :] for part in parts)


def _languages(text: str, codes: tuple[str, ...]) -> dict[str, float]:
    identifier = _identifier()
    names = {_NAMES.get(code, code): code for code in codes}
    identifier.set_languages(list(names))
    return {names[name]: float(probability) for name, probability in identifier.rank(text)}


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def main() -> None:
    def handle(request: Any, receive: Callable[[], Any], send: Callable[[Any], None]) -> None:
        send(answer(request))

    serve(handle)


if __name__ == "__main__":
    main()
