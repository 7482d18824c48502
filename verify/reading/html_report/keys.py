"""What figures are called where people read them: words, with the unit."""

from __future__ import annotations

from typing import Final

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
