"""Fits the network: two hidden layers, back-propagation, Adam (Kingma and Ba 2015) with a cosine schedule."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from videos.lip_training.corpus import Clip
from videos.renderers.local.hearing_network import BANDS, BEFORE, LAG, OFFSETS, Colour, Points, Weights

UNITS = (144, 64)
BATCH = 512
RATE = 2e-3
RISING = 100  # steps until the full rate
IMPORTANCE = np.array([6.0, 2.8, 1.0, 1.0], np.float32)  # of an error in opening, width, pressed, tucked


@dataclass(frozen=True)
class Material:
    """inputs: spectra without colour, all clips one after the other with room for context. points: the rows to learn;
    lips: (len(points), 4)."""

    inputs: Points
    points: NDArray[np.int64]
    lips: Points


def colour_of(clips: list[Clip]) -> Points:
    """(BANDS,) the mean spectrum of what is louder than most."""
    heard = np.concatenate([clip.spectra for clip in clips])
    levels = heard.mean(axis=1)
    mean: Points = heard[levels > np.percentile(levels, 40)].mean(axis=0)
    return mean


def material(clips: list[Clip], colour: Points) -> Material:
    inputs, points, start = [], [], 0
    for clip in clips:
        inputs.append(np.pad(Colour(colour).removed(clip.spectra), ((BEFORE, LAG), (0, 0)), "edge"))
        points.append(start + BEFORE + np.arange(len(clip.spectra)))
        start += len(inputs[-1])
    return Material(np.concatenate(inputs), np.concatenate(points), np.concatenate([clip.lips for clip in clips]))


def fit(
    given: Material, colour: Points, rounds: int, chance: np.random.Generator, between: Callable[[], None]
) -> Weights:
    """`between` is called a few times a second."""
    weights = _first(colour, chance)
    batches = len(given.points) // BATCH
    adam = _Adam(weights.layers, steps=rounds * batches)
    for _ in range(rounds):
        order = chance.permutation(len(given.points))[: batches * BATCH].reshape(batches, BATCH)
        for number, rows in enumerate(order):
            inputs = given.inputs[given.points[rows][:, None] + OFFSETS].reshape(BATCH, -1)
            adam.step(_gradients(weights, inputs, given.lips[rows]))
            if number % 50 == 0:
                between()
    return weights


def _first(colour: Points, chance: np.random.Generator) -> Weights:
    """Random weights (He et al. 2015)."""
    sizes = (BANDS * len(OFFSETS), *UNITS, 4)
    layers: list[Points] = []
    for before, after in zip(sizes, sizes[1:], strict=False):
        layers += [
            (chance.standard_normal((before, after)) * np.sqrt(2 / before)).astype(np.float32),
            np.zeros(after, np.float32),
        ]
    return Weights(colour, *layers)


def _gradients(weights: Weights, inputs: Points, lips: Points) -> list[Points]:
    """Of the squared error of opening and width and the cross entropy of the closures, in the order of Weights."""
    first = np.maximum(inputs @ weights.first + weights.first_bias, 0.0)
    second = np.maximum(first @ weights.second + weights.second_bias, 0.0)
    out = second @ weights.last + weights.last_bias
    out[:, 2:] = 1 / (1 + np.exp(-out[:, 2:]))
    error = (out - lips) * IMPORTANCE / np.float32(len(inputs))  # both losses have this same derivative
    at_second = (error @ weights.last.T) * (second > 0)
    at_first = (at_second @ weights.second.T) * (first > 0)
    return [
        inputs.T @ at_first, at_first.sum(axis=0),
        first.T @ at_second, at_second.sum(axis=0),
        second.T @ error, error.sum(axis=0),
    ]  # fmt: skip


class _Adam:
    """Changes `weights` in place."""

    def __init__(self, weights: list[Points], steps: int) -> None:
        self._weights = weights
        self._means = [np.zeros_like(array) for array in weights]
        self._squares = [np.zeros_like(array) for array in weights]
        self._steps = steps
        self._step = 0

    def step(self, gradients: list[Points]) -> None:
        self._step += 1
        rate = RATE * min(1.0, self._step / RISING) * (0.5 + 0.5 * np.cos(np.pi * self._step / self._steps))
        scale = rate * np.sqrt(1 - 0.99**self._step) / (1 - 0.9**self._step)
        for array, gradient, mean, square in zip(self._weights, gradients, self._means, self._squares, strict=True):
            mean += np.float32(0.1) * (gradient - mean)
            square += np.float32(0.01) * (gradient * gradient - square)
            array -= np.float32(scale) * mean / (np.sqrt(square) + np.float32(1e-8))
