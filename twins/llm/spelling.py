"""Known words that a misspelt one may mean."""

from collections.abc import Iterable

# Likeness, in trigrams, from which a word counts as a misspelling of another; few slips hit the first letter.
_DICE = 0.5
_DICE_SHORT = 0.6


COMPOUNDING = frozenset({"de", "nl", "sv", "da", "no", "nb", "nn", "fi", "hu"})
MOST_LONGER = 2  # letters that a slip adds or drops


class Trigrams:
    """Known terms by their trigrams, to find what a misspelt word meant, or what a compound is made of."""

    def __init__(self, known: Iterable[str], language: str) -> None:
        self._compounds = language in COMPOUNDING
        self._sizes: dict[str, int] = {}
        self._holders: dict[str, list[str]] = {}
        for term in known:
            grams = _grams(term) if term.isalpha() and len(term) > 2 else frozenset()
            self._sizes[term] = len(grams)
            for gram in grams:
                self._holders.setdefault(gram, []).append(term)

    def like(self, term: str) -> dict[str, float]:
        """At most three known terms that look like this one, with their likeness."""
        if len(term) < 4 or not term.isalpha():
            return {}
        shared: dict[str, int] = {}
        grams = _grams(term)
        for gram in grams:
            for holder in self._holders.get(gram, ()):
                shared[holder] = shared.get(holder, 0) + 1
        dice = {known: 2 * count / (len(grams) + self._sizes[known]) for known, count in shared.items()}
        enough = _DICE if len(term) > 5 else _DICE_SHORT
        like = [item for item in dice.items() if item[1] >= enough and self._may_mean(term, item[0])]
        close = sorted(like, key=lambda item: (-item[1], item[0]))
        return {known: min(likeness + 0.15, 0.9) for known, likeness in close[:3]}

    def _may_mean(self, written: str, known: str) -> bool:
        """Whether one may stand for the other: a word made longer by an ending is another word (reception,
        receptionist), unless the language glues whole words together."""
        return written[0] == known[0] and (self._compounds or abs(len(written) - len(known)) <= MOST_LONGER)


def _grams(term: str) -> frozenset[str]:
    padded = f"^{term}$"
    return frozenset(padded[i : i + 3] for i in range(len(padded) - 2))
