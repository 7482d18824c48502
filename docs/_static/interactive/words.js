/*
 * What the page says about a limit, in words and numbers.
 */
"use strict";

(function () {
  const SEARCHED = 50;
  const ROUNDING = 1e-15;

  /** A number to some digits, with a minus sign. */
  function digits(value, count = 4) {
    if (value === 0) return "0";
    const size = Math.abs(value);
    const text = size < 1e-3 || size >= 1e5 ? value.toExponential(count - 1) : value.toPrecision(count);
    return text.replace("-", "−");
  }

  /** A bound, positive or 0, to some digits: rounded up if `up`, else down, so that what is shown is a bound too. */
  function bound(value, up, count = 4) {
    if (value === 0) return "0";
    const nearest = Number(value.toPrecision(count));
    if (up ? nearest >= value : nearest <= value) return digits(nearest, count);
    const [mantissa, power] = nearest.toExponential(count - 1).split("e");
    const place = Number(power) - count + 1;
    const whole = Math.round(Number(mantissa) * 10 ** (count - 1)) + (up ? 1 : -1);
    // Below a power of ten the last digit counts a tenth.
    const short = whole < 10 ** (count - 1);
    return digits(Number(short ? `${10 ** count - 1}e${place - 1}` : `${whole}e${place}`), count);
  }

  /** The error of a limit; 0 where it is a rounding error. */
  function shownError(limit) {
    return limit.error < ROUNDING ? 0 : limit.error;
  }

  /** R6's probability; where S moves something it is below 1, however close. */
  function atLeast(found) {
    const { beta, lam } = found.problem;
    return bound(beta && lam ? Math.min(found.basinProbability, 1 - Number.EPSILON) : found.basinProbability, false);
  }

  /** A set of entries, counted from 0 as by `coarseproof limit`. */
  function listed(indices) {
    return indices.length ? `{${indices.join(", ")}}` : "empty";
  }

  /** What kind of limit one of the census is; "sparse" for several. */
  function named(limit) {
    return limit.kind === "sparse" ? "sparse" : `spike at entry ${limit.index}, sign ${limit.sign > 0 ? "+" : "−"}`;
  }

  /** [name, value] of what is told about the limit shown; R5 and R6 speak of the sparse one that R4 gives. */
  function figuresOf(now) {
    const { found, chosen, census } = now;
    const shown = chosen || found;
    const count = census.complete ? `${census.limits.length}` : `at least ${census.limits.length}`;
    if (!shown.exists) return [["stable limits", count]];
    const basin = found.basinProbability ? `at least ${atLeast(found)}` : "R6 says nothing here: r ≥ κ";
    const exact = shown.error < ROUNDING;
    return [
      ...(chosen ? [["limit shown", named(chosen)]] : []),
      ["multiplier N", digits(shown.multiplier, 6)],
      ["angle to w*", `${digits(exact ? 0 : shown.angle)} rad`],
      ["error ‖w̄ − w*‖", digits(shownError(shown))],
      ...(chosen ? [] : [["its bound (R5)", bound(found.errorBound, true)]]),
      ["support of ū", `${shown.support.length} of ${shown.weights.length}: ${listed(shown.support)}`],
      ...(chosen ? [] : [["probability to get near w* (R6)", basin]]),
      ["stable limits", count],
    ];
  }

  /** What the page cannot do, or why there is no limit; "" if there is one. */
  function messageOf(now) {
    if (!now.found) {
      const shown = "For this penalty the page shows its proximal map S alone.";
      return `The limit is a known map of w* for l1, l0 and transformed l1 only. ${shown}`;
    }
    if (now.found.exists) return "";
    const instead = now.rows.length ? "What attracts instead is listed below." : "No isolated point attracts instead.";
    return `${now.found.reason} ${instead}`;
  }

  globalThis.coarseproofWords = { SEARCHED, bound, digits, figuresOf, listed, messageOf, named, shownError };
})();
