/*
 * The sparse limit of the splitting iteration: its weights (R4), its error and the bound of it (R5), its basin (R6).
 *
 * Formulas come from formulas.js, multipliers from law.js; here are sums over entries.
 */
"use strict";

(function () {
  const F = globalThis.coarseproofFormulas;
  const { EPS, LONGEST, indices, pose, sum } = globalThis.coarseproofRoots;
  const { riseAt, sparseRoot } = globalThis.coarseproofLaw;

  /** Weights w, their proximal values u = S(w), the support of u, and what is said of them. */
  function filled(p, root) {
    const size = p.size.map((entry) => Math.min(F.fixed_points.lower(entry, root.multiplier, p.kappa), p.threshold));
    const level = p.beta || p.lam ? p.size.map(() => 0) : [...size];
    const sign = p.w_star.map((entry) => (entry < 0 ? -1 : 1));
    root.kept.forEach(([index, x, u, own]) => {
      size[index] = x;
      level[index] = u;
      if (own) sign[index] = own;
    });
    if (p.curved && root.kept.length) complete(p, root.multiplier, size, level);
    const weights = size.map((x, index) => sign[index] * x);
    const auxiliary = level.map((u, index) => sign[index] * u);
    const error = Math.sqrt(sum(weights.map((w, index) => (w - p.w_star[index]) ** 2)));
    return {
      weights,
      auxiliary,
      multiplier: root.multiplier,
      gap: root.gap,
      support: indices(level, (u) => u !== 0),
      error,
      angle: 2 * Math.asin(Math.min(error / 2, 1)),
      residual: residual(p, root.multiplier, weights),
      lyapunov: lyapunov(p, error, size, level),
    };
  }

  /**
   * By hand: make up for what ‖w̄‖ misses, in place, in the entries that N does not give: those next to their fold, where
   * D = N − βS'(w̄) is next to 0. If N is off by ε an entry is off by εw̄_i/D_i.
   */
  function complete(p, multiplier, size, level) {
    const short = 1 - sum(size.map((x) => x * x));
    const rise = level.map((u) => (u ? riseAt(p, u) : Infinity));
    const stiff = rise.map((slope) => Math.max(Math.abs(multiplier - p.beta / slope), EPS * multiplier));
    const kept = indices(level, (u) => u !== 0);
    if (!kept.length) return;
    const loose = size.map((x, index) => (x * x) / stiff[index]);
    const first = kept.reduce((best, index) => (loose[index] > loose[best] ? index : best));
    const where = indices(size, (x) => x === size[first]);
    const rest = sum(loose.filter((_, index) => !where.includes(index))) + 1 / multiplier;
    const most = 1e-4 * size[first] ** 2;
    if (!(Math.abs(short) > 8 * EPS && Math.abs(short) < most && where.length * loose[first] > 10 * rest)) return;
    const moved = Math.max(Math.sqrt(size[first] ** 2 + short / where.length), p.threshold * (1 + EPS));
    where.forEach((index) => {
      level[index] += (moved - size[index]) / rise[index];
      size[index] = moved;
    });
  }

  /** ‖N w̄ − κw* − βS(w̄)‖/N (R3). */
  function residual(p, multiplier, weights) {
    const shrunk = weights.map((w) => (p.beta ? F.penalties[p.penalty].map(w, p.rho, ...p.shapes) : 0));
    const right = (index) => F.fixed_points.right_side(p.w_star[index], shrunk[index], p.kappa, p.beta);
    const rows = weights.map((w, index) => multiplier * w - right(index));
    return Math.sqrt(sum(rows.map((row) => row * row))) / multiplier;
  }

  /** By hand (R1): κ(1 − cos θ) + λP(u) + (β/2)‖w − u‖², 1 − cos θ being half of the squared error. */
  function lyapunov(p, error, size, level) {
    const cost = sum(level.map((u) => F.penalties[p.penalty].value(u, ...p.shapes)));
    const apart = sum(size.map((x, index) => (x - level[index]) ** 2));
    return (p.kappa * error * error) / 2 + p.lam * cost + (p.beta / 2) * apart;
  }

  /** R5: a bound of the error that needs w* only. */
  function errorBound(p, support) {
    const nonzeros = p.size.filter((size) => size > 0).length;
    const lost = p.penalty === "l0" ? nonzeros - support.length : nonzeros;
    if (!p.beta || !lost) return 0;
    const own = {
      l1: () => F.errors.l1(lost, p.kappa, p.lam),
      l0: () => F.errors.l0(lost, p.kappa, p.beta, p.lam),
      tl1: () => F.errors.tl1(lost, p.threshold, p.kappa, p.beta),
    }[p.penalty]();
    const sine = Math.min(1, own, F.errors.by_gap(1, p.kappa, p.beta));
    return F.errors.distance(Math.asin(sine));
  }

  /** R6: a uniformly random start comes near w* and stays with at least this probability; 0 where R6 is silent. */
  function basinProbability(p) {
    const delta = p.beta ? F.penalties[p.penalty].displacement(p.rho, ...p.shapes) : 0;
    const radius = p.beta ? F.basin.radius(p.beta, delta, p.n) : 0;
    if (!(radius < p.kappa)) return 0;
    return p.n === 1 ? 0.5 : F.basin[`probability_${p.n}`](Math.asin(radius / p.kappa));
  }

  /**
   * The sparse limit for {w_star, kappa = 1, beta, lam, penalty, a = 1}; w_star stands for its direction.
   *
   * Where there is none, `exists` is false and `reason` says which condition fails; else the fields of `filled`, with
   * the error bound and the probability of its basin. RangeError names an argument that is out of range.
   */
  function sparseLimit(given) {
    const p = pose(given);
    const root = sparseRoot(p);
    if (root === null) return { exists: false, reason: noLimit(p), problem: p };
    const found = filled(p, root);
    return {
      exists: true,
      problem: p,
      ...found,
      errorBound: errorBound(p, found.support),
      basinProbability: basinProbability(p),
    };
  }

  function noLimit(p) {
    const bound = (p.kappa * p.largest).toPrecision(4);
    return (
      `No sparse limit (R4.l1): λ = ${p.lam.toPrecision(4)} is not below κ‖w*‖∞ = ${bound}, and ` +
      `β‖w*‖∞ = ${(p.beta * p.largest).toPrecision(4)} exceeds λ.`
    );
  }

  /** `count` numbers each from −reach to the threshold −t, between thresholds, and from there on: S may jump. */
  function pieces(t, reach, count) {
    const beyond = t * (1 + 4 * EPS);
    const ends = t < reach && t > 0 ? [[-reach, -beyond], [-t, t], [beyond, reach]] : [[-reach, reach]];
    const between = (low, high) => Array.from({ length: count }, (_, k) => low + ((high - low) * k) / (count - 1));
    return ends.map(([low, high]) => between(low, high));
  }

  /**
   * The curve N x − βS(x) = κw* (R3) on which all entries of a limit lie, in pieces between the thresholds: points
   * [entry of w*, entry of w] with |entry of w| up to `reach`.
   */
  function entryCurve(p, multiplier, reach, count) {
    const shrink = (x) => (p.beta ? F.penalties[p.penalty].map(x, p.rho, ...p.shapes) : p.lam ? 0 : x);
    const star = (x) => F.fixed_points.star(x, shrink(x), multiplier, p.kappa, p.beta);
    return pieces(p.threshold, reach, count).map((piece) => piece.map((x) => [star(x), x]));
  }

  globalThis.coarseproofLimits = { LONGEST, entryCurve, filled, pieces, pose, sparseLimit };
})();
