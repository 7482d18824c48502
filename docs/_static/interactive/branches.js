/*
 * The stable limits for transformed l1 (R7.tl1): all choices of branches with at most one entry of D_j = N − βS' < 0.
 */
"use strict";

(function () {
  const F = globalThis.coarseproofFormulas;
  const R = globalThis.coarseproofRoots;
  const Q = globalThis.coarseproofCubic;
  const { EPS, bisect, indices, massOf, sum } = R;
  const HALVINGS = 64;
  const INTERVALS = 5000;

  /** Largest |w*_i| with i not j. */
  function largestOther(p, j) {
    return Math.max(0, ...p.size.filter((_, index) => index !== j));
  }

  /** A of R7.astroid: κ times the norm of the other entries of w*. */
  function across(p, j) {
    return p.kappa * Math.sqrt(massOf(p, indices(p.size, () => true).filter((index) => index !== j)));
  }

  function signOf(p, j) {
    return p.w_star[j] < 0 ? -1 : 1;
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
   * Limits with one entry above the threshold, of either sign and on any branch: where the convex function
   * A x/√(1 − x²) − βu − σκw*_j of its u rises through 0, which is once at most.
   */
  function single(p, j, sign) {
    const others = p.kappa * largestOther(p, j);
    if (!(p.threshold < 1) || others > (p.kappa + p.beta) * p.cut) return [];
    const push = sign * p.kappa * p.size[j];
    const pull = across(p, j);
    const below = (u) => (1 - Q.sizeAt(p, u)) * (1 + Q.sizeAt(p, u));
    const force = (u) => push + p.beta * u;
    const excess = (u) => (below(u) > 0 ? (pull * Q.sizeAt(p, u)) / Math.sqrt(below(u)) - force(u) : Infinity);
    const slope = (u) => pull * F.limits.tl1_size_slope(u, p.rho, p.a) - p.beta * Math.max(below(u), 0) ** 1.5;
    const high = Q.proximal(p, 1) * (1 + 1e-9) + 1e-300;
    let [left, right] = [p.jump, high];
    for (let step = 0; step < HALVINGS && slope(p.jump) < 0; step += 1) {
      const middle = (left + right) / 2;
      if (below(middle) <= 0 || slope(middle) > 0) right = middle;
      else left = middle;
    }
    const noise = 8 * EPS * (Math.abs(push) + p.beta * left);
    const depth = excess(left);
    const consistent = (u) => {
      const multiplier = F.spikes.tl1_multiplier(push, u, p.beta, p.rho, p.a);
      const tie = Math.abs(push - multiplier * p.threshold) <= 8 * EPS * Math.abs(push) && u < Math.sqrt(EPS);
      return u > p.jump && multiplier > 0 && others <= multiplier * p.cut && (p.jump > 0 || !tie);
    };
    if (!(depth < -noise)) {
      if (depth <= noise && consistent(left)) p.unsure = true;
      return [];
    }
    const u = bisect(excess, left, high);
    if (!consistent(u)) return [];
    const multiplier = F.spikes.tl1_multiplier(push, u, p.beta, p.rho, p.a);
    const own = signOf(p, j) * sign;
    const root = { multiplier, gap: Q.gapAt(p, sign * p.size[j], u), kept: [[j, Q.sizeAt(p, u), u, own]] };
    const sparse = stiffness(p, multiplier, u) > 0 || multiplier > p.beta;
    return [sparse ? { root } : { root, index: j, sign: own }];
  }

  /** D = N − βS' of an entry with |u| = level. */
  function stiffness(p, multiplier, level) {
    return F.stability.tl1(multiplier, level, p.beta, p.rho, p.a);
  }

  /** Stable: every D_i > 0, or one is not and Σ w_i²/D_i < 0 (R7.stability). For n = 1 there is nowhere to go. */
  function isStable(p, { multiplier, kept }) {
    if (p.n === 1 || !kept.length) return true;
    const rows = kept.map(([, x, u]) => [x, stiffness(p, multiplier, u)]);
    const negative = rows.filter(([, d]) => !(d > 0));
    if (negative.length !== 1) return negative.length === 0;
    const rest = Math.max(1 - sum(rows.map(([x]) => x * x)), 0);
    const others = sum(rows.filter(([, d]) => d > 0).map(([x, d]) => (x * x) / d));
    const [[own, least]] = negative;
    return F.stability.secular(others + (kept.length < p.n ? rest / multiplier : 0), own, least) < 0;
  }

  /** Two entries or more above the threshold, N > β, one at most on its middle branch: depth first, largest first. */
  function tl1Choices(p, count) {
    const fold = (size) => Q.fold(p, size);
    const top = Math.max(p.kappa, p.beta);
    const folded = -F.limits.tl1_pull_slope(1, 0, top, p.rho, p.a);
    const least = Math.max(p.kappa - p.beta, folded, 1e-100 * p.kappa) * (1 - 1e-12);
    const most = p.kappa * (1 + 1e-12);
    const entries = indices(p.size, (size) => size > 0)
      .map((index) => ({ index, size: p.size[index], fold: fold(p.size[index]) }))
      .map((entry) => ({ ...entry, ends: Q.gapAt(p, entry.size, entry.fold) }))
      .filter((entry) => !(entry.ends < least * (1 - 1e-13)))
      .sort((first, second) => second.size - first.size);
    const total = massOf(p, indices(p.size, () => true));
    const found = [];
    const norm = (upper, lower, gap) => Q.tl1Square(p, upper.map((entry) => entry.size), lower, gap);

    /** Gaps at which the entries decided can be where they are, and completions reach norm 1; null without any. */
    function interval(place, upper, middle) {
      let [low, high] = [least, most];
      upper.forEach((entry) => (high = Math.min(high, entry.ends)));
      entries.slice(0, place).forEach((entry) => {
        if (upper.includes(entry) || entry === middle) return;
        low = Math.max(low, (p.kappa * entry.size) / p.threshold - p.beta);
      });
      if (middle) {
        if (!(middle.fold > p.jump)) return null;
        low = Math.max(low, Q.gapAt(p, middle.size, p.jump));
        high = Math.min(high, middle.ends);
      }
      if (!(low <= high) || low <= 0) return null;
      const taken = upper.concat(middle || []);
      const floor = middle ? Q.sizeAt(p, p.jump) ** 2 : 0;
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
        add(gap, Q.tl1Kept(p, gap, places));
      } else if (upper.length) {
        withMiddle(upper, middle, lower, low, high, places);
      }
    }

    function withMiddle(upper, middle, lower, low, high, places) {
      const gapAt = (u) => Q.gapAt(p, middle.size, u);
      const level = (gap) => bisect((u) => gapAt(u) - gap, p.jump, middle.fold);
      const rest = (u) => norm(upper, lower, gapAt(u)) - 1;
      const own = (u) => Q.sizeAt(p, u) ** 2;
      const rising = (u) => Q.sizeAt(p, u) * F.limits.tl1_size_slope(u, p.rho, p.a);
      const turn = (u) => -F.limits.tl1_fold(middle.size, u, p.kappa, p.beta, p.rho, p.a) / own(u); // dN/du
      const softness = (x, u, gap) => x ** 2 / Math.max(stiffness(p, p.beta + gap, u), 0);
      const enclose = (left, right) => {
        const [first, last] = [gapAt(left), gapAt(right)];
        if (!(first > 0)) return [-Infinity, Infinity, -Infinity, Infinity];
        const [large, small] = [first, last].map((gap) => Q.tl1Kept(p, gap, places));
        const still = (gap) => (p.kappa ** 2 * lower) / (p.beta + gap) ** 3;
        const most = still(first) + sum(large.map(([, x], i) => softness(x, small[i][2], first)));
        const fewest = still(last) + sum(small.map(([, x], i) => softness(x, large[i][2], last)));
        const slopes = [rising(left) - most * turn(left), rising(right) - fewest * Math.max(turn(right), 0)];
        return [rest(right) + own(left), rest(left) + own(right), ...slopes];
      };
      rises(p, (u) => rest(u) + own(u), enclose, level(low), level(high)).forEach((u) => {
        const gap = gapAt(u);
        add(gap, [...Q.tl1Kept(p, gap, places), [middle.index, Q.sizeAt(p, u), u]]);
      });
    }

    function add(gap, kept) {
      const root = { multiplier: p.beta + gap, gap, kept };
      if (isStable(p, root)) found.push({ root });
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
      if (!middle) visit(place + 1, upper, entries[place]);
      visit(place + 1, upper, middle);
    }

    if (least < most) visit(0, [], null);
    return found;
  }

  function tl1Limits(p, count) {
    const found = p.largest <= p.cut ? [{ root: R.unmoved(p) }] : [];
    p.size.forEach((_, j) => [1, -1].forEach((sign) => found.push(...single(p, j, sign))));
    const stable = found.filter(({ root }) => isStable(p, root));
    return stable.concat(tl1Choices(p, count - stable.length));
  }

  globalThis.coarseproofBranches = { across, largestOther, signOf, tl1Limits };
})();
