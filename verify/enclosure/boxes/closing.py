"""The attempt to close one box, by balls and by exact arguments at the ends of ranges. See `search`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flint import arb
from sympy import Symbol

from verify.enclosure.boxes.margin import Margin
from verify.enclosure.boxes.statement import Box


def halves(box: Box, symbol: Symbol) -> Iterator[Box]:
    """A box cut in two across a coordinate."""
    low, high = box[symbol]
    middle = (low + high) / 2
    yield box | {symbol: (low, middle)}
    yield box | {symbol: (middle, high)}


class Closing:
    """The attempt to close one box: `closed`, with `lowest` where the margin is positive on it, or the place to `cut`.

    `divided` tells that `lowest` bounds the margin over powers of distances to the edges; None: equality is attained.
    """

    def __init__(self, margin: Margin, box: Box, edges: set[str]) -> None:
        self.edges = edges
        self.lowest: arb | None = None
        self.divided = False
        self.cut = max(box, key=lambda symbol: box[symbol][1] - box[symbol][0]) if box else Symbol("none")
        self.closed = self._close(margin, box, outer=True)

    def _close(self, margin: Margin, box: Box, outer: bool = False, done: frozenset[Symbol] = frozenset()) -> bool:
        """By balls; else divided at the edges the box touches; else on the faces it is monotone towards."""
        box = {symbol: box[symbol] for symbol in margin.ranges}
        if self._positive(margin.over(box)):
            return True
        if margin.zero:
            self.edges.add("equality on a face")
            return True
        if not box or not margin.smooth:
            return False
        slopes = {symbol: _ball(margin.slope(symbol), box) for symbol in box}
        lowered, least = _mean_value(margin, box, slopes)
        if outer:
            widest = max(high - low for low, high in box.values())
            broad = [symbol for symbol, (low, high) in box.items() if 16 * (high - low) >= widest]
            self.cut = max(broad, key=lambda symbol: _spread(margin, box, slopes, symbol))
        if self._positive(least):
            return True
        return self._at_edges(margin, box, done) or self._on_faces(margin, lowered, done)

    def _positive(self, value: arb) -> bool:
        if value > 0:
            self.lowest = value
            return True
        return False

    def _at_edges(self, margin: Margin, box: Box, done: frozenset[Symbol]) -> bool:
        """Divide at an end that the box touches, once for each coordinate."""
        for symbol, (low, high) in box.items():
            for end in (0, 1):
                touches = symbol not in done and low < high and (high == 1 if end else low == 0)
                order, divided = margin.quotient(symbol, end) if touches else (0, margin)
                if order and self._close(divided, box, done=done | {symbol}):
                    at = margin.ranges[symbol].high if end else margin.ranges[symbol].low
                    self.edges.add(f"{symbol} = {at}: zero of order {order}, divided by its power")
                    self.divided = True
                    return True
        return False

    def _on_faces(self, margin: Margin, lowered: Box, done: frozenset[Symbol]) -> bool:
        """Restrict to the ends of ranges towards which the margin falls."""
        restricted: Margin | None = margin
        for symbol, (low, high) in lowered.items():
            if low == high and low in (0, 1) and restricted is not None and symbol in restricted.ranges:
                restricted = restricted.face(symbol, int(low))
        if restricted is None or restricted is margin:
            return False
        if self._close(restricted, lowered, done=done):
            self.edges.add("falls towards a face, where it is not negative")
            self.divided = True
            return True
        return False


def _ball(margin: Margin | None, box: Box) -> arb:
    return arb.nan() if margin is None else margin.over(box)


def _spread(margin: Margin, box: Box, slopes: Mapping[Symbol, arb], symbol: Symbol) -> float:
    """How much the margin may vary along a coordinate of the box; a slope without bound is cut first."""
    span = box[symbol]
    if span[0] == span[1]:
        return -1.0
    width = float((margin.ranges[symbol].at(span[1]) - margin.ranges[symbol].at(span[0])).mid())
    slope = slopes[symbol]
    return abs(width) * float(abs(slope).upper()) if slope.is_finite() else 1e9 * float(span[1] - span[0])


def _mean_value(margin: Margin, box: Box, slopes: Mapping[Symbol, arb]) -> tuple[Box, arb]:
    """The box with every monotone coordinate at its lower end, and a lower bound of the margin on it."""
    lowered = dict(box)
    for symbol, slope in slopes.items():
        if slope >= 0:
            lowered[symbol] = (box[symbol][0], box[symbol][0])
        elif slope <= 0:
            lowered[symbol] = (box[symbol][1], box[symbol][1])
    middle = {symbol: (low + high) / 2 for symbol, (low, high) in lowered.items()}
    least = margin.at(middle)
    for symbol, (low, high) in lowered.items():
        if low < high:
            least += slopes[symbol] * (
                margin.ranges[symbol].over((low, high)) - margin.ranges[symbol].at(middle[symbol])
            )
    return lowered, least.lower() if least.is_finite() else arb.nan()
