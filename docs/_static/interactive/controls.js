/*
 * Controls of the page: what they are made of, and the state they set, which the address keeps after its "#".
 */
"use strict";

(function () {
  const F = globalThis.coarseproofFormulas;
  const P = globalThis.coarseproofPanels.PHASES;
  const LONGEST = globalThis.coarseproofLimits.LONGEST;
  const MOST = 1e6;

  const PRESETS = {
    "three large, three small": [0.9, -0.7, 0.5, 0.15, -0.1, 0.05],
    "one large entry": [1, 0.25, -0.2, 0.15, 0.1, -0.05],
    "two equal entries": [0.8, 0.8, 0.3, -0.2, 0.1],
    "sparse": [0.9, 0, -0.6, 0, 0, 0.35, 0, 0],
    "all equal": [0.6, -0.6, 0.6, -0.6, 0.6],
    "geometric": [1, 0.7, 0.49, 0.34, 0.24, 0.17, 0.12, 0.08],
    "two entries": [0.8, 0.6],
  };

  const START = { penalty: "l1", beta: 0.5, lam: 0.1, shape: {}, w: [...PRESETS["three large, three small"]] };

  /** An HTML element with properties and children; strings become text. */
  function html(name, properties, ...children) {
    const made = document.createElement(name);
    Object.entries(properties || {}).forEach(([key, value]) => {
      if (key in made && key !== "list") made[key] = value;
      else made.setAttribute(key, value);
    });
    made.append(...children);
    return made;
  }

  function copied(state) {
    return { ...state, shape: { ...state.shape }, w: [...state.w] };
  }

  // The address.

  function written(state) {
    const shapes = Object.entries(state.shape).map(([name, value]) => `${name}=${value}`);
    const own = [`penalty=${state.penalty}`, `beta=${state.beta}`, `lam=${state.lam}`];
    return `#${[...own, ...shapes, `w=${state.w.join(",")}`].join("&")}`;
  }

  /** Whether an address names any part of a state; one that does not may lead to a heading of the site's page. */
  function holdsState(hash) {
    const shapes = Object.values(F.penalties).flatMap((penalty) => penalty.parameters.map((shape) => shape.name));
    const known = ["penalty", "beta", "lam", "w", ...shapes];
    return [...new URLSearchParams(hash.replace(/^#/, "")).keys()].some((key) => known.includes(key));
  }

  /** The state an address asks for, and words about what in it was not understood and left as it is. */
  function read(hash) {
    const state = copied(START);
    const wrong = [];
    const given = new URLSearchParams(hash.replace(/^#/, ""));
    const take = (name, good, set) => {
      if (!given.has(name)) return;
      const value = given.get(name);
      if (good(value)) set(value);
      else wrong.push(`${name}=${value}`);
    };
    const isNumber = (text) => text.trim() !== "" && Number.isFinite(Number(text));
    take("penalty", (text) => Object.hasOwn(F.penalties, text), (text) => (state.penalty = text));
    ["beta", "lam"].forEach((name) => {
      take(name, (text) => isNumber(text) && within(Number(text), 0, true), (text) => (state[name] = Number(text)));
    });
    shapesOf(state.penalty).forEach((shape) => {
      const good = (text) => isNumber(text) && allowed(shape, Number(text));
      take(shape.name, good, (text) => (state.shape[shape.name] = Number(text)));
    });
    take("w", isWeight, (text) => (state.w = text.split(",").map(Number)));
    return [state, wrong.length ? `Not understood in the address, and left out: ${wrong.join(", ")}.` : ""];
  }

  /** Whether a text lists entries that limits.js takes as a weight. */
  function isWeight(text) {
    const entries = text.split(",");
    if (!entries.every((entry) => entry.trim() !== "")) return false;
    try {
      globalThis.coarseproofLimits.pose({ w_star: entries.map(Number), beta: 0, lam: 0, penalty: "l1" });
      return true;
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  }

  /** Whether a value lies between a bound, which is allowed if `attained`, and the largest that the page takes. */
  function within(value, least, attained) {
    return value <= MOST && (value > least || (attained && value === least));
  }

  // What a penalty has besides λ.

  function shapesOf(penalty) {
    return F.penalties[penalty].parameters;
  }

  function allowed(shape, value) {
    return within(value, shape.above, shape.attained) && value >= 1 / MOST;
  }

  function shapeValue(state, shape) {
    const own = state.shape[shape.name];
    return own === undefined || !allowed(shape, own) ? shape.default : own;
  }

  // Single controls.

  let names = 0;

  /** A slider over the logarithm of a value, and a field for any value from `least` on; both call `set(value)`. */
  function logarithmic(label, axis, least, set) {
    const id = `sm-control-${(names += 1)}`;
    const low = Math.log10(axis.low);
    const high = Math.log10(axis.high);
    const slider = html("input", { type: "range", id, min: low, max: high, step: 0.01 });
    const field = html("input", { type: "number", min: least, step: "any", "aria-label": `${label}, as a number` });
    slider.addEventListener("input", () => set(Number((10 ** Number(slider.value)).toPrecision(4))));
    field.addEventListener("change", () => {
      const value = Number(field.value);
      const good = field.value.trim() !== "" && within(value, least, axis.closed);
      field.setCustomValidity(good ? "" : `a number ${axis.closed ? "≥" : ">"} ${least} and up to ${MOST} is needed`);
      if (good) set(value);
      else field.reportValidity();
    });
    const show = (value) => {
      slider.value = value > 0 ? Math.log10(value) : low;
      slider.setAttribute("aria-valuetext", String(value));
      field.value = value;
      field.setCustomValidity("");
    };
    const name = html("label", { htmlFor: id }, label);
    return { box: html("div", { className: "sm-control" }, name, slider, field), show };
  }

  /** A slider for one entry of the weight. */
  function entry(index, value, set) {
    const id = `sm-entry-${index}`;
    const slider = html("input", { type: "range", id, min: -1, max: 1, step: 0.01, value });
    const shown = html("output", { htmlFor: id });
    slider.addEventListener("input", () => set(index, Number(slider.value)));
    return {
      box: html("div", { className: "sm-entry" }, html("label", { htmlFor: id }, `${index + 1}`), slider, shown),
      show: (raw, unit) => {
        slider.value = raw;
        const words = unit.toFixed(3).replace("-", "−");
        slider.setAttribute("aria-label", `entry ${index + 1} of w*`);
        slider.setAttribute("aria-valuetext", `${words} after normalization`);
        shown.value = words;
      },
    };
  }

  const AXES = { beta: { ...P.beta, closed: true }, lam: { ...P.lam, closed: true }, shape: { low: 1e-2, high: 1e2 } };

  globalThis.coarseproofControls = {
    AXES,
    LONGEST,
    PRESETS,
    copied,
    entry,
    holdsState,
    html,
    logarithmic,
    read,
    shapeValue,
    shapesOf,
    written,
  };
})();
