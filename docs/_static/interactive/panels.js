/*
 * The four pictures of the page: the sparsifying map, the limit entry by entry, error and bound against λ, and the
 * phase diagram over (β, λ). Each takes what limits.js and census.js give; κ = 1 throughout.
 */
"use strict";

(function () {
  const D = globalThis.coarseproofDraw;
  const F = globalThis.coarseproofFormulas;
  const L = globalThis.coarseproofLimits;
  const C = globalThis.coarseproofCensus;

  const BETA = { low: 1e-2, high: 1e2, log: true };
  const LAM = { low: 1e-3, high: 1e1, log: true };
  const COLUMNS = 40;
  const ROWS = 40;
  const SLICE = 10;

  /** Where entries of w* go: to `shown`, a limit. A penalty without one has its proximal map shown. */
  function drawMap(target, view) {
    if (!view.problem) return drawProximal(target, view);
    const { problem, shown: found } = view;
    const largest = found.exists ? Math.max(...found.weights.map(Math.abs)) : 0;
    const reach = 1.12 * Math.max(problem.largest, largest);
    const range = { low: -reach, high: reach };
    const axes = D.frame(
      target,
      { ...range, label: "entry of w* (dimensionless)" },
      { ...range, label: "entry of the limit (dimensionless)" },
    );
    axes.line([[-reach, -reach], [reach, reach]], "sm-same");
    if (!found.exists) return;
    const pieces = L.entryCurve(problem, found.multiplier, reach, 161);
    pieces.slice(1).forEach((piece, index) => axes.line([pieces[index][160], piece[0]], "sm-jump"));
    pieces.forEach((piece) => axes.line(piece, "sm-limit"));
    problem.w_star.forEach((entry, index) => {
      axes.mark("circle", [entry, found.weights[index]], "sm-limit");
      axes.mark("cross", [entry, found.auxiliary[index]], "sm-sparse");
    });
  }

  /** S at ρ = λ/β, with the entries of w* on it. */
  function drawProximal(target, view) {
    const { w_star, shapes, rho, penalty } = view.plain;
    const shrink = (x) => F.penalties[penalty].map(x, rho, ...shapes);
    const reach = 1.3 * Math.max(...w_star.map(Math.abs));
    const t = F.penalties[penalty].threshold(rho, ...shapes);
    const axes = D.frame(
      target,
      { low: -reach, high: reach, label: "entry x (dimensionless)" },
      { low: -reach, high: reach, label: "S(x) at ρ = λ/β (dimensionless)" },
    );
    axes.line([[-reach, -reach], [reach, reach]], "sm-same");
    L.pieces(t, reach, 161).forEach((piece) => axes.line(piece.map((x) => [x, shrink(x)]), "sm-sparse"));
    w_star.forEach((entry) => axes.mark("cross", [entry, shrink(entry)], "sm-sparse"));
  }

  /** w*, the limit and u = S of it, entry by entry. */
  function drawBars(target, view) {
    const { problem, shown: found } = view;
    const weights = found.exists ? found.weights : [];
    const reach = 1.1 * Math.max(problem.largest, ...weights.map(Math.abs));
    const axes = D.frame(
      target,
      { low: -0.6, high: problem.n - 0.4, ticks: [...problem.w_star.keys()], label: "entry, counted from 0" },
      { low: -reach, high: reach, label: "value (dimensionless)" },
    );
    const width = Math.min((axes.x(1) - axes.x(0)) * 0.36, 26);
    const bar = (value, from, look) => {
      const [top, bottom] = [axes.y(Math.max(value, 0)), axes.y(Math.min(value, 0))];
      axes.add(D.svg("rect", { class: `sm-bar ${look}`, x: from, y: top, width, height: Math.max(bottom - top, 0.5) }));
    };
    problem.w_star.forEach((entry, index) => {
      bar(entry, axes.x(index) - width, "sm-true");
      if (!found.exists) return;
      bar(weights[index], axes.x(index), "sm-limit");
      axes.mark("cross", [index + width / 2 / (axes.x(1) - axes.x(0)), found.auxiliary[index]], "sm-sparse");
    });
    axes.line([[-1, 0], [problem.n, 0]], "sm-zero");
  }

  /** Error and bound against λ at the present β; interrupted where there is no limit. */
  function drawErrors(target, view) {
    const lams = Array.from({ length: 161 }, (_, k) => D.along(LAM, k / 160));
    const all = lams.map((lam) => L.sparseLimit({ ...view.given, lam }));
    const axes = D.frame(
      target,
      { ...LAM, label: "λ / κ (dimensionless)" },
      { low: 1e-4, high: 3, log: true, label: "distance ‖w̄ − w*‖ (dimensionless)" },
    );
    const here = Math.min(Math.max(view.given.lam, LAM.low), LAM.high);
    axes.line([[here, 1e-9], [here, 1e3]], "sm-here");
    axes.line(all.map((one, k) => [lams[k], one.exists ? one.errorBound || 1e-9 : NaN]), "sm-bound");
    axes.line(all.map((one, k) => [lams[k], one.exists ? one.error || 1e-9 : NaN]), "sm-limit");
    if (!view.found.exists) return;
    axes.mark("square", [here, view.found.errorBound || 1e-9], "sm-bound");
    axes.mark("circle", [here, view.found.error || 1e-9], "sm-limit");
  }

  // The phase diagram is computed in slices of some milliseconds, between which the page stays responsive.

  const PHASES = { beta: BETA, lam: LAM };
  const MANY = 16;
  const COUNT_CLASSES = [1, 2, 3, 4, 8, MANY];

  /** Class of a cell: 0 for one limit (or no entry in the support), …; sizes of the support share six steps. */
  function level(cell, show, n) {
    if (show === "count") {
      const found = COUNT_CLASSES.findIndex((most) => cell.count <= most);
      return cell.count === 0 ? -1 : found < 0 ? COUNT_CLASSES.length : found;
    }
    return cell.support < 0 ? -1 : Math.round((6 * cell.support) / Math.max(n, 1));
  }

  /** [class, words] of the legend. */
  function levels(show, n) {
    if (show === "count") {
      const names = COUNT_CLASSES.map((most, k) => (k < 4 ? `${most}` : `${COUNT_CLASSES[k - 1] + 1}–${most}`));
      return [[-1, "none"], ...names.map((name, k) => [k, name]), [COUNT_CLASSES.length, `more than ${MANY}`]];
    }
    const sizes = new Map();
    for (let support = 0; support <= n; support += 1) {
      const own = level({ support }, show, n);
      sizes.set(own, [...(sizes.get(own) || []), support]);
    }
    const named = (own) => (own.length > 1 ? `${own[0]}–${own[own.length - 1]}` : `${own[0]}`);
    return [[-1, "no sparse limit"], ...[...sizes].map(([key, own]) => [key, named(own)])];
  }

  /** A diagram on `target`; `busy(words)` is told how far it is. */
  function phaseDiagram(target, busy) {
    let cells = [];
    let axes = null;
    let run = 0;
    let shown = { show: "count", given: null };

    function place(k) {
      const column = k % COLUMNS;
      const row = Math.floor(k / COLUMNS);
      const across = (at) => D.along(BETA, at / COLUMNS);
      const up = (at) => D.along(LAM, at / ROWS);
      const box = [across(column), across(column + 1), up(row), up(row + 1)];
      return { beta: across(column + 0.5), lam: up(row + 0.5), box };
    }

    function compute(k) {
      const { beta, lam } = place(k);
      const given = { ...shown.given, beta, lam };
      const one = L.sparseLimit(given);
      return { count: C.stableLimits(given, MANY).limits.length, support: one.exists ? one.support.length : -1 };
    }

    function paint(k) {
      const [left, right, low, high] = place(k).box;
      const at = { x: axes.x(left), y: axes.y(high) };
      const size = { width: axes.x(right) - at.x + 0.4, height: axes.y(low) - at.y + 0.4 };
      const n = shown.given.w_star.length;
      axes.add(D.svg("rect", { class: `sm-cell sm-level-${level(cells[k], shown.show, n)}`, ...at, ...size }));
    }

    function mark() {
      const between = (axis, value) => Math.min(Math.max(value, axis.low), axis.high);
      target.querySelectorAll(".sm-star").forEach((old) => old.remove());
      axes.mark("star", [between(BETA, shown.given.beta), between(LAM, shown.given.lam)], "sm-star");
    }

    function redraw() {
      axes = D.frame(target, { ...BETA, label: "β / κ (dimensionless)" }, { ...LAM, label: "λ / κ (dimensionless)" });
      cells.forEach((_, k) => paint(k));
      mark();
    }

    function slice(own) {
      if (own !== run) return;
      const until = performance.now() + SLICE;
      const total = COLUMNS * ROWS;
      while (cells.length < total && performance.now() < until) {
        cells.push(compute(cells.length));
        paint(cells.length - 1);
      }
      mark();
      busy(cells.length < total ? `computing: ${Math.round((100 * cells.length) / total)} %` : "");
      if (cells.length < total) setTimeout(slice, 0, own);
    }

    return {
      /** Compute anew when w*, the penalty or its shape changed; else only move the star. */
      update(given, show) {
        const { beta: _, lam: __, ...rest } = given;
        const { beta: ___, lam: ____, ...before } = shown.given || {};
        const same = JSON.stringify(rest) === JSON.stringify(before);
        const redrawn = show !== shown.show;
        shown = { show, given };
        if (same && !redrawn) return mark();
        if (!same) {
          cells = [];
          run += 1;
          redraw();
          return setTimeout(slice, 0, run);
        }
        return redraw();
      },
      clear() {
        run += 1;
        cells = [];
        shown = { ...shown, given: null };
        target.replaceChildren();
        busy("");
      },
      /** (β, λ) at a place on the screen. */
      at(event) {
        return axes.value(event);
      },
    };
  }

  globalThis.coarseproofPanels = { PHASES, drawMap, drawBars, drawErrors, phaseDiagram, levels };
})();
