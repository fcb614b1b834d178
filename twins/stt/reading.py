"""What somebody says who probably reads a known text: a small language model of it.

After each word of the text its successor is likely; anything else said is caught by common words, so that another
text is not bent into the expected one. The figures were found by measuring four voices, clean and in noise.
Format: ARPA back-off model, bigrams.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

FOLLOWS = 0.9  # probability that a word of the text is followed by the next one
OTHERS = 0.7  # probability of a common word, when the text is left
END = 0.05
_COMMON_WORDS = """
the of and a to in is you that it he was for on are as with his they at be this have from or one had by word
but not what all were we when your can said there use an each which she do how their if will up other about out
many then them these so some her would make like him into time has look two more write go see number no way could
people my than first water been call who oil its now find long down day did get come made may part over new sound
take only little work know place year live me back give most very after thing our just name good sentence man
think say great where help through much before line right too mean old any same tell boy follow came want show
also around form three small set put end does another well large must big even such because turn here why ask
went men read need land different home us move try kind hand picture again change off play spell air away animal
house point page letter mother answer found study still learn should america world
"""
_COMMON_NAMES = """
james mary robert patricia john jennifer michael linda david elizabeth william barbara richard susan joseph jessica
thomas sarah charles karen maria peter anna paul laura kevin nancy brian emily mark sandra smith johnson brown garcia
miller davis wilson anderson taylor martin jackson lopez lee harris clark lewis walker young allen king wright scott
"""
COMMON = tuple(f"{_COMMON_WORDS} {_COMMON_NAMES}".split())  # a name is taken for another name, not for the expected one


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text as a dictionary of pronunciations writes them: lower case, apostrophes kept."""
    plain = text.lower().replace("’", "'")
    return tuple(word.strip("'") for word in re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)*", plain))


def model(text: Sequence[str], others: Iterable[str]) -> str:
    """An ARPA model of a text's words, with `others` for whatever else is said."""
    own, strange = set(text), set(others) - set(text)
    one = {word: (1 - OTHERS) / max(1, len(own)) for word in own} | {word: OTHERS / len(strange) for word in strange}
    pairs = Counter(pairwise(["<s>", *text, "</s>"]))
    starts = Counter(first for first, _ in pairs.elements())
    leave = math.log10(1 - FOLLOWS)
    singles = [f"-99 <s> {leave:.4f}", f"{math.log10(END):.4f} </s> 0"]
    singles += [f"{_log(one[word] * (1 - END))} {word} {leave if word in starts else 0:.4f}" for word in sorted(one)]
    doubles = [f"{_log(FOLLOWS * pairs[pair] / starts[pair[0]])} {pair[0]} {pair[1]}" for pair in sorted(pairs)]
    head = f"\\data\\\nngram 1={len(singles)}\nngram 2={len(doubles)}\n"
    return "\n".join([head, "\\1-grams:", *singles, "", "\\2-grams:", *doubles, "", "\\end\\", ""])


def _log(probability: float) -> str:
    return f"{math.log10(probability):.4f}"
