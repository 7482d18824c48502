/*
 * The law of a penalty, an entry of N w = κw* + βS(w) as a function of N, and the sparse limit that follows (R4).
 *
 * With u = |S(w)| > 0 it is |w| = u + ρp'(u), and gap·u + Nρp'(u) = κ|w*_i|, where gap = N − β. p', −p'', the least u,
 * and S beyond its threshold come from formulas.js. Where p' varies (transformed l1) there are two roots u: the larger
 * is the upper branch, stable by itself, the smaller one the middle branch, of which a stable limit may use one at most.
 * They meet at the fold.
 */
"use strict";

(function () {
  const { EPS, bisect, indices, massOf, sum, unmoved, whereUnit } = globalThis.coarseproofRoots;

  /** |w| where |S(w)| is u, and its slope in u. */
  const sizeAt = (p, u) => u + p.rho * p.slope(u);
  const riseAt = (p, u) => 1 - p.rho * p.bend(u);

  /** N − β at which an entry has u. */
  const gapAt = (p, size, u) => (p.kappa * size - p.lam * p.slope(u)) / sizeAt(p, u);

  /** |w|² dN/du there. */
  const turn = (p, size, u) => p.lam * (p.slope(u) + u * p.bend(u)) - p.kappa * size * riseAt(p, u);

  /** D = N − βS' of an entry. */
  const stiffness = (p, u, gap) => gap - (p.lam * p.bend(u)) / riseAt(p, u);

  /** |u| on the upper branch of an entry with κ|w*_i| = pull: the larger root, with one Newton step. */
  function upper(p, pull, gap, strength) {
    const u = Math.max(p.kept(pull / gap, strength / gap), p.least);
    const slope = Math.max(gap - strength * p.bend(u), gap / 100);
    return Math.max(u - (gap * u + strength * p.slope(u) - pull) / slope, p.least);
  }

  /** Largest u with |w| = x, for x at the threshold or above. */
  function proximal(p, x) {
    return p.curved ? upper(p, x, 1, p.rho) : p.kept(x, p.rho);
  }

  /** |u| where the upper and the middle branch of an entry meet; the least u where they do not. */
  function fold(p, size) {
    const falling = (u) => -turn(p, size, u);
    if (falling(p.least) >= 0) return p.least;
    let high = 1 + p.least;
    while (falling(high) < 0) high *= 2;
    return bisect(falling, p.least, high);
  }

  /** [|w|, |u|] of an entry on the upper branch. */
  function entryAt(p, size, gap) {
    if (p.curved) {
      const u = upper(p, p.kappa * size, gap, p.lam + gap * p.rho);
      return [(p.kappa * size + p.beta * u) / (p.beta + gap), u];
    }
    const x = (p.kappa * size - p.lam * p.slope(0)) / gap; // an excess over λ keeps its digits where the gap is small
    return [x, x - p.rho * p.slope(0)];
  }

  /** The entries at `places` on the upper branch, as a root has them. */
  function keptAt(p, gap, places) {
    return places.map((index) => {
      const [x, u] = entryAt(p, p.size[index], gap);
      return [index, Math.max(x, p.threshold * (1 + EPS)), u];
    });
  }

  /** ‖w‖² at a gap with the entries of magnitudes `sizes` on the upper branch and `lower` = Σ w*_i² of the others. */
  function squareAt(p, sizes, lower, gap) {
    if (sizes.length && !(gap > 0)) return Infinity;
    return (p.kappa / (p.beta + gap)) ** 2 * lower + sum(sizes.map((size) => entryAt(p, size, gap)[0] ** 2));
  }

  /**
   * The sparse limit: N falls from κ + β, and entries join their upper branch one after the other, largest first, until
   * the norm is 1. null where there is none (l1 only).
   */
  function sparseRoot(p) {
    if (!p.beta || p.largest <= p.cut) return unmoved(p);
    if (p.convex && p.kappa * p.largest - p.lam * p.slope(0) <= 2 * EPS * p.kappa * p.largest) return null;
    const all = p.size.map((_, index) => index);
    const sizes = [...new Set(p.size.filter((size) => size > p.cut))].sort((x, y) => y - x);
    const low = p.kappa > p.beta ? p.kappa - p.beta : 0;
    let high = p.kappa;
    let joined = [];
    const square = (places) => {
      const values = places.map((index) => p.size[index]);
      const lower = massOf(p, all.filter((index) => !places.includes(index)));
      return (gap) => squareAt(p, values, lower, gap);
    };
    const solved = (places, from, to) => {
      const gap = whereUnit(square(places), from, to);
      return { multiplier: Math.max(p.beta + gap, p.kappa), gap, kept: keptAt(p, gap, places) };
    };
    for (const size of sizes) {
      const where = indices(p.size, (other) => other === size);
      const u = fold(p, size);
      const gap = gapAt(p, size, u);
      if (!(gap > low)) break;
      if (gap < high) {
        const without = square(joined)(gap);
        if (without >= 1) return solved(joined, gap, high);
        const jump = sizeAt(p, u) ** 2 - ((p.kappa * size) / (p.beta + gap)) ** 2;
        if (without + where.length * jump > 1) {
          const more = Math.min(Math.trunc((1 - without) / jump), where.length - 1);
          return middle(p, [...joined, ...where.slice(0, more)], where[more], u, solved);
        }
        high = gap;
      }
      joined = [...joined, ...where];
    }
    return solved(joined, low, high);
  }

  /** The last entry to join is on its middle branch if that meets ‖w‖ = 1, else on the lower one. */
  function middle(p, joined, place, top, solved) {
    const size = p.size[place];
    const values = joined.map((index) => p.size[index]);
    const lower = massOf(p, indices(p.size, () => true).filter((index) => index !== place && !joined.includes(index)));
    const excess = (u) => squareAt(p, values, lower, gapAt(p, size, u)) + sizeAt(p, u) ** 2 - 1;
    const u = descend(p, excess, top);
    if (u === null) return solved(joined, 0, gapAt(p, size, top));
    const gap = gapAt(p, size, u);
    return { multiplier: p.beta + gap, gap, kept: [...keptAt(p, gap, joined), [place, sizeAt(p, u), u]] };
  }

  /** First u below the fold at which the norm is no longer above 1; null if the branch ends before. */
  function descend(p, excess, top) {
    let u = top;
    if (!(u > p.least)) return null;
    let value = excess(u);
    for (let step = 0; step < 10000; step += 1) {
      if (!(value > 0)) return u;
      const rest = value + 1 - sizeAt(p, u) ** 2;
      if (!(rest < 1)) return null;
      // The others' share grows as u falls: the u that would give the present rest is passed by no root.
      const safe = Math.sqrt(1 - rest);
      const target = safe > sizeAt(p, p.least) ? proximal(p, safe) : p.least;
      if (target >= u * (1 - 4 * EPS)) return u;
      const next = Math.max(target - (u - target) / 2, p.least);
      const there = excess(next);
      if (!(there > 0)) return bisect(excess, next, u);
      if (next === p.least) return null;
      u = next;
      value = there;
    }
    return null;
  }

  globalThis.coarseproofLaw = {
    entryAt, fold, gapAt, keptAt, proximal, riseAt, sizeAt, sparseRoot, squareAt, stiffness, turn,
  };
})();
