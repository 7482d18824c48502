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

  const W = PRESETS["three large, three small"];
  const START = { penalty: "l1", beta: 0.5, lam: 0.1, shape: {}, w: [...W], limit: null };

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
    const shown = state.limit === null ? [] : [`limit=${state.limit}`];
    return `#${[...own, ...shapes, `w=${state.w.join(",")}`, ...shown].join("&")}`;
  }

  /** Whether an address names any part of a state; one that does not may lead to a heading of the site's page. */
  function holdsState(hash) {
    const shapes = Object.values(F.penalties).flatMap((penalty) => penalty.parameters.map((shape) => shape.name));
    const known = ["penalty", "beta", "lam", "w", "limit", ...shapes];
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
    take("w", isWeight, (text) => (state.w = weightOf(text.split(","))));
    take("limit", (text) => /^\d{1,3}$/.test(text), (text) => (state.limit = Number(text)));
    return [state, wrong.length ? `Not understood in the address, and left out: ${wrong.join(", ")}.` : ""];
  }

  const NUMBER = /^[+-]?(?!0\d)(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

  /** The weight that texts of single numbers spell. RangeError says what is no number, or why limits.js takes none. */
  function weightOf(cells) {
    if (cells.length > LONGEST) {
      throw new RangeError(`${cells.length} numbers; up to ${LONGEST} are taken here, and any by “coarseproof limit”`);
    }
    const wrong = cells.find((cell) => !NUMBER.test(cell));
    if (wrong !== undefined) throw new RangeError(wrong === "" ? "a number is missing" : `“${wrong}” is not a number`);
    const w = cells.map(Number);
    globalThis.coarseproofLimits.pose({ w_star: w, beta: 0, lam: 0, penalty: "l1" });
    return w;
  }

  /**
   * The weight in a text as people paste it: commas, semicolons, blanks or lines between numbers, in brackets or not.
   * RangeError as of weightOf, and where a comma may be decimal.
   */
  function pasted(text) {
    const plain = text.replaceAll("−", "-").replace(/[[\]()]/g, " ").trim();
    const ambiguous = plain.includes(".") ? /[;\t]/ : /[;\s]|^[+-]?\d+,\d+$/;
    if (/\d,\d/.test(plain) && ambiguous.test(plain)) {
      throw new RangeError("a comma may be decimal here; write decimals with points, and separate in one way");
    }
    return weightOf(plain.replace(/\s*[,;]$/, "").split(/\s*[,;]\s*|\s+/));
  }

  function isWeight(text) {
    try {
      return weightOf(text.split(",")).length > 0;
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

  /** A field for all entries; `set(w)` is called at each change that leaves a weight in it, and else it says why not. */
  function weights(set) {
    const field = html("textarea", { id: "sm-weights", rows: 2, spellcheck: false, autocomplete: "off" });
    const said = html("p", { className: "sm-hint", role: "status" });
    field.addEventListener("input", () => {
      try {
        const w = pasted(field.value);
        say("");
        set(w);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        say(error.message);
      }
    });
    const say = (words) => {
      said.textContent = words;
      field.setCustomValidity(words);
      field.setAttribute("aria-invalid", String(Boolean(words)));
    };
    const show = (w) => {
      if (document.activeElement === field) return; // what is being typed stays
      field.value = w.join(", ");
      say("");
    };
    const name = html("label", { htmlFor: "sm-weights" }, "or type or paste numbers");
    return { box: html("div", { className: "sm-weights" }, name, field, said), show };
  }

  /** Where sliders for w end: at a power of ten, kept while the largest entry is moved within two of them. */
  function reachOf(w, before) {
    const largest = Math.max(...w.map(Math.abs));
    return largest <= before && largest >= before / 100 ? before : 10 ** Math.ceil(Math.log10(largest));
  }

  /** A slider for one entry of the weight. */
  function entry(index, set) {
    const id = `sm-entry-${index}`;
    const slider = html("input", { type: "range", id });
    const shown = html("output", { htmlFor: id });
    slider.addEventListener("input", () => set(index, Number(slider.value)));
    return {
      box: html("div", { className: "sm-entry" }, html("label", { htmlFor: id }, `${index}`), slider, shown),
      show: (raw, unit, reach) => {
        Object.assign(slider, { min: -reach, max: reach, step: reach / 100, value: raw });
        const words = unit.toFixed(3).replace("-", "−");
        slider.setAttribute("aria-label", `entry ${index} of w*`);
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
    reachOf,
    read,
    shapeValue,
    shapesOf,
    weights,
    written,
  };
})();
