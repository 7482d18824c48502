"""Places on the page: values onto pixels, and the paths and texts that the plots are made of.

Colours come from the page's style, so both themes share them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Final

from markupsafe import Markup

from verify.reading.html_report.text import TEMPLATES, escaped

_LINE: Final = "L{} {}"
"""A polyline, of which `path` makes the first point a move."""

_BAR: Final = "M{0} {1}h{2}v{3}h-{2}z"
_SHAPES: Final = ("M{} {}h0", "M{} {}h0", "M{} {}m-3.5 0h7m-3.5-3.5v7")
"""Marks of the series: strokes without length, round or square, or small crosses."""

_MARKS: Final = "●■✚"
"""The same as characters, for captions."""

_WIDTHS: Final = (
    dict.fromkeys(ascii_uppercase, 8.7)
    | dict.fromkeys(" !'()*,-./:;I[]fijlrt|", 4.5)
    | dict.fromkeys("%@MWm", 11.0)
    | dict.fromkeys("<>=+w", 9.3)
)


@dataclass(frozen=True)
class Scale:
    """Values from `low` to `high` onto pixels from `start` to `end`; what lies outside stops at the ends.

    All values of a scale without length (`high` not above `low`) are at its start.
    """

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """The pixel of a value; ValueError for NaN, which has no place."""
        if math.isnan(value):
            raise ValueError("NaN has no place on an axis; draw it where a missing value belongs")
        if not self.high > self.low:
            return self.start
        low, high, seen = (
            math.log10(x) if self.log else x for x in (self.low, self.high, min(max(value, self.low), self.high))
        )
        return self.start + (seen - low) / (high - low) * (self.end - self.start)

    @property
    def middle(self) -> float:
        """The pixel halfway, where the axis is named."""
        return (self.start + self.end) / 2


def ticks(scale: Scale, about: int = 7) -> list[float]:
    """Round values within the scale: powers of ten on a logarithmic one. A scale without length has one tick."""
    if not scale.high > scale.low:
        return [scale.low]
    if scale.log:
        first, last = math.ceil(math.log10(scale.low)), math.floor(math.log10(scale.high))
        return [10.0**k for k in range(first, last + 1, max(1, math.ceil((last - first) / about)))]
    rough = (scale.high - scale.low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
    first, last = math.ceil(scale.low / step - 1e-9), math.floor(scale.high / step + 1e-9)
    return [k * step for k in range(first, last + 1)]


def breadth(text: str) -> float:
    """The most that a text is wide, at 11 pixels in a wide font (DejaVu Sans): SVG cannot measure it in advance."""
    return sum(_WIDTHS.get(sign, 7.0 if sign.isascii() else 11.0) for sign in text)


def path(kind: str, shape: str, places: Iterable[tuple[float, ...]]) -> Markup:
    """All of one class as a single path: `shape` with the numbers of each place in it; nothing without places."""
    drawn = "".join(shape.format(*map(_at, place)) for place in places)
    return Markup(f'<path class="{kind}" d="M{drawn[1:]}"/>' if drawn else "")


def _text(x: float, y: float, text: object, kind: str = "", turned: bool = False) -> Markup:
    """Text; `kind`: "e" ends at x, "m" has its middle there. Turned, it reads upwards."""
    turn = f' transform="rotate(-90 {_at(x)} {_at(y)})"' if turned else ""
    chosen = f' class="{kind}"' if kind else ""
    return Markup(f'<text x="{_at(x)}" y="{_at(y)}"{chosen}{turn}>{escaped(text)}</text>')


def _signed(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def _at(value: float) -> str:
    """A tenth of a pixel is finer than a screen."""
    return f"{value:.1f}".removesuffix(".0")


TEMPLATES.globals.update(
    BAR=_BAR, LINE=_LINE, marks_of_series=_MARKS, path=path, shapes=_SHAPES, signed=_signed, text=_text, ticks=ticks
)
