"""Where the trained ear is kept; apart from the ear itself, which needs more libraries."""

from pathlib import Path

VERSION = 2  # raise when the ear's training, its spectra or the lips that it learns change
TRAIN_SECONDS = 900.0  # that training may take at the lowest priority on a busy machine; it needs ten of one core


def place(cache_dir: Path) -> Path:
    return cache_dir / f"lips-{VERSION}.npz"
