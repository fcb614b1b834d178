"""Is a film good enough, and which part of it is trained on? The one place where thresholds are.

A cut, a missing face, a second one or something before it refuse the film wherever they are: the consent that is
spoken at its beginning holds for the face that is seen without a break. Movement and changing light do not: the longest
stretch without them is trained on, if it is long enough by itself.
"""

import numpy as np

from twins.training.errors import Fault, refused
from twins.training.film import Approved, Film, Marks, Rules, longest, over_a_second, runs
from twins.training.watching import LOOKS_A_SECOND

CUT_LEAST = 4.0  # change of a frame (looks.change) from which on it may be a cut …
CUT_ABOVE_USUAL = 6.0  # … if it is this many times the median of the frames around it: a shaking camera has no cuts
CUT_ABOVE_NEXT = 2.5  # … and this many times each of its neighbours: a gesture takes several frames
CUT_AROUND = 12  # frames to each side
GONE_SECONDS = 0.4  # without a face; a single look may fail
COMPANY_SECONDS = 1.0  # that a second face is seen
EDGE = 0.1  # share of the face that may be outside the frame
COVERED = 0.14  # share of the face's small picture that differs …
COVERED_LEVELS = 40.0  # … by so much from how it mostly looks …
COVERED_SECONDS = 0.4  # … for so long
SPEED = 1.2  # eye distances a second, on the average of a second
LIGHT = 0.2  # share by which the face's brightness may vary
NOISE_FLOOR = -50.0  # dB of full scale; below, nobody hears it
NOISE_DISTANCE = 25.0  # dB that speech must be above it
OTHERS_SECONDS = 2.0  # of speech without a movement of the lips
LIPS_STILL = 0.02  # eye distances: standard deviation of the gap of lips that do not speak
BLUR = 0.66
GRAIN = 4.0  # levels
LEAST_SIDE = 720  # pixels
LEAST_EYES = 40.0  # pixels between the eyes
LEAST_SILENCE = 3.0  # seconds; less is no rest to learn from
CALM_SECONDS = 6.0  # of the stretch that is taken where there is no such silence


def judge(film: Film, rules: Rules) -> Approved:
    """Raises EngineFailed with the type and words of the first fault, the plainest first."""
    start, end = _approved(film, rules)
    rest, silent = _rest(film, start, end)
    return Approved(_second(film, start), _second(film, end), rest, silent, measures(film))


def _approved(film: Film, rules: Rules) -> tuple[int, int]:
    if _is_gone(film) or _in_company(film) or _is_covered(film):
        raise refused(Fault.FACE_OR_OBSTRUCTION_DETECTED)
    if cuts(film):
        raise refused(Fault.VIDEO_EDITING_DETECTED)
    still = over_a_second(film.speed, np.mean) <= SPEED
    needed = min(rules.least, float(film.at[-1])) * LOOKS_A_SECOND * 0.98  # a missing look or two is no fault
    first, last = longest(still)
    if last - first < needed:
        raise refused(Fault.EXCESSIVE_MOVEMENT_DETECTED)
    first, last = _evenly_lit(film, still)
    if last - first < needed:
        raise refused(Fault.LIGHTING_CHANGE_DETECTED)
    facts = measures(film)
    if facts["blur"] > BLUR or facts["grain"] > GRAIN or facts["eyes"] < LEAST_EYES:
        raise refused(Fault.QUALITY_ISSUE_DETECTED)
    if _is_noisy(film) or _others_speak(film):
        raise refused(Fault.BACKGROUND_NOISE_DETECTED)
    return first, last


def measures(film: Film) -> dict[str, float]:
    """eyes in pixels of the film, blur and grain as in looks, floor and speech in dB, talking in seconds."""
    seen = film.seen
    found = {
        "eyes": np.nanmedian(film.eyes[:, 2]),
        "blur": np.nanmedian(seen.blur),
        "grain": np.nanmedian(seen.noise),
        "floor": film.heard.floor,
        "speech": film.heard.speech,
        "talking": film.voiced.sum() / LOOKS_A_SECOND,
    }
    return {name: round(float(value), 2) for name, value in found.items()}


# -- The picture


def cuts(film: Film) -> list[float]:
    """The seconds at which the film was cut."""
    changes = film.changes
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(changes, CUT_AROUND, mode="reflect"), 2 * CUT_AROUND + 1)
    usual = np.median(windows, axis=1)
    around = windows[:, [CUT_AROUND - 2, CUT_AROUND - 1, CUT_AROUND + 1, CUT_AROUND + 2]].max(1)
    sudden = (changes > CUT_LEAST) & (changes > CUT_ABOVE_USUAL * usual) & (changes > CUT_ABOVE_NEXT * around)
    return [film.seen.times[place] for place in np.flatnonzero(sudden)]


def _is_gone(film: Film) -> bool:
    low, high = film.box[:, :2], film.box[:, :2] + film.box[:, 2:]
    out = np.maximum(-low, high - 1) / film.box[:, 2:]
    return _lasts((film.faces == 0) | (np.nan_to_num(out).max(1) > EDGE), GONE_SECONDS)


def _in_company(film: Film) -> bool:
    return _lasts(film.faces > 1, COMPANY_SECONDS)


def _is_covered(film: Film) -> bool:
    """Something is before the face for a while; what is always there, as glasses are, is no obstruction."""
    there = ~np.isnan(film.level)
    brightness = film.crops.mean((1, 2, 3), keepdims=True).clip(1)
    even = film.crops * (np.median(brightness[there]) / brightness)
    usual = np.median(even[there], axis=0)
    differs = np.abs(even - usual).max(3) > COVERED_LEVELS
    return _lasts((differs.mean((1, 2)) > COVERED) & there, COVERED_SECONDS)


def _evenly_lit(film: Film, still: Marks) -> tuple[int, int]:
    """The longest stretch of `still` looks in which the face keeps its brightness."""
    level = over_a_second(np.nan_to_num(film.level, nan=float(np.nanmedian(film.level))), np.median)
    most = LIGHT * float(np.median(level))
    best = 0, 0
    for run_start, run_end in runs(still):
        start = run_start
        for end in range(run_start + 1, run_end + 1):
            while np.ptp(level[start:end]) > most:
                start += 1
            if end - start > best[1] - best[0]:
                best = start, end
    return best


def _lasts(marks: Marks, seconds: float) -> bool:
    first, last = longest(marks)
    return last - first >= round(seconds * LOOKS_A_SECOND)


# -- The sound


def _is_noisy(film: Film) -> bool:
    heard = film.heard
    return heard.floor > NOISE_FLOOR and heard.speech - heard.floor < NOISE_DISTANCE


def _others_speak(film: Film) -> bool:
    """Speech is heard, and the lips do not move."""
    opening = np.nan_to_num(film.opening, nan=float(np.nanmedian(film.opening)))
    still = over_a_second(opening, np.std) < LIPS_STILL
    return _lasts(film.voiced & still & film.closed, OTHERS_SECONDS)


# -- The rest


def _rest(film: Film, first: int, last: int) -> tuple[tuple[float, float], bool]:
    inside = np.zeros(len(film.at), bool)
    inside[first:last] = True
    quiet = longest(inside & ~film.voiced & film.closed)
    if quiet[1] - quiet[0] >= LEAST_SILENCE * LOOKS_A_SECOND:
        return (_second(film, quiet[0]), _second(film, quiet[1])), True
    calm = _calmest(film, first, last)
    return (_second(film, calm[0]), _second(film, calm[1])), False


def _calmest(film: Film, first: int, last: int) -> tuple[int, int]:
    """Where the lips and the head move least for CALM_SECONDS."""
    count = min(round(CALM_SECONDS * LOOKS_A_SECOND), last - first)
    unrest = np.nan_to_num(film.opening, nan=1.0) + 0.1 * film.speed + 0.1 * film.voiced
    sums = np.convolve(unrest[first:last], np.ones(count), "valid")
    start = first + int(np.argmin(sums))
    return start, start + count


def _second(film: Film, look: int) -> float:
    """When a look is; the one behind the last is the end of the film."""
    ends = film.seen.times[-1]
    return round(float(film.at[look]) if look < len(film.at) else ends, 3)
