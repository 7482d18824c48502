/*
 * Drawing as SVG: axes, lines, marks and bars. Colours and sizes of type are classes of page.css, so that a change
 * between light and dark needs no script.
 */
"use strict";

(function () {
  const SPACE = "http://www.w3.org/2000/svg";
  const WIDTH = 380;
  const HEIGHT = 290;
  const EDGE = { left: 52, right: 12, top: 12, bottom: 42 };

  /** An element with attributes and children; strings become text. */
  function svg(name, attributes, ...children) {
    const made = document.createElementNS(SPACE, name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    children.forEach((child) => made.append(child));
    return made;
  }

  /** An empty picture that screen readers announce as `label`. */
  function picture(label) {
    return svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label, class: "sm-picture" });
  }

  /** Positions and names of ticks on an axis {low, high, log}. */
  function ticks(axis) {
    if (axis.ticks) return axis.ticks.map((value) => [value, String(value)]);
    if (axis.log) {
      const first = Math.ceil(Math.log10(axis.low) - 1e-9);
      const last = Math.floor(Math.log10(axis.high) + 1e-9);
      const every = Math.max(1, Math.ceil((last - first) / 5));
      const powers = [];
      for (let power = first; power <= last; power += every) powers.push([10 ** power, powerOfTen(power)]);
      return powers;
    }
    const rough = (axis.high - axis.low) / 5;
    const unit = 10 ** Math.floor(Math.log10(rough));
    const step = unit * [1, 2, 5, 10].find((factor) => factor * unit >= rough);
    const values = [];
    for (let k = Math.ceil(axis.low / step - 1e-9); k * step <= axis.high * (1 + 1e-9); k += 1) {
      values.push([k * step, String(Number((k * step).toPrecision(6))).replace("-", "−")]);
    }
    return values;
  }

  const RAISED = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

  function powerOfTen(power) {
    return `10${[...String(power)].map((sign) => RAISED[sign]).join("")}`;
  }

  function scale(axis, from, to) {
    const place = axis.log ? Math.log10 : (value) => value;
    const low = place(axis.low);
    const span = place(axis.high) - low;
    return (value) => {
      const at = from + ((place(value) - low) / span) * (to - from);
      return Math.min(Math.max(at, Math.min(from, to) - 1000), Math.max(from, to) + 1000);
    };
  }

  let clips = 0;

  /**
   * Empty `target` and draw axes {low, high, log, ticks, label} on it. The result places and adds things: `x`, `y`,
   * `add` (clipped to the frame), `line`, `mark`, and `value`, which turns a point of the screen into one of the axes.
   */
  function frame(target, x, y) {
    const right = WIDTH - EDGE.right;
    const bottom = HEIGHT - EDGE.bottom;
    const at = { x: scale(x, EDGE.left, right), y: scale(y, bottom, EDGE.top) };
    const name = `sm-clip-${(clips += 1)}`;
    const size = { x: EDGE.left, y: EDGE.top, width: right - EDGE.left, height: bottom - EDGE.top };
    const inside = svg("g", { "clip-path": `url(#${name})` });
    target.replaceChildren(svg("clipPath", { id: name }, svg("rect", size)));
    ticks(x).forEach(([value, text]) => {
      const place = at.x(value);
      target.append(svg("line", { class: "sm-grid", x1: place, x2: place, y1: EDGE.top, y2: bottom }));
      target.append(svg("text", { class: "sm-tick", x: place, y: bottom + 15, "text-anchor": "middle" }, text));
    });
    ticks(y).forEach(([value, text]) => {
      const place = at.y(value);
      target.append(svg("line", { class: "sm-grid", x1: EDGE.left, x2: right, y1: place, y2: place }));
      target.append(svg("text", { class: "sm-tick", x: EDGE.left - 6, y: place + 4, "text-anchor": "end" }, text));
    });
    const turned = `translate(13 ${(EDGE.top + bottom) / 2}) rotate(-90)`;
    target.append(
      inside,
      svg("rect", { class: "sm-frame", ...size }),
      svg("text", { class: "sm-label", x: (EDGE.left + right) / 2, y: HEIGHT - 8, "text-anchor": "middle" }, x.label),
      svg("text", { class: "sm-label", transform: turned, "text-anchor": "middle" }, y.label),
    );
    const add = (...made) => inside.append(...made);
    return {
      ...at,
      add,
      line: (points, look) => add(svg("path", { class: `sm-line ${look}`, d: path(points, at) })),
      mark: (kind, point, look) => add(mark(kind, at.x(point[0]), at.y(point[1]), look)),
      value: (event) => onAxes(target, event, x, y, size),
    };
  }

  /** A path through points; one that is not finite interrupts it. */
  function path(points, at) {
    let pen = "M";
    return points
      .map(([x, y]) => {
        if (!Number.isFinite(x) || !Number.isFinite(y)) {
          pen = "M";
          return "";
        }
        const piece = `${pen}${at.x(x).toFixed(2)} ${at.y(y).toFixed(2)}`;
        pen = "L";
        return piece;
      })
      .join("");
  }

  function mark(kind, x, y, look) {
    if (kind === "cross") {
      return svg("path", { class: `sm-mark ${look}`, d: `M${x - 4} ${y - 4}l8 8m0-8l-8 8` });
    }
    if (kind === "star") {
      const points = Array.from({ length: 10 }, (_, k) => {
        const reach = k % 2 ? 3.6 : 9;
        const turn = (Math.PI * k) / 5 - Math.PI / 2;
        return `${(x + reach * Math.cos(turn)).toFixed(2)},${(y + reach * Math.sin(turn)).toFixed(2)}`;
      });
      return svg("polygon", { class: `sm-mark ${look}`, points: points.join(" ") });
    }
    if (kind === "square") {
      return svg("rect", { class: `sm-mark ${look}`, x: x - 3.5, y: y - 3.5, width: 7, height: 7 });
    }
    return svg("circle", { class: `sm-mark ${look}`, cx: x, cy: y, r: 4 });
  }

  function onAxes(target, event, x, y, size) {
    const box = target.getBoundingClientRect();
    const across = ((event.clientX - box.left) / box.width) * WIDTH;
    const down = ((event.clientY - box.top) / box.height) * HEIGHT;
    const between = (part) => Math.min(Math.max(part, 0), 1);
    return [
      along(x, between((across - size.x) / size.width)),
      along(y, between(1 - (down - size.y) / size.height)),
    ];
  }

  /** The value at a fraction of an axis. */
  function along(axis, part) {
    if (!axis.log) return axis.low + part * (axis.high - axis.low);
    return axis.low * (axis.high / axis.low) ** part;
  }

  globalThis.coarseproofDraw = { svg, picture, frame, along };
})();
