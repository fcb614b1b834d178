"""Preview: python -m twins.portraits NAME OUT.png [--size WxH] [--sheet]."""

import argparse
from pathlib import Path

import cv2
import numpy as np

from twins.faces import BROWS, FaceSheet, Picture
from twins.portraits import draw, names


def rows(pictures: list[list[Picture]]) -> Picture:
    return np.concatenate([np.concatenate(row, 1) for row in pictures], 0)


def contact_sheet(sheet: FaceSheet) -> Picture:
    """Every other mouth, both presses, and the eyes: lids across; gazes and brows down."""
    mouths = rows(
        [[sheet.mouth[o, w] for w in range(5)] for o in (0, 1, 2, 3, 5, 7, 9, 11)]
        + [[*sheet.press] + [sheet.mouth[0, 2]] * 3]
    )
    eyes = rows([list(sheet.eyes[1, g]) for g in range(5)] + [list(sheet.eyes[b, 0]) for b in (0, BROWS - 1)])
    width = max(mouths.shape[1], eyes.shape[1])
    wide = [np.pad(p, ((0, 0), (0, width - p.shape[1]), (0, 0))) for p in (mouths, eyes)]
    return np.concatenate(wide, 0)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m twins.portraits", description="Preview a stock portrait.")
    parser.add_argument("name", choices=names())
    parser.add_argument("out", type=Path)
    parser.add_argument("--size", default="512x512", help="WIDTHxHEIGHT in pixels")
    parser.add_argument("--seated", action="store_true", help="to the waist, at a desk")
    parser.add_argument("--sheet", action="store_true", help="mouths and eyes instead of the portrait")
    options = parser.parse_args()
    width, height = (int(part) for part in options.size.split("x"))
    sheet = draw(options.name, width, height, "seated" if options.seated else "close")
    picture = contact_sheet(sheet) if options.sheet else sheet.image
    cv2.imwrite(str(options.out), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))


if __name__ == "__main__":
    main()
