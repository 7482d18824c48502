/*
 * The multiplier of the sparse limit (R4) for l1 and l0, for n up to 12: arguments, root finding, choice of branches.
 *
 * Formulas come from formulas.js. The equation is N w = κw* + βS(w) on the unit sphere. The unknown is the gap N − β,
 * which keeps its digits where N is close to β.
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
    const p = { w_star, size, kappa, beta, lam, rho, shapes, threshold, penalty: given.penalty, n: size.length };
    p.largest = Math.max(...size);
    p.a = shapes[0];
    p.cut = threshold * (1 + 8 * EPS); // a tie, to rounding, counts as below the threshold
    p.jump = given.penalty === "tl1" && beta ? F.limits.tl1_least_kept(rho, p.a) : 0;
    return p;
  }

  // Roots: {multiplier, gap, kept: [[index, |w|, |u|], ...]}; all other entries are on the lower branch.

  function unmoved(p) {
    return { multiplier: p.kappa, gap: p.kappa - p.beta, kept: [] };
  }

  function fromGap(p, gap, kept) {
    return { multiplier: p.beta + gap, gap, kept };
  }

  function lowest(p) {
    return Math.max(p.kappa - p.beta, 0);
  }

  function whereUnit(square, low, high) {
    return bisect((gap) => 1 / Math.sqrt(square(gap)) - 1, low, high);
  }

  /** R4.l1; null where there is none. */
  function l1Root(p) {
    if (!p.beta || (p.lam && p.largest <= p.cut)) return unmoved(p);
    const bound = F.limits.l1_exists(p.largest, p.kappa);
    if (bound - p.lam <= 2 * EPS * bound) return null;
    const entry = (size, gap) =>
      size > F.limits.l1_level(gap, p.kappa, p.beta, p.lam)
        ? F.limits.l1_active(size, gap, p.kappa, p.beta, p.lam)
        : F.limits.l1_inactive(size, gap, p.kappa, p.beta);
    const square = (gap) => (gap > 0 ? sum(p.size.map((size) => entry(size, gap) ** 2)) : Infinity);
    const gap = whereUnit(square, lowest(p), p.kappa);
    const level = F.limits.l1_level(gap, p.kappa, p.beta, p.lam);
    const kept = [];
    p.size.forEach((size, index) => {
      if (size > level) kept.push([index, entry(size, gap), entry(size, gap) - p.rho]);
    });
    return fromGap(p, gap, kept);
  }

  /** Gap at which a support of mass q has norm 1 (R4.l0). */
  function l0Gap(p, mass) {
    const low = lowest(p);
    if (!(mass > 0)) return low;
    const square = (gap) => F.limits.l0_square(Math.min(mass, 1), gap, p.kappa, p.beta);
    return Math.min(whereUnit(square, low, p.kappa), p.kappa);
  }

  function l0Kept(p, gap, places) {
    const least = p.threshold * (1 + EPS);
    return places.map((index) => {
      const x = Math.max(F.limits.l0_kept(p.size[index], gap, p.kappa, p.beta), least);
      return [index, x, x];
    });
  }

  /** R4.l0 on the support of the hard threshold of w*. */
  function l0Root(p) {
    if (!p.beta || p.largest <= p.cut) return unmoved(p);
    const places = indices(p.size, (size) => size > p.cut);
    const gap = l0Gap(p, massOf(p, places));
    return { multiplier: Math.max(p.beta + gap, p.kappa), gap, kept: l0Kept(p, gap, places) };
  }

  /** Σ w*_i² over some indices. */
  function massOf(p, places) {
    return sum(places.map((index) => p.size[index] ** 2));
  }

  function indices(values, test) {
    return values.map((value, index) => (test(value) ? index : -1)).filter((index) => index >= 0);
  }

  globalThis.coarseproofRoots = {
    EPS,
    LONGEST,
    bisect,
    fromGap,
    indices,
    l0Gap,
    l0Kept,
    l0Root,
    l1Root,
    lowest,
    massOf,
    pose,
    sum,
    unmoved,
    whereUnit,
  };
})();
