/*
 * The sparse limit of transformed l1 (R4.tl1), where every entry above the threshold solves a cubic with two branches.
 *
 * The larger root is the upper branch, stable by itself; the smaller one the middle branch, of which a stable limit may
 * use one at most. They meet at the fold.
 */
"use strict";

(function () {
  const F = globalThis.coarseproofFormulas;
  const { EPS, bisect, fromGap, indices, lowest, massOf, sum, unmoved, whereUnit } = globalThis.coarseproofRoots;

  /** |u| on the upper branch of an entry: the larger root of its cubic, with one Newton step. */
  function upper(p, size, gap) {
    const pull = p.kappa * size;
    let u = F.limits.tl1_kept(pull / gap, (p.rho * (p.beta + gap)) / gap, p.a);
    u = Math.max(u, p.jump);
    const slope = Math.max(F.limits.tl1_pull_slope(u, gap, p.beta, p.rho, p.a), gap / 100);
    return Math.max(u - (F.limits.tl1_pull(u, gap, p.beta, p.rho, p.a) - pull) / slope, p.jump);
  }

  /** |u| where the upper and the middle branch of an entry meet. */
  function fold(p, size) {
    const falling = (u) => F.limits.tl1_fold(size, u, p.kappa, p.beta, p.rho, p.a);
    if (falling(p.jump) >= 0) return p.jump;
    let high = 1 + p.jump;
    while (falling(high) < 0) high *= 2;
    return bisect(falling, p.jump, high);
  }

  const gapAt = (p, size, u) => F.limits.tl1_gap(size, u, p.kappa, p.beta, p.rho, p.a);
  const sizeAt = (p, u) => F.limits.tl1_size(u, p.rho, p.a);

  /** ‖w‖² at a gap with the entries of magnitudes `sizes` on the upper branch and `lower` = Σ w*_i² of the others. */
  function tl1Square(p, sizes, lower, gap) {
    if (sizes.length && !(gap > 0)) return Infinity;
    const rest = F.limits.tl1_lower(1, gap, p.kappa, p.beta) ** 2 * lower;
    return rest + sum(sizes.map((size) => tl1Upper(p, size, gap)[0] ** 2));
  }

  function tl1Upper(p, size, gap) {
    const u = upper(p, size, gap);
    return [F.spikes.tl1_entry(p.kappa * size, u, gap, p.beta), u];
  }

  function tl1Kept(p, gap, places) {
    return places.map((index) => {
      const [x, u] = tl1Upper(p, p.size[index], gap);
      return [index, Math.max(x, p.threshold * (1 + EPS)), u];
    });
  }

  /** R4.tl1: N falls from κ + β, and entries join their upper branch one after the other, largest first. */
  function tl1Root(p) {
    if (!p.beta || p.largest <= p.cut) return unmoved(p);
    const all = p.size.map((_, index) => index);
    const sizes = [...new Set(p.size.filter((size) => size > p.cut))].sort((x, y) => y - x);
    const low = lowest(p) < p.kappa ? lowest(p) : 0;
    let high = p.kappa;
    let joined = [];
    const lowerOf = (places) => massOf(p, all.filter((index) => !places.includes(index)));
    const square = (places) => {
      const values = places.map((index) => p.size[index]);
      const lower = lowerOf(places);
      return (gap) => tl1Square(p, values, lower, gap);
    };
    const solved = (places, from, to) => {
      const gap = whereUnit(square(places), from, to);
      return fromGap(p, gap, tl1Kept(p, gap, places));
    };
    for (const size of sizes) {
      const where = indices(p.size, (other) => other === size);
      const u = fold(p, size);
      const gap = gapAt(p, size, u);
      if (!(gap > low)) break;
      if (gap < high) {
        const without = square(joined)(gap);
        if (without >= 1) return solved(joined, gap, high);
        const jump = sizeAt(p, u) ** 2 - F.limits.tl1_lower(size, gap, p.kappa, p.beta) ** 2;
        if (without + where.length * jump > 1) {
          const more = Math.min(Math.trunc((1 - without) / jump), where.length - 1);
          return middle(p, [...joined, ...where.slice(0, more)], where[more], u, square);
        }
        high = gap;
      }
      joined = [...joined, ...where];
    }
    return solved(joined, low, high);
  }

  /** The last entry to join is on its middle branch if that meets ‖w‖ = 1, else on the lower one. */
  function middle(p, joined, place, top, square) {
    const size = p.size[place];
    const values = joined.map((index) => p.size[index]);
    const others = indices(p.size, () => true).filter((index) => index !== place && !joined.includes(index));
    const lower = massOf(p, others);
    const excess = (u) => tl1Square(p, values, lower, gapAt(p, size, u)) + sizeAt(p, u) ** 2 - 1;
    const u = descend(p, excess, top);
    if (u !== null) {
      const gap = gapAt(p, size, u);
      return fromGap(p, gap, [...tl1Kept(p, gap, joined), [place, sizeAt(p, u), u]]);
    }
    const gap = whereUnit(square(joined), 0, gapAt(p, size, top));
    return fromGap(p, gap, tl1Kept(p, gap, joined));
  }

  /** First u below the fold at which the norm is no longer above 1; null if the branch ends before. */
  function descend(p, excess, top) {
    let u = top;
    if (!(u > p.jump)) return null;
    let value = excess(u);
    for (let step = 0; step < 10000; step += 1) {
      if (!(value > 0)) return u;
      const rest = value + 1 - sizeAt(p, u) ** 2;
      if (!(rest < 1)) return null;
      // The others' share grows as u falls: the u that would give the present rest is passed by no root.
      const safe = Math.sqrt(1 - rest);
      const target = safe > sizeAt(p, p.jump) ? proximal(p, safe) : p.jump;
      if (target >= u * (1 - 4 * EPS)) return u;
      const next = Math.max(target - (u - target) / 2, p.jump);
      const there = excess(next);
      if (!(there > 0)) return bisect(excess, next, u);
      if (next === p.jump) return null;
      u = next;
      value = there;
    }
    return null;
  }

  /** Largest u with |w| = x, for x at the threshold or above. */
  function proximal(p, x) {
    const u = Math.max(F.limits.tl1_kept(x, p.rho, p.a), p.jump);
    const slope = Math.max(F.limits.tl1_size_slope(u, p.rho, p.a), 0.01);
    return Math.max(u - (sizeAt(p, u) - x) / slope, p.jump);
  }

  globalThis.coarseproofCubic = { fold, gapAt, proximal, sizeAt, tl1Kept, tl1Root, tl1Square };
})();
