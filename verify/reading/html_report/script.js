"use strict";
// The address after "#" is either a claim's section (#claim-C3) or the filter (#?chapter=C&verdict=verified).
(() => {
  const form = document.getElementById("filter");
  const table = document.getElementById("claims");
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const heads = [...table.tHead.rows[0].cells];
  const count = document.getElementById("count");
  let sorted = { column: 0, down: false };

  const words = () => Object.fromEntries([...new FormData(form)].filter(([, value]) => value));

  function matches(row, wanted) {
    const data = row.dataset;
    const text = row.textContent.toLowerCase();
    return (wanted.text || "").toLowerCase().split(/\s+/).every((word) => text.includes(word))
      && ["chapter", "verdict", "grade"].every((name) => !wanted[name] || data[name] === wanted[name])
      && (!wanted.method || data.methods.split(" ").includes(wanted.method));
  }

  const sectionOf = (row) => document.getElementById(row.querySelector("a").hash.slice(1));

  function narrow() {
    const wanted = words();
    let shown = 0;
    for (const row of rows) {
      row.hidden = !matches(row, wanted);
      sectionOf(row).hidden = row.hidden;
      shown += row.hidden ? 0 : 1;
    }
    count.textContent = `${shown} of ${rows.length} claims`;
  }

  function value(row) {
    const cell = row.cells[sorted.column];
    return cell.dataset.v === undefined ? cell.textContent : Number(cell.dataset.v);
  }

  function order() {
    const sign = sorted.down ? -1 : 1;
    const pairs = rows.map((row, index) => [value(row), index, row]);
    pairs.sort(([a, i], [b, j]) => sign * (typeof a === "number" ? a - b : a.localeCompare(b, "en")) || i - j);
    body.append(...pairs.map(([, , row]) => row));
    heads.forEach((head, index) => head.setAttribute(
      "aria-sort", index !== sorted.column ? "none" : sorted.down ? "descending" : "ascending"));
  }

  function remember() {
    const known = new URLSearchParams(words());
    if (sorted.column || sorted.down) known.set("sort", `${sorted.down ? "-" : ""}${sorted.column}`);
    history.replaceState(null, "", `#${known.size ? "?" : ""}${known}`);
  }

  function restore() {
    const known = new URLSearchParams(location.hash.slice(2));
    for (const field of form.elements) if (field.name) field.value = known.get(field.name) || "";
    for (const field of form.querySelectorAll("select")) if (field.selectedIndex < 0) field.value = "";
    const wanted = known.get("sort") || "";
    const column = Number(wanted.replace("-", ""));
    sorted = { column: heads[column] ? column : 0, down: wanted.startsWith("-") };
    narrow();
    order();
  }

  function address() {
    const text = location.hash.slice(1);
    try {
      return decodeURIComponent(text);
    } catch {  // a lone "%" is no escape: the address stands as it is
      return text;
    }
  }

  function arrive() {
    const section = document.getElementById(address());
    if (section && section.tagName === "DETAILS") {
      section.hidden = false;  // a link leads there, whatever is filtered
      section.open = true;
      section.scrollIntoView();
    } else if (!location.hash || location.hash.startsWith("#?")) {
      restore();
    }
  }

  /** Derivations stand as text in their sections, until these are opened. */
  function unfold(section) {
    for (const text of section.querySelectorAll("script[type='text/plain']")) {
      const derivation = document.createElement("div");
      derivation.innerHTML = text.textContent;
      text.replaceWith(derivation);
    }
  }

  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", () => {
      sorted = { column, down: sorted.column === column && !sorted.down };
      order();
      remember();
    });
    head.replaceChildren(button);
  });
  form.hidden = false;
  form.addEventListener("input", () => { narrow(); remember(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { narrow(); remember(); }));
  addEventListener("hashchange", arrive);
  document.addEventListener("toggle", ({ target }) => target.matches(".claim[open]") && unfold(target), true);
  // A link that is followed twice changes no address, and should open the section all the same.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#claim-']");
    if (link && link.getAttribute("href") === location.hash) arrive();
  });
  narrow();
  order();
  arrive();
})();
