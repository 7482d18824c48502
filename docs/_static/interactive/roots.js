/*
 * The problem N w = κw* + βS(w) on the unit sphere, for n up to 12: its arguments, and root finding. The unknown is the
 * gap N − β, which keeps its digits where N is close to β.
 */
"use strict";

(function () {
  const F = globalThis.coarseproofFormulas;
  const EPS = Number.EPSILON;
  const LONGEST = 12;
  const LEAST = 1e-140;

  /**
   * Root of f between low and high, f(low) <= 0 <= f(high): Illinois steps, halving where two of them did not halve
   * the bracket. The end is returned where f does not change sign.
   */
  function bisect(f, low, high) {
    let below = f(low);
    let above = f(high);
    if (!(below < 0)) return low;
    if (!(above > 0)) return high;
    let width = Math.abs(high - low);
    let side = 0;
    let tries = 0;
    while (Math.abs(high - low) > EPS * Math.max(Math.abs(low), Math.abs(high))) {
      let middle = low + (high - low) * (below / (below - above));
      if (tries >= 2 || !(Math.min(low, high) < middle && middle < Math.max(low, high))) {
        middle = (low + high) / 2;
        tries = 0;
        if (middle === low || middle === high) break;
      }
      const value = f(middle);
      if (value === 0) return middle;
      if (value < 0) {
        low = middle;
        below = value;
        if (side < 0) above /= 2;
        side = -1;
      } else {
        high = middle;
        above = value;
        if (side > 0) below /= 2;
        side = 1;
      }
      if (Math.abs(high - low) <= width / 2) {
        width = Math.abs(high - low);
        tries = 0;
      } else {
        tries += 1;
      }
    }
    return (low + high) / 2;
  }

  // Arguments.

  function number(name, value, positive) {
    const rule = positive ? "> 0" : ">= 0";
    if (typeof value === "number" && Number.isFinite(value) && (positive ? value > 0 : value >= 0)) return value;
    throw new RangeError(`${name} = ${value} is out of range; a number ${rule} is needed`);
  }

  function direction(given) {
    if (!Array.isArray(given) || !(given.length >= 1 && given.length <= LONGEST)) {
      throw new RangeError(`w_star must be an array of 1 to ${LONGEST} numbers`);
    }
    given.forEach((entry, index) => {
      if (typeof entry !== "number" || !Number.isFinite(entry)) {
        throw new RangeError(`w_star[${index}] = ${entry} is not a finite number`);
      }
    });
    const largest = Math.max(...given.map(Math.abs));
    if (!(largest > 0)) throw new RangeError("w_star is the zero vector, which has no direction");
    const scaled = given.map((entry) => entry / largest);
    const norm = Math.sqrt(sum(scaled.map((entry) => entry * entry)));
    return scaled.map((entry, index) => {
      if (entry !== 0 && Math.abs(entry) < LEAST) {
        throw new RangeError(`w_star[${index}] = ${given[index]} is too small beside the others; give 0 instead`);
      }
      return entry / norm;
    });
  }

  function sum(values) {
    return values.reduce((total, value) => total + value, 0);
  }

  /** Checked arguments {w_star, kappa, beta, lam, penalty, a}, with what follows from them. RangeError names one. */
  function pose(given) {
    if (!["l1", "l0", "tl1"].includes(given.penalty)) {
      throw new RangeError(`penalty = ${given.penalty} has no known limit; known are l1, l0 and tl1`);
    }
    const w_star = direction(given.w_star);
    const kappa = number("kappa", given.kappa === undefined ? 1 : given.kappa, true);
    const beta = number("beta", given.beta, false);
    const lam = number("lam", given.lam, false);
    const shapes = F.penalties[given.penalty].parameters.map((shape) =>
      number(shape.name, given[shape.name] === undefined ? shape.default : given[shape.name], true),
    );
    const rho = beta ? lam / beta : lam ? Infinity : 0;
    const size = w_star.map(Math.abs);
    const threshold = beta ? F.penalties[given.penalty].threshold(rho, ...shapes) : Infinity;
    const law = (name) => {
      const own = F.laws[`${given.penalty}_${name}`];
      return shapes.length ? (...values) => own(...values, ...shapes) : own;
    };
    const p = { w_star, size, kappa, beta, lam, rho, shapes, threshold, penalty: given.penalty, n: size.length };
    Object.assign(p, { slope: law("slope"), bend: law("bend"), kept: law("kept"), least: beta ? law("least")(rho) : 0 });
    p.largest = Math.max(...size);
    p.cut = threshold * (1 + 8 * EPS); // a tie, to rounding, counts as below the threshold
    p.curved = p.penalty === "tl1" && lam > 0; // p' varies: entries have two nonzero branches
    p.convex = !p.curved && !p.least; // S does not jump
    return p;
  }

  // Roots: {multiplier, gap, kept: [[index, |w|, |u|, sign of w if not that of w*], ...]}; all others are on the lower
  // branch.

  function unmoved(p) {
    return { multiplier: p.kappa, gap: p.kappa - p.beta, kept: [] };
  }

  function whereUnit(square, low, high) {
    return bisect((gap) => 1 / Math.sqrt(square(gap)) - 1, low, high);
  }

  /** Σ w*_i² over some indices. */
  function massOf(p, places) {
    return sum(places.map((index) => p.size[index] ** 2));
  }

  function indices(values, test) {
    return values.map((value, index) => (test(value) ? index : -1)).filter((index) => index >= 0);
  }

  globalThis.coarseproofRoots = { EPS, LONGEST, bisect, indices, massOf, pose, sum, unmoved, whereUnit };
})();
