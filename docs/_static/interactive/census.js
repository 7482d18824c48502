/*
 * All stable limits of the splitting iteration (R7), for n up to 12: the sparse ones, with N > β, and the spikes,
 * limits near one ±e_j whose entry j holds itself above the threshold against the pull.
 *
 * Formulas come from formulas.js, multipliers of sparse limits from roots.js.
 */
"use strict";

(function () {
  const F = globalThis.coarseproofFormulas;
  const R = globalThis.coarseproofRoots;
  const { filled } = globalThis.coarseproofLimits;
  const { EPS, indices, massOf, sum } = R;
  const { across, largestOther, signOf, tl1Limits } = globalThis.coarseproofBranches;

  // Spikes of l1 and l0.

  /** [sign, B] of the spikes that an entry may have. */
  function pushes(p, j) {
    if (p.penalty === "l0") {
      if (p.size[j] === 0) return [[1, 0], [-1, 0]];
      return [[-signOf(p, j), F.spikes.l0_along(p.size[j], p.kappa)]];
    }
    return [1, -1]
      .map((sign) => {
        const push = F.spikes.l1_along(sign, p.w_star[j], p.kappa, p.lam);
        // B = 0 means N = β; the sign of a rounding error must not decide.
        return [sign, Math.abs(push) <= 2 * EPS * p.kappa * p.size[j] ? 0 : push];
      })
      .filter(([, push]) => push >= 0);
  }

  /** Least root e = β − N of the norm's equation: Newton's method climbs to it from e = B, where the norm exceeds 1. */
  function excessOf(p, pull, push) {
    const square = F.spikes[`${p.penalty}_square`];
    const slope = F.spikes[`${p.penalty}_square_slope`];
    let e = push;
    for (let step = 0; step < 200 && push > 0; step += 1) {
      const value = square(pull, push, e, p.beta) - 1;
      const falling = -slope(pull, push, e, p.beta);
      if (!(falling > 0 && value > 0)) break;
      e += value / falling;
      if (!(value / falling > 2e-16 * e)) break;
    }
    return e;
  }

  function spike(p, j, sign, push) {
    const others = p.kappa * largestOther(p, j);
    if (!(p.threshold < 1) || others > (p.beta - push) * p.threshold * (1 + 1e-12)) return null;
    const pull = across(p, j);
    if (!(p.beta > F.spikes.threshold(Math.cbrt(pull), Math.cbrt(push)))) return null;
    const e = excessOf(p, pull, push);
    const multiplier = p.beta - e;
    const rest = F.spikes[`${p.penalty}_others`](pull, e, p.beta);
    const direct = push > 0 ? F.spikes[`${p.penalty}_size`](push, e) : 1;
    const x = direct < 0.7 ? direct : Math.sqrt((1 - rest) * (1 + rest));
    if (!(exceeds(p, j, sign, pull, push, x) && others <= multiplier * p.threshold)) return null;
    const u = p.penalty === "l1" ? x - p.rho : x;
    return { root: { multiplier, gap: -e, kept: [[j, x, u, sign]] }, index: j, sign };
  }

  /**
   * x > t; for l1 without rounding x, as N > N₀ = κσw*_j/t: ‖w‖² is (t/σw*_j)² at N₀, and falls there where
   * (κσw*_j)³ < A²B. At a tie the spike is w* itself; with N = β and a second entry of |w*_i| = λ/κ it is one end of a
   * continuum.
   */
  function exceeds(p, j, sign, pull, push, x) {
    if (p.penalty === "l0") return x > p.cut;
    if (push === 0 && free(p).length > 1) return false;
    const along = sign * p.w_star[j];
    return along > p.cut || (p.kappa * along) ** 3 < pull ** 2 * push;
  }

  /** Entries whose equation at N = β is 0·w_i = 0. */
  function free(p) {
    const level = p.penalty === "l1" ? p.lam / p.kappa : 0;
    return p.size.filter((size) => Math.abs(size - level) <= 2 * EPS * size);
  }

  function spikes(p) {
    return p.size.flatMap((_, j) => pushes(p, j).map(([sign, push]) => spike(p, j, sign, push)).filter(Boolean));
  }

  /** Words about families of neutrally stable fixed points at N = β, where two or more entries are free. */
  function continua(p) {
    const many = free(p).length;
    const rest = p.size.filter((size) => !free(p).includes(size));
    if (many < 2 || !(p.threshold < 1) || p.kappa * Math.max(0, ...rest) > p.beta * p.threshold) return "";
    const taken = (p.kappa / p.beta) ** 2 * sum(rest.map((size) => size * size));
    const some = p.penalty === "l1" ? p.beta > p.kappa * (1 + 2 * EPS) : 1 - taken > 2 * p.threshold * p.threshold;
    if (!some) return "";
    const name = p.penalty === "l1" ? "|w*_i| = λ/κ" : "w*_i = 0";
    return (
      `N = β: the ${many} entries with ${name} can share the norm in any proportion above the threshold; ` +
      "these fixed points are neutrally stable and not listed."
    );
  }

  // Supports of l0: N depends on the mass q of the support alone, and increases with it.

  function l0Supports(p, count) {
    const found = [];
    if (p.largest <= p.cut) found.push({ root: R.unmoved(p) });
    if (!(p.threshold < 1)) return found;
    const order = indices(p.size, (size) => size > 0).sort((i, j) => p.size[j] - p.size[i]);
    const own = R.l0Root(p).kept.map(([index]) => index);
    if (own.length) found.push({ root: R.l0Root(p) }); // listed however early the search stops
    const isOwn = (places) => places.length === own.length && places.every((index) => own.includes(index));
    const fits = (places, largestOut, gap) =>
      gap > 0 &&
      p.kappa * p.size[places[places.length - 1]] > gap * p.cut &&
      p.kappa * largestOut <= (p.beta + gap) * p.threshold;

    function visit(place, places, mass, left, largestOut) {
      if (found.length > count || places.length * p.threshold ** 2 >= 1) return;
      const low = R.l0Gap(p, mass);
      const high = R.l0Gap(p, mass + left);
      const least = places.length ? p.kappa * p.size[places[places.length - 1]] : Infinity;
      if (!(least > low * p.threshold * (1 - 1e-13))) return;
      if (!(p.kappa * largestOut <= (p.beta + high) * p.threshold * (1 + 1e-13))) return;
      if (place === order.length) {
        if (!places.length || isOwn(places) || !fits(places, largestOut, low)) return;
        found.push({ root: { multiplier: p.beta + low, gap: low, kept: R.l0Kept(p, low, places) } });
        return;
      }
      const square = p.size[order[place]] ** 2;
      const rest = massOf(p, order.slice(place + 1));
      visit(place + 1, [...places, order[place]], mass + square, rest, largestOut);
      visit(place + 1, places, mass, rest, Math.max(largestOut, p.size[order[place]]));
    }

    visit(0, [], 0, massOf(p, order), 0);
    return found;
  }

  // β = 0 or λ = 0: S is a multiple of the identity, and w* is the only limit; for n = 1, −w* may be another.

  function withoutThreshold(p) {
    const gap = p.beta ? p.kappa : p.kappa - p.beta;
    const kept = p.lam ? [] : indices(p.size, (size) => size > 0).map((index) => [index, p.size[index], p.size[index]]);
    const found = [{ root: { multiplier: p.beta + gap, gap, kept } }];
    if (p.n === 1 && p.beta > p.kappa) {
      const sign = -signOf(p, 0);
      found.push({ root: { multiplier: p.beta - p.kappa, gap: -p.kappa, kept: [[0, 1, 1, sign]] }, index: 0, sign });
    }
    return found;
  }

  /**
   * All stable limits for the arguments of `sparseLimit`, by increasing Lyapunov value: {limits, complete, continua}. A
   * limit has the fields of `filled`, `kind` "sparse" or "spike", and a spike the index and sign of its entry. A search
   * that has found more than `count` stops; `complete` is false then, and the best need not be among those found; so it
   * is where two roots of the equation of a multiplier are one to rounding.
   */
  function stableLimits(given, count = Infinity) {
    const p = R.pose(given);
    const searched = { l1: l1Limits, l0: l0Limits, tl1: tl1Limits };
    const found = p.beta && p.lam ? searched[p.penalty](p, count) : withoutThreshold(p);
    const limits = found.map(({ root, index, sign }) => ({
      ...filled(p, root),
      kind: index === undefined ? "sparse" : "spike",
      index: index === undefined ? null : index,
      sign: index === undefined ? null : sign,
    }));
    limits.sort((first, second) => first.lyapunov - second.lyapunov);
    const complete = limits.length <= count && !p.unsure;
    return { limits, complete, continua: p.beta && p.lam && p.penalty !== "tl1" ? continua(p) : "", problem: p };
  }

  function l1Limits(p) {
    const root = R.l1Root(p);
    return [...(root === null ? [] : [{ root }]), ...spikes(p)];
  }

  function l0Limits(p, count) {
    const own = spikes(p);
    return own.concat(l0Supports(p, count - own.length));
  }

  globalThis.coarseproofCensus = { stableLimits };
})();
