"""Words and numbers as HTML, values as places on the page, and the templates that hold them.

Colours come from the page's style, so both themes share them.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any, Final

from markupsafe import Markup

from verify.reading.markdown import environment

_NO_CHARACTER: Final = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What HTML forbids, or no file can hold: control characters and halves of surrogate pairs."""

_FOLDED: Final = 8
"""Entries from which on a nested table is folded."""


def printable(text: str) -> str:
    """Text without the characters that HTML forbids."""
    return _NO_CHARACTER.sub("\ufffd", text)


def escaped(text: object) -> Markup:
    """Text between tags or in a quoted attribute; what is HTML already stays so."""
    return text if isinstance(text, Markup) else Markup(html.escape(printable(str(text))))


TEMPLATES: Final = environment("html_report", autoescape=True, finalize=escaped)


def anchor(claim_id: str) -> str:
    """The id of a claim's section; an address cannot hold every character."""
    return "claim-" + re.sub(r"[^\w.-]", "_", claim_id)


def counted(count: int, what: str) -> str:
    """A number of things: `1 test`, `2 tests`."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def real(figure: Any) -> float:
    """A figure as a float: infinities may stand in it as words, as in JSON; NaN for what is no number."""
    if isinstance(figure, bool) or not isinstance(figure, int | float | str):
        return math.nan
    try:
        return float(figure)
    except (ValueError, OverflowError):
        return math.nan


def number(figure: Any) -> str:
    """A figure as text: floats to four significant digits, infinite ones (None) as ∞, NaN as the lack of a value."""
    if figure is None or (isinstance(figure, float) and math.isinf(figure)):
        return "−∞" if figure is not None and figure < 0 else "∞"
    if isinstance(figure, float) and math.isnan(figure):
        return "no value"
    if isinstance(figure, bool):
        return "yes" if figure else "no"
    return f"{figure + 0.0:.4g}" if isinstance(figure, float) else str(figure)


def value(figure: Any) -> Markup:
    """A figure of any shape: a number, words, a list, or a table in the table, folded where it is long."""
    if isinstance(figure, Mapping):
        rows = (
            Markup("<tr><th scope=row>{}<td>{}").format(escaped(named(name)), value(one))
            for name, one in figure.items()
        )
        table = Markup("<table>{}</table>").format(Markup("").join(rows))
        folded = Markup("<details><summary>{} entries</summary>{}</details>")
        return table if len(figure) < _FOLDED else folded.format(len(figure), table)
    if isinstance(figure, list):
        return Markup(", ").join(map(value, figure)) or Markup("none")
    return escaped(number(figure))


# Names of figures.

_ULP: Final = "units in the last place"
_KEYS: Final = {
    "allowed": f"error allowed ({_ULP} + rounding of inputs)",
    "at": "of the test",
    "boxes": "statements on whole boxes",
    "changed_beyond": "mutants are changes by more than (relative)",
    "comparisons": "comparisons made",
    "conditioned": f"largest error ({_ULP} + rounding of inputs)",
    "digits": "fewest digits agreed (decimal)",
    "edges": "where the margin is zero",
    "false_alarm": "false alarm (probability, the claim being true)",
    "for": "decided for",
    "hypotheses_met": "points that meet the hypotheses",
    "largest_quotient": "largest share of the bound used up (1: attained)",
    "max_z": "largest deviation (standard errors)",
    "obligations": "obligations decided",
    "power": "errors that would be caught",
    "probability": "caught with probability",
    "reached": "all errors asked for would be caught",
    "relative_error": "smallest error caught (relative)",
    "relative_error_at_worst": "smallest error caught by the bluntest test (relative)",
    "relative_errors": "smallest error caught, by test (relative)",
    "rounds": "rounds of sampling",
    "samplers": "reduced sampler against brute force",
    "samples": "samples drawn",
    "sites_excluded": "places of the code left out",
    "smallest_margin": "smallest margin certified (units of the statement)",
    "statements": "statements decided by the solver",
    "steps": "steps of the derivation",
    "targets": "errors asked to be caught, by test (relative)",
    "tests": "tests (one a mean)",
    "threshold_z": "alarm from (standard errors)",
    "tightest_at": "the bound is tightest at",
    "ulp_generic": f"largest error at generic points ({_ULP})",
    "ulp_nasty": f"largest error at extreme points ({_ULP})",
    "widest_radius": "widest enclosure (relative radius)",
    "without_hypothesis": "where the claim fails without a hypothesis",
    "worst_at": "worst at",
}


def named(key: str) -> str:
    """A key of figures in words; one that is words already stays, and "max" and "min" are told apart from names."""
    for short, long in (("max ", "largest "), ("min ", "smallest ")):
        key = long + key.removeprefix(short) if key.startswith(short) else key
    return _KEYS.get(key, key.replace("_", " "))


# Places on the page.

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


TEMPLATES.globals.update(anchor=anchor, counted=counted, named=named, number=number, value=value)
TEMPLATES.globals.update(
    BAR=_BAR, LINE=_LINE, marks_of_series=_MARKS, path=path, shapes=_SHAPES, signed=_signed, text=_text, ticks=ticks
)
