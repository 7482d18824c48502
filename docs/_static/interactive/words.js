/*
 * What the page says about a limit, in words and numbers.
 */
"use strict";

(function () {
  const SEARCHED = 50;

  /** A number to some digits, with a minus sign. */
  function digits(value, count = 4) {
    if (value === 0) return "0";
    const size = Math.abs(value);
    const text = size < 1e-3 || size >= 1e5 ? value.toExponential(count - 1) : value.toPrecision(count);
    return text.replace("-", "−");
  }

  /** A set of entries, counted from 1. */
  function listed(indices) {
    return indices.length ? `{${indices.map((index) => index + 1).join(", ")}}` : "empty";
  }

  /** [name, value] of what is told about a limit. */
  function figuresOf(now) {
    const { found, census } = now;
    const count = census.complete ? `${census.limits.length}` : `more than ${SEARCHED}`;
    if (!found.exists) return [["stable limits", count]];
    const likely = found.basinProbability;
    const basin = likely ? `at least ${digits(likely)}` : "R6 says nothing here: r ≥ κ";
    return [
      ["multiplier N", digits(found.multiplier, 6)],
      ["angle to w*", `${digits(found.angle)} rad`],
      ["error ‖w̄ − w*‖", digits(found.error)],
      ["its bound (R5)", digits(found.errorBound)],
      ["support of ū", `${found.support.length} of ${found.weights.length}: ${listed(found.support)}`],
      ["basin probability (R6)", basin],
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
    const spikes = now.census.limits.map((limit) => {
      return `${limit.sign > 0 ? "+" : "−"}e${limit.index + 1} (N = ${digits(limit.multiplier)})`;
    });
    const near = `What attracts instead: ${spikes.length > 1 ? "spikes" : "a spike"} near ${spikes.join(", ")}.`;
    const instead = spikes.length ? near : "No isolated point attracts instead.";
    return `${now.found.reason} ${instead}`;
  }

  globalThis.coarseproofWords = { SEARCHED, digits, figuresOf, listed, messageOf };
})();
