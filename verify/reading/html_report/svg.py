"""The few pieces of SVG that the plots are made of. Colours come from the page's style, so both themes share them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from verify.reading.html_report.text import escaped

__all__ = ["BEYOND", "MARKERS", "Scale", "arrows", "bars", "breadth", "label", "line", "marks", "picture", "ticks"]

Point = tuple[float, float]

MARKERS = ("●", "■", "✚")
"""The marks of the series as characters, for captions."""

BEYOND: Final = "▶"
"""The mark of what lies beyond the axis."""

_NARROW: Final = frozenset(" !'()*,-./:;I[]fijlrt|")
_WIDE: Final = frozenset("%@MWm")


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
        low, high = (math.log10(x) if self.log else x for x in (self.low, self.high))
        clipped = min(max(value, self.low), self.high)
        share = ((math.log10(clipped) if self.log else clipped) - low) / (high - low)
        return self.start + share * (self.end - self.start)


def ticks(scale: Scale, about: int = 7) -> list[float]:
    """Round values within the scale: powers of ten on a logarithmic one. A scale without length has one tick."""
    if not scale.high > scale.low:
        return [scale.low]
    if scale.log:
        first, last = math.ceil(math.log10(scale.low)), math.floor(math.log10(scale.high))
        stride = max(1, math.ceil((last - first) / about))
        return [10.0**k for k in range(first, last + 1, stride)]
    rough = (scale.high - scale.low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
    first, last = math.ceil(scale.low / step - 1e-9), math.floor(scale.high / step + 1e-9)
    return [k * step for k in range(first, last + 1)]


def picture(width: float, height: float, said: str, parts: Iterable[str]) -> str:
    """An SVG in a box that scrolls where the window is narrower; `said` is its text for who does not see it."""
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    return (
        f'<div class="scroll" tabindex="0" role="group" aria-label="{escaped(said)}">'
        f'<svg role="img" aria-label="{escaped(said)}" {size}>{"".join(parts)}</svg></div>'
    )


def label(x: float, y: float, text: str, kind: str = "", turned: bool = False) -> str:
    """Text; `kind`: "e" ends at x, "m" has its middle there. Turned, it reads upwards."""
    turn = f' transform="rotate(-90 {_at(x)} {_at(y)})"' if turned else ""
    chosen = f' class="{kind}"' if kind else ""
    return f'<text x="{_at(x)}" y="{_at(y)}"{chosen}{turn}>{escaped(text)}</text>'


def breadth(text: str) -> float:
    """The most that a text is wide, at 11 pixels in a wide font (DejaVu Sans): SVG cannot measure it in advance."""
    return sum(map(_breadth, text))


def _breadth(character: str) -> float:
    if character in _NARROW:
        return 4.5
    if character in _WIDE or not character.isascii():
        return 11.0
    return 9.3 if character in "<>=+w" else 8.7 if character.isupper() else 7.0


def line(points: Sequence[Point], kind: str) -> str:
    """A polyline."""
    return f'<path class="{kind}" d="M{"L".join(f"{_at(x)} {_at(y)}" for x, y in points)}"/>'


def marks(points: Iterable[Point], series: int) -> str:
    """Points in the shape and colour of a series: strokes without length, round or square, or small crosses."""
    shape = "M{} {}h0" if series < 2 else "M{} {}m-3.5 0h7m-3.5-3.5v7"
    path = "".join(shape.format(_at(x), _at(y)) for x, y in points)
    return f'<path class="m{series}" d="{path}"/>' if path else ""


def arrows(tips: Iterable[tuple[float, float, int]]) -> str:
    """Alarms beyond the ends of an axis: (x, y) of the end and the side, -1 or 1, on which the value lies."""
    path = "".join(f"M{_at(x + side)} {_at(y - 4.5)}v9l{7 * side} -4.5z" for x, y, side in tips)
    return f'<path class="beyond" d="{path}"/>' if path else ""


def bars(boxes: Iterable[tuple[float, float, float, float]], kind: str) -> str:
    """Rectangles (left, top, width, height) of one class, as a single path."""
    path = "".join(f"M{_at(x)} {_at(y)}h{_at(w)}v{_at(h)}h{_at(-w)}z" for x, y, w, h in boxes)
    return f'<path class="{kind}" d="{path}"/>' if path else ""


def _at(value: float) -> str:
    """A tenth of a pixel is finer than a screen."""
    return f"{value:.1f}".removesuffix(".0")
