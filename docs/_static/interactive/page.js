/*
 * The page: builds itself into the element with the id "sparsifying-map", and shows at once what the controls ask for.
 */
"use strict";

(function () {
  const F = globalThis.coarseproofFormulas;
  const L = globalThis.coarseproofLimits;
  const C = globalThis.coarseproofCensus;
  const D = globalThis.coarseproofDraw;
  const P = globalThis.coarseproofPanels;
  const { html, ...K } = globalThis.coarseproofControls;
  const { SEARCHED, digits, figuresOf, listed, messageOf, named, shownError } = globalThis.coarseproofWords;

  const WITH_LIMIT = ["l1", "l0", "tl1"];
  const LISTED = 8;
  const SPOKEN_AFTER = 500;

  let [state, complaint] = K.read(location.hash);
  let show = "count";
  let now = {};
  let reach = 1;
  const root = document.getElementById("sparsifying-map");
  const parts = {};

  // The state.

  /** A limit that was chosen is followed, as long as one of its kind and support is listed. */
  function change(changes) {
    const followed = "limit" in changes ? null : now.chosen;
    state = { ...K.copied(state), limit: null, ...changes };
    complaint = "";
    update(followed);
    if (location.hash !== K.written(state)) history.replaceState(null, "", K.written(state));
  }

  function setEntry(index, value) {
    const w = [...state.w];
    w[index] = value;
    if (w.every((entry) => entry === 0)) w[index] = 0.01; // the zero vector has no direction
    change({ w });
  }

  function view(followed) {
    const pairs = K.shapesOf(state.penalty).map((shape) => [shape.name, K.shapeValue(state, shape)]);
    const shapes = Object.fromEntries(pairs);
    const given = { w_star: state.w, kappa: 1, beta: state.beta, lam: state.lam, penalty: state.penalty, ...shapes };
    const unit = L.pose({ ...given, penalty: "l1" }).w_star;
    const rho = state.beta ? state.lam / state.beta : state.lam ? Infinity : 0;
    const plain = { w_star: unit, shapes: Object.values(shapes), rho, penalty: state.penalty };
    if (!WITH_LIMIT.includes(state.penalty)) return { given, plain };
    const found = L.sparseLimit(given);
    const census = C.stableLimits(given, SEARCHED);
    const [rows, own] = listOf(census.limits, found);
    const alike = (limit) => [named(limit), listed(limit.support)].join();
    const same = followed ? rows.filter((limit) => alike(limit) === alike(followed)) : [];
    if (same.length) state.limit = rows.indexOf(nearest(same, followed));
    const chosen = state.limit === own || !rows[state.limit] ? null : { ...rows[state.limit], exists: true };
    return { given, plain, found, problem: found.problem, census, rows, own, chosen, shown: chosen || found };
  }

  function nearest(limits, to) {
    const apart = (limit) => Math.abs(limit.multiplier - to.multiplier);
    return limits.reduce((best, limit) => (apart(limit) < apart(best) ? limit : best));
  }

  /** The best limits, the sparse one of R4 among them if it exists, and its place. */
  function listOf(limits, found) {
    const rows = limits.slice(0, LISTED);
    const sparse = limits.filter((limit) => limit.kind === "sparse");
    if (!found.exists || !sparse.length) return [rows, null];
    const own = nearest(sparse, found);
    if (!rows.includes(own)) rows.push(own);
    return [rows, rows.indexOf(own)];
  }

  // Building.

  function panel(title, name, notes, words, ...more) {
    parts[name] = D.picture(title);
    const caption = html("figcaption", {}, title);
    const legend = html("ul", { className: "sm-legend" }, ...explained(notes));
    const how = html("p", { className: "sm-hint" }, words);
    return html("figure", { className: "sm-panel", id: `sm-${name}` }, caption, ...more, parts[name], legend, how);
  }

  /** Rows of a legend from [kind, class, words]. */
  function explained(notes) {
    return notes.map(([kind, look, words]) => html("li", {}, sample(kind, look), words));
  }

  function sample(kind, look) {
    const drawing = D.svg("svg", { viewBox: "0 0 22 12", class: "sm-sample", "aria-hidden": "true" });
    if (kind === "line") drawing.append(D.svg("path", { class: `sm-line ${look}`, d: "M1 6h20" }));
    if (kind === "bar" || kind === "cell") {
      drawing.append(D.svg("rect", { class: `sm-${kind} ${look}`, x: 4, y: 1, width: 14, height: 10 }));
    }
    if (kind === "circle") drawing.append(D.svg("circle", { class: `sm-mark ${look}`, cx: 11, cy: 6, r: 4 }));
    if (kind === "cross") drawing.append(D.svg("path", { class: `sm-mark ${look}`, d: "M7 2l8 8m0-8l-8 8" }));
    return drawing;
  }

  function build() {
    const titles = Object.keys(F.penalties).map((name) => html("option", { value: name }, F.penalties[name].title));
    const penalty = html("select", { id: "sm-penalty" }, ...titles);
    penalty.addEventListener("change", () => change({ penalty: penalty.value, shape: {} }));
    parts.penalty = penalty;
    parts.beta = K.logarithmic("β, coupling (in units of κ)", K.AXES.beta, 0, (beta) => change({ beta }));
    parts.lam = K.logarithmic("λ, weight of the penalty (in units of κ)", K.AXES.lam, 0, (lam) => change({ lam }));
    parts.shapes = html("div", { className: "sm-shapes" });
    const presets = ["own choice", ...Object.keys(K.PRESETS)].map((name) => html("option", { value: name }, name));
    parts.preset = html("select", { id: "sm-preset" }, ...presets);
    parts.preset.addEventListener("change", () => {
      if (K.PRESETS[parts.preset.value]) change({ w: [...K.PRESETS[parts.preset.value]] });
    });
    parts.weights = K.weights((w) => change({ w }));
    parts.entries = html("div", { className: "sm-entries" });
    parts.more = html("button", { type: "button" }, "add an entry");
    parts.more.addEventListener("click", () => change({ w: [...state.w, 0.2] }));
    parts.fewer = html("button", { type: "button" }, "remove the last");
    parts.fewer.addEventListener("click", () => {
      const w = state.w.slice(0, -1);
      change({ w: w.some((entry) => entry !== 0) ? w : [...w.slice(0, -1), 0.5] });
    });
    parts.message = html("p", { className: "sm-message", role: "status" });
    parts.figures = html("dl", { className: "sm-figures" });
    parts.list = html("div", { className: "sm-list" });
    parts.spoken = html("p", { className: "sm-spoken", "aria-live": "polite" });
    parts.formulas = html("div", { className: "sm-formulas" });
    const words = html("summary", {}, "The formulas behind the pictures");
    const formulas = html("details", { className: "sm-details" }, words, parts.formulas);
    root.replaceChildren(
      controls(penalty), parts.message, parts.figures, pictures(), parts.list, parts.spoken, formulas,
    );
  }

  function controls(penalty) {
    const name = html("label", { htmlFor: "sm-penalty" }, "Penalty");
    const chosen = html("div", { className: "sm-control" }, name, penalty);
    const label = html("label", { htmlFor: "sm-preset" }, "True weight w*");
    const preset = html("div", { className: "sm-control" }, label, parts.preset);
    const buttons = html("div", { className: "sm-buttons" }, parts.more, parts.fewer);
    const entries = html("legend", {}, "Entries of w*, shown with norm 1");
    const weight = html("fieldset", {}, entries, preset, parts.weights.box, parts.entries, buttons);
    const parameters = html("legend", {}, "Parameters");
    const left = html("fieldset", {}, parameters, chosen, parts.shapes, parts.beta.box, parts.lam.box);
    return html("form", { className: "sm-controls", onsubmit: () => false }, left, weight);
  }

  const LEGENDS = {
    limit: [
      ["line", "sm-same", "w̄ = w*"],
      ["circle", "sm-limit", "entries of w̄, on the curve N x − βS(x) = κw*"],
      ["cross", "sm-sparse", "ū = S(w̄)"],
    ],
    proximal: [
      ["line", "sm-same", "S(x) = x"],
      ["line", "sm-sparse", "the proximal map S"],
      ["cross", "sm-sparse", "S at the entries of w*"],
    ],
    bars: [
      ["bar", "sm-true", "w*"],
      ["bar", "sm-limit", "w̄"],
      ["cross", "sm-sparse", "ū = S(w̄)"],
    ],
    errors: [
      ["line", "sm-limit", "error ‖w̄ − w*‖"],
      ["line", "sm-bound", "bound (R5)"],
      ["line", "sm-here", "the present λ"],
    ],
  };

  const READING = {
    map:
      "Each entry of w* goes straight up or down to the curve. Its less steep part is where ū is zero; where it folds " +
      "back, or jumps, entries of one size have several places to be, and limits coexist.",
    proximal: "Each entry x goes straight up or down to the curve; within the threshold S makes it zero.",
    bars: "Entry by entry. A cross at 0: ū is zero there, while w̄ keeps some of the entry.",
    errors:
      "Of the sparse limit, at the present β. A line is interrupted where there is none; an error of zero lies below " +
      "the picture.",
    phases: "Where there are several stable limits, the start decides which of them is reached.",
  };

  function pictures() {
    const map = panel("Entries of w* and where they go", "map", LEGENDS.limit, READING.map);
    const bars = panel("The limit beside w*", "bars", LEGENDS.bars, READING.bars);
    const errors = panel("Error and bound against λ", "errors", LEGENDS.errors, READING.errors);
    const phases = panel("Phase diagram", "phases", [], READING.phases, choice());
    parts.levels = phases.querySelector("ul");
    parts.busy = html("span", { className: "sm-busy" });
    parts.outside = html("span", {});
    const hint = "Star: the present (β, λ). Click, or focus and use the arrow keys, to move it. ";
    phases.append(html("p", { className: "sm-hint", id: "sm-hint" }, hint, parts.outside, parts.busy));
    movable(parts.phases);
    parts.diagram = P.phaseDiagram(parts.phases, (words) => (parts.busy.textContent = words));
    return html("div", { className: "sm-panels" }, map, bars, errors, phases);
  }

  function choice() {
    const options = [["count", "number of stable limits"], ["support", "support of ū at the sparse limit"]];
    const made = options.map(([value, name]) => html("option", { value }, name));
    const select = html("select", { id: "sm-show" }, ...made);
    select.addEventListener("change", () => {
      show = select.value;
      update();
    });
    return html("div", { className: "sm-choice" }, html("label", { htmlFor: "sm-show" }, "Colour shows the "), select);
  }

  const KEYS = { ArrowLeft: ["beta", -1], ArrowRight: ["beta", 1], ArrowDown: ["lam", -1], ArrowUp: ["lam", 1] };

  function movable(target) {
    const rounded = (value) => Number(value.toPrecision(4));
    target.setAttribute("tabindex", "0");
    target.setAttribute("role", "application");
    target.setAttribute("aria-describedby", "sm-hint");
    target.addEventListener("click", (event) => {
      if (!WITH_LIMIT.includes(state.penalty)) return;
      const [beta, lam] = parts.diagram.at(event);
      change({ beta: rounded(beta), lam: rounded(lam) });
    });
    target.addEventListener("keydown", (event) => {
      if (!KEYS[event.key]) return;
      event.preventDefault();
      const [name, way] = KEYS[event.key];
      const axis = P.PHASES[name];
      const moved = (state[name] || axis.low) * 10 ** (way / 20);
      change({ [name]: rounded(Math.min(Math.max(moved, axis.low), axis.high)) });
    });
  }

  // Showing.

  function showControls(unit) {
    parts.penalty.value = state.penalty;
    parts.beta.show(state.beta);
    parts.lam.show(state.lam);
    const shapes = K.shapesOf(state.penalty);
    if (parts.shapes.dataset.penalty !== state.penalty) {
      parts.shapes.dataset.penalty = state.penalty;
      parts.own = shapes.map((shape) => {
        const axis = { ...K.AXES.shape, low: Math.max(K.AXES.shape.low, shape.above), closed: shape.attained };
        return K.logarithmic(shape.meaning, axis, shape.above, (value) => change({ shape: { [shape.name]: value } }));
      });
      parts.shapes.replaceChildren(...parts.own.map((own) => own.box));
    }
    shapes.forEach((shape, index) => parts.own[index].show(K.shapeValue(state, shape)));
    parts.weights.show(state.w);
    if (parts.entries.childElementCount !== state.w.length) {
      parts.sliders = state.w.map((_, index) => K.entry(index, setEntry));
      parts.entries.replaceChildren(...parts.sliders.map((slider) => slider.box));
    }
    reach = K.reachOf(state.w, reach);
    parts.sliders.forEach((slider, index) => slider.show(state.w[index], unit[index], reach));
    parts.more.disabled = state.w.length >= K.LONGEST;
    parts.fewer.disabled = state.w.length <= 1;
    const preset = Object.keys(K.PRESETS).find((name) => K.PRESETS[name].join() === state.w.join());
    parts.preset.value = preset || "own choice";
  }

  const COLUMNS = ["stable limit", "N", "support of ū", "error", "Lyapunov value"];

  /** A row of the list: choosing it shows that limit. The names of columns go with the cells, for narrow screens. */
  function listRow(limit, place) {
    const shown = place === (now.chosen ? state.limit : now.own);
    const chosen = html("input", { type: "radio", name: "sm-limit", checked: shown });
    const name = html("label", {}, chosen, ` ${named(limit)}`);
    const sizes = [digits(shownError(limit)), digits(limit.lyapunov, 6)];
    const cells = [name, digits(limit.multiplier, 6), listed(limit.support), ...sizes];
    const row = cells.map((cell, k) => html("td", { role: "cell", "data-name": COLUMNS[k] }, cell));
    const made = html("tr", { role: "row" }, ...row);
    made.addEventListener("click", () => change({ limit: place === now.own ? null : place }));
    return made;
  }

  function showList({ census, rows }) {
    const head = COLUMNS.map((name) => html("th", { scope: "col", role: "columnheader" }, name));
    const count = census.limits.length;
    const some = count > rows.length ? ` ${rows.length} of ${count} are listed.` : "";
    const stopped = `There may be more stable limits for these parameters (R7) than these ${count}.${some}`;
    const all = `All stable limits for these parameters (R7), best first.${some}`;
    const choose = count > 1 ? " Choose the one that the pictures show." : "";
    const caption = html("caption", {}, `${census.complete ? all : stopped}${choose}`);
    const body = html("tbody", { role: "rowgroup" }, ...rows.map(listRow));
    const top = html("thead", { role: "rowgroup" }, html("tr", { role: "row" }, ...head));
    const focused = parts.list.contains(document.activeElement);
    const more = census.continua ? [html("p", {}, census.continua)] : [];
    parts.list.replaceChildren(html("table", { role: "table" }, caption, top, body), ...more);
    if (focused) parts.list.querySelector("input:checked")?.focus();
  }

  function showFormulas() {
    const own = F.penalties[state.penalty].claim;
    const of = (claim) => `${claim}.${state.penalty}`;
    const chapter = ["R3", of("R4"), "R5", of("R5"), "R6.radius", "R6.probability", of("R7")];
    const ids = WITH_LIMIT.includes(state.penalty) ? [own, ...chapter] : [own];
    if (parts.formulas.dataset.penalty === state.penalty) return;
    parts.formulas.dataset.penalty = state.penalty;
    parts.formulas.replaceChildren(
      ...ids.map((id) => {
        const shown = html("div", { className: "sm-formula" });
        shown.innerHTML = F.captions[id].mathml; // MathML of a claim, from formulas.js
        return html("section", {}, html("h2", {}, `${id} · ${F.captions[id].title}`), shown);
      }),
    );
  }

  function showLegend() {
    const words = P.levels(show, state.w.length);
    const outside = ["beta", "lam"].some((name) => {
      return state[name] < P.PHASES[name].low || state[name] > P.PHASES[name].high;
    });
    parts.outside.textContent = outside ? "It lies outside of the diagram and is drawn at its edge. " : "";
    parts.levels.replaceChildren(...explained(words.map(([level, name]) => ["cell", `sm-level-${level}`, name])));
  }

  let speaking = 0;

  /** A summary for screen readers, once the controls have come to rest. */
  function speak() {
    clearTimeout(speaking);
    speaking = setTimeout(() => {
      const words = now.found ? figuresOf(now).map(([name, value]) => `${name} ${value}`).join("; ") : "";
      parts.spoken.textContent = [messageOf(now), words].filter(Boolean).join(" ");
    }, SPOKEN_AFTER);
  }

  function update(followed) {
    now = view(followed);
    if (state.limit !== null && !now.chosen) {
      const { rows, own } = now;
      if (rows && state.limit !== own) complaint = `limit=${state.limit} left out: ${rows.length} listed, from 0 on.`;
      state.limit = null;
    }
    showControls(now.plain.w_star);
    parts.message.textContent = [complaint, messageOf(now)].filter(Boolean).join(" ");
    P.drawMap(parts.map, now);
    showFormulas();
    const limited = Boolean(now.found);
    const legend = parts.map.closest("figure").querySelector("ul");
    legend.replaceChildren(...explained(limited ? LEGENDS.limit : LEGENDS.proximal));
    legend.nextSibling.textContent = limited ? READING.map : READING.proximal;
    ["bars", "errors", "phases"].forEach((name) => (parts[name].closest("figure").hidden = !limited));
    parts.list.hidden = !limited;
    const rows = limited ? figuresOf(now) : [["ratio ρ = λ/β", digits(now.plain.rho)]];
    const told = rows.map(([name, value]) => html("div", {}, html("dt", {}, name), html("dd", {}, value)));
    parts.figures.replaceChildren(...told);
    if (limited) {
      P.drawBars(parts.bars, now);
      P.drawErrors(parts.errors, now);
      parts.diagram.update(now.given, show);
      showLegend();
      showList(now);
    } else {
      parts.diagram.clear();
    }
    speak();
  }

  if (root) {
    window.addEventListener("hashchange", () => {
      if (!K.holdsState(location.hash)) return; // a link to a heading
      [state, complaint] = K.read(location.hash);
      update();
    });
    build();
    update();
  }
})();
