"""How far a clip is: frames made against the frames that it will have, as well as that can be known."""

LETTER_SECONDS = 0.065  # of ordinary speech, for a text of which nothing was spoken yet
TAIL_SECONDS = 0.6  # that a clip goes on after its speech
FROM, TO = 5, 90  # per cent of the job that making frames is


class Expected:
    """The length of a clip in seconds: exact once all of it was spoken, else by the pace of what was."""

    def __init__(self, letters: int = 0, seconds: float = 0.0) -> None:
        """letters: of the whole text, 0 when it is still being written. seconds: of a recording, known beforehand."""
        self._letters = letters
        self._known = seconds
        self._spoken_letters = 0
        self._spoken = 0.0
        self._per_cent = 0

    def spoke(self, letters: int, seconds: float) -> None:
        self._spoken_letters += letters
        self._spoken += seconds

    def ended(self) -> None:
        """All of it was spoken."""
        self._known = self._spoken

    @property
    def seconds(self) -> float:
        if self._known:
            return self._known + TAIL_SECONDS
        pace = self._spoken / self._spoken_letters if self._spoken_letters else LETTER_SECONDS
        left = max(0, self._letters - self._spoken_letters)
        return self._spoken + left * pace + TAIL_SECONDS

    def per_cent(self, made: float) -> int:
        """How far the job is with `made` seconds of frames; it never goes back."""
        share = min(1.0, made / max(self.seconds, made, 0.001))
        self._per_cent = max(self._per_cent, round(FROM + (TO - FROM) * share))
        return self._per_cent
