/*
 * The choices of branches that are stable limits (R7): of one entry above the threshold, of either sign, and of several,
 * one at most on its middle branch, where D_j = N − βS' < 0.
 */
"use strict";

(function () {
  const F = globalThis.coarseproofFormulas;
  const R = globalThis.coarseproofRoots;
  const Q = globalThis.coarseproofLaw;
  const { EPS, bisect, indices, massOf, sum } = R;
  const INTERVALS = 5000;

  /** Whether an entry with κ|w*_i| = pull exceeds the threshold where it is not kept. */
  const above = (p, pull, multiplier) => pull > multiplier * p.cut;

  /** Whether an entry that is kept with u is another than one below the threshold: not so at a tie. */
  function apart(p, pull, u, multiplier) {
    if (p.least > 0) return u > p.least * (1 + 8 * EPS);
    return Math.abs(pull - multiplier * p.threshold) > 8 * EPS * Math.abs(pull) || u > Math.sqrt(EPS);
  }

  /** Entries whose equation at N = β is 0·w_i = 0, where p' is a number. */
  function free(p) {
    const level = (p.lam * p.slope(0)) / p.kappa;
    return p.size.filter((size) => Math.abs(size - level) <= 2 * EPS * size);
  }

  /**
   * Where f rises through 0 between low and high: intervals are halved until f has no root there or is monotone.
   * enclose(a, b) gives the range of f on [a, b] and that of its slope. `p.unsure` is set where two roots are one to
   * rounding, for then that does not end.
   */
  function rises(p, f, enclose, low, high) {
    const found = [];
    const stack = [[low, high]];
    for (let tries = 0; stack.length; tries += 1) {
      const [left, right] = stack.pop();
      const [least, most, falls, climbs] = enclose(left, right);
      if (least > 0 || most < 0 || climbs < 0) continue;
      const narrow = right - left <= 4 * EPS * right || tries > INTERVALS;
      if (falls > 0 || narrow) {
        if (!(falls > 0)) p.unsure = true;
        if (f(left) < 0 && f(right) >= 0) found.push(bisect(f, left, right));
        continue;
      }
      const middle = (left + right) / 2;
      stack.push([middle, right], [left, middle]);
    }
    return found;
  }

  /**
   * The root with entry j alone above the threshold, of that sign and on whichever branch; null if there is none.
   *
   * With x = |w_j| = T/√(1 + T²), N = A√(1 + T²), A being κ times the norm of the other entries, and what remains is
   * h(T) = AT − βx + λp'(u) − σκ|w*_j| = 0. h is convex: it rises through 0 once at most, at its larger root, and there
   * the limit is stable. Newton's method falls to it from the right.
   */
  function single(p, j, sign) {
    if (!(p.threshold < 1)) return null;
    const rest = indices(p.size, () => true).filter((index) => index !== j);
    const others = p.kappa * Math.max(0, ...rest.map((index) => p.size[index]));
    const across = p.kappa * Math.sqrt(massOf(p, rest));
    let push = sign * p.kappa * p.size[j];
    const own = p.lam * p.slope(0);
    // B = 0 means N = β; the sign of a rounding error must not decide.
    if (!p.curved && Math.abs(push - own) <= 2 * EPS * p.kappa * p.size[j]) push = own;
    const against = p.lam * p.slope(Q.proximal(p, 1)) - push;
    if (above(p, others, against >= 0 ? p.beta - against : p.kappa + p.beta)) return null;
    if (!p.curved && against >= 0) {
      if (!(p.beta > F.stability.threshold(Math.cbrt(across), Math.cbrt(against)))) return null;
      if (against === 0 && p.convex && free(p).length > 1) return null; // an end of a continuum
    }
    const [tangent, even] = largerRoot(p, push, across, Math.max(p.beta - against, 0) / across);
    if (!(tangent > 0)) return null;
    const x = 1 / Math.hypot(1, 1 / tangent);
    const u = Q.proximal(p, Math.max(x, p.threshold));
    const gap = (push - p.lam * p.slope(u)) / x;
    // N = β + gap, or A√(1 + T²), which does not cancel where βu and push do.
    const multiplier = gap > -p.beta / 2 || !across ? p.beta + gap : across * Math.hypot(1, tangent);
    if (!(x > p.threshold && u > p.least && apart(p, push, u, multiplier) && multiplier > 0)) return null;
    const tie = Math.abs(push - p.kappa * p.threshold) <= 8 * EPS * push; // of w* itself
    if (above(p, others, multiplier) || (tie && !p.least && u <= Math.sqrt(EPS))) return null;
    if (even) p.unsure = true;
    return even ? null : { multiplier, gap, kept: [[j, x, u, p.w_star[j] < 0 ? -sign : sign]] };
  }

  /** [T, whether h has two roots there to rounding], from a T beyond the root; T = 0 without one. */
  function largerRoot(p, push, across, from) {
    let tangent = from;
    let even = false;
    for (let step = 0; step < 200 && across > 0 && tangent > 0; step += 1) {
      const x = 1 / Math.hypot(1, 1 / tangent);
      const u = p.curved ? Q.proximal(p, Math.max(x, p.threshold)) : 0;
      const against = p.lam * p.slope(u) - push;
      const value = across * tangent - (p.beta * x - against);
      const noise = 2 * EPS * (p.beta * x + Math.abs(against));
      const slope = across - (p.beta / Q.riseAt(p, u)) * (x / tangent) ** 3;
      const moved = slope > 0 && value > 0 ? value / slope : 0;
      if (p.curved) {
        if (!(x > p.threshold && tangent > moved && (slope > 0 || value <= noise))) return [0, false];
        even = value <= noise && !(noise < 4 * Math.sqrt(EPS) * slope * tangent);
      }
      const last = !(value > noise && moved > EPS * tangent);
      tangent -= moved;
      if (last) break;
    }
    return [tangent, even];
  }

  /** Stable: every D_i > 0, or one is not and Σ w_i²/D_i < 0 (R7.stability). For n = 1 there is nowhere to go. */
  function isStable(p, { multiplier, gap, kept }) {
    if (p.n === 1 || !kept.length) return true;
    const rows = kept.map(([, x, u]) => [x, Q.stiffness(p, u, gap)]);
    const negative = rows.filter(([, d]) => !(d > 0));
    if (negative.length !== 1) return negative.length === 0;
    const rest = Math.max(1 - sum(rows.map(([x]) => x * x)), 0);
    const others = sum(rows.filter(([, d]) => d > 0).map(([x, d]) => (x * x) / d));
    const [[own, least]] = negative;
    return F.stability.secular(others + (kept.length < p.n ? rest / multiplier : 0), own, least) < 0;
  }

  /** What distinguishes a choice: the entries on their upper branches, and that on its middle branch. */
  function keyOf(p, { gap, kept }) {
    return kept.map(([index, , u]) => `${index}${Q.stiffness(p, u, gap) < 0 ? "m" : ""}`).sort().join();
  }

  /**
   * Roots with two entries or more above the threshold, N > β, one at most on its middle branch: those `known`, and the
   * others depth first, largest entry first, until there are more than `count`.
   */
  function choices(p, known, count) {
    const folded = Math.max(p.kappa, p.beta) * p.rho * p.bend(1);
    const least = Math.max(p.kappa - p.beta, folded, 1e-100 * p.kappa) * (1 - 1e-12);
    const most = p.kappa * (1 + 1e-12);
    const entries = indices(p.size, (size) => size > 0)
      .map((index) => ({ index, size: p.size[index], fold: Q.fold(p, p.size[index]) }))
      .map((entry) => ({ ...entry, ends: Q.gapAt(p, entry.size, entry.fold) }))
      .filter((entry) => !(entry.ends < least * (1 - 1e-13)))
      .sort((first, second) => second.size - first.size);
    const total = massOf(p, indices(p.size, () => true));
    const found = [...known];
    const keys = known.map((root) => keyOf(p, root));
    const norm = (upper, lower, gap) => Q.squareAt(p, upper.map((entry) => entry.size), lower, gap);

    /** Gaps at which the entries decided can be where they are, and completions reach norm 1; null without any. */
    function interval(place, upper, middle) {
      let [low, high] = [least, most];
      upper.forEach((entry) => (high = Math.min(high, entry.ends)));
      entries.slice(0, place).forEach((entry) => {
        if (upper.includes(entry) || entry === middle) return;
        low = Math.max(low, (p.kappa * entry.size) / p.threshold - p.beta);
      });
      if (middle) {
        if (!(middle.fold > p.least)) return null;
        low = Math.max(low, Q.gapAt(p, middle.size, p.least));
        high = Math.min(high, middle.ends);
      }
      if (!(low <= high) || low <= 0) return null;
      const taken = upper.concat(middle || []);
      const floor = middle ? Q.sizeAt(p, p.least) ** 2 : 0;
      if (norm(upper, total - mass(taken), high) + floor > 1 + 1e-12) return null;
      const joined = upper.concat(entries.slice(place).filter((entry) => entry.ends >= low));
      const ceiling = middle ? Q.sizeAt(p, middle.fold) ** 2 : 0;
      const reached = norm(joined, total - mass(joined.concat(middle || [])), low) + ceiling;
      return reached >= 1 - 1e-12 ? [low, high] : null;
    }

    const mass = (chosen) => sum(chosen.map((entry) => entry.size ** 2));

    function leaf(upper, middle, [low, high]) {
      const lower = Math.max(total - mass(upper.concat(middle || [])), 0);
      const places = upper.map((entry) => entry.index);
      if (!middle) {
        if (upper.length < 2 || !(norm(upper, lower, low) >= 1 && norm(upper, lower, high) <= 1)) return;
        const gap = R.whereUnit((at) => norm(upper, lower, at), low, high);
        add(gap, Q.keptAt(p, gap, places));
      } else if (upper.length) {
        withMiddle(upper, middle, lower, low, high, places);
      }
    }

    function withMiddle(upper, middle, lower, low, high, places) {
      const gapAt = (u) => Q.gapAt(p, middle.size, u);
      const level = (gap) => bisect((u) => gapAt(u) - gap, p.least, middle.fold);
      const rest = (u) => norm(upper, lower, gapAt(u)) - 1;
      const own = (u) => Q.sizeAt(p, u) ** 2;
      const rising = (u) => Q.sizeAt(p, u) * Q.riseAt(p, u);
      const turn = (u) => Q.turn(p, middle.size, u) / own(u); // dN/du
      const softness = (x, u, gap) => x ** 2 / Math.max(Q.stiffness(p, u, gap), 0);
      const enclose = (left, right) => {
        const [first, last] = [gapAt(left), gapAt(right)];
        if (!(first > 0)) return [-Infinity, Infinity, -Infinity, Infinity];
        const [large, small] = [first, last].map((gap) => Q.keptAt(p, gap, places));
        const still = (gap) => (p.kappa ** 2 * lower) / (p.beta + gap) ** 3;
        const most = still(first) + sum(large.map(([, x], i) => softness(x, small[i][2], first)));
        const fewest = still(last) + sum(small.map(([, x], i) => softness(x, large[i][2], last)));
        const slopes = [rising(left) - most * turn(left), rising(right) - fewest * Math.max(turn(right), 0)];
        return [rest(right) + own(left), rest(left) + own(right), ...slopes];
      };
      rises(p, (u) => rest(u) + own(u), enclose, level(low), level(high)).forEach((u) => {
        const gap = gapAt(u);
        add(gap, [...Q.keptAt(p, gap, places), [middle.index, Q.sizeAt(p, u), u]]);
      });
    }

    function add(gap, kept) {
      const root = { multiplier: p.beta + gap, gap, kept };
      const told = kept.every(([index, , u]) => apart(p, p.kappa * p.size[index], u, root.multiplier));
      if (told && !keys.includes(keyOf(p, root))) found.push(root);
    }

    function visit(place, upper, middle) {
      if (found.length > count) return;
      const range = interval(place, upper, middle);
      if (range === null) return;
      if (place === entries.length) {
        leaf(upper, middle, range);
        return;
      }
      visit(place + 1, upper.concat(entries[place]), middle);
      if (p.curved && !middle) visit(place + 1, upper, entries[place]);
      visit(place + 1, upper, middle);
    }

    if (least < most) visit(0, [], null);
    return found;
  }

  globalThis.coarseproofBranches = { choices, free, isStable, single };
})();
