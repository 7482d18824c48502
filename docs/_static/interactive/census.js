/*
 * All stable limits of the splitting iteration (R7), for n up to 12: the sparse ones, with N > β, and the spikes,
 * limits near one ±e_j whose entry j holds itself above the threshold against the pull.
 */
"use strict";

(function () {
  const R = globalThis.coarseproofRoots;
  const { filled } = globalThis.coarseproofLimits;
  const { sparseRoot, stiffness } = globalThis.coarseproofLaw;
  const { choices, free, isStable, single } = globalThis.coarseproofBranches;
  const { EPS, indices, sum } = R;

  /** Words about families of neutrally stable fixed points at N = β, where two or more entries are free. */
  function continua(p) {
    if (p.curved || !(p.threshold < 1)) return "";
    const many = free(p).length;
    const rest = p.size.filter((size) => !free(p).includes(size));
    if (many < 2 || p.kappa * Math.max(0, ...rest) > p.beta * p.threshold) return "";
    const taken = (p.kappa / p.beta) ** 2 * sum(rest.map((size) => size * size));
    const some = p.convex ? p.beta > p.kappa * (1 + 2 * EPS) : 1 - taken > 2 * p.threshold * p.threshold;
    if (!some) return "";
    const name = p.convex ? "|w*_i| = λ/κ" : "w*_i = 0";
    return (
      `N = β: the ${many} entries with ${name} can share the norm in any proportion above the threshold; ` +
      "these fixed points are neutrally stable and not listed."
    );
  }

  /** β = 0 or λ = 0: S is a multiple of the identity, and w* is the only limit; for n = 1, −w* may be another. */
  function withoutThreshold(p) {
    const gap = p.beta ? p.kappa : p.kappa - p.beta;
    const kept = p.lam ? [] : indices(p.size, (size) => size > 0).map((index) => [index, p.size[index], p.size[index]]);
    const found = [{ multiplier: p.beta + gap, gap, kept }];
    if (p.n === 1 && p.beta > p.kappa) {
      found.push({ multiplier: p.beta - p.kappa, gap: -p.kappa, kept: [[0, 1, 1, -Math.sign(p.w_star[0])]] });
    }
    return found;
  }

  function rootsOf(p, count) {
    const own = sparseRoot(p);
    const alone = p.size.flatMap((_, j) => [1, -1].map((sign) => single(p, j, sign)).filter(Boolean));
    const known = own && own.kept.length !== 1 ? [own] : []; // one entry is among those alone
    const found = alone.concat(p.convex || !(p.threshold < 1) ? known : choices(p, known, count - alone.length));
    return p.curved ? found.filter((root) => isStable(p, root)) : found;
  }

  /**
   * All stable limits for the arguments of `sparseLimit`, by increasing Lyapunov value: {limits, complete, continua}. A
   * limit has the fields of `filled`, `kind` "sparse" or "spike", and a spike the index and sign of its entry. A search
   * that has found more than `count` stops; `complete` is false then, and the best need not be among those found; so it
   * is where two roots of the equation of a multiplier are one to rounding.
   */
  function stableLimits(given, count = Infinity) {
    const p = R.pose(given);
    const coupled = p.beta && p.lam;
    const limits = (coupled ? rootsOf(p, count) : withoutThreshold(p)).map((root) => {
      const [index, , u, sign] = root.kept.length === 1 ? root.kept[0] : [];
      const spike = u && !(root.gap > 0 || stiffness(p, u, root.gap) > 0);
      const named = spike ? { kind: "spike", index, sign } : { kind: "sparse", index: null, sign: null };
      return { ...filled(p, root), ...named };
    });
    limits.sort((first, second) => first.lyapunov - second.lyapunov);
    const complete = limits.length <= count && !p.unsure;
    return { limits, complete, continua: coupled ? continua(p) : "", problem: p };
  }

  globalThis.coarseproofCensus = { stableLimits };
})();
