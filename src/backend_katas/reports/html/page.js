// Sorting, filtering and opening; whoever reads without scripts has all of the page all the same.
"use strict";

const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));

// A column sorts by its cells' data-value where they have one; a cell with none of it stays last either way.
const valueOf = (row, column) => {
  const cell = row.cells[column];
  return cell.dataset.value ?? cell.textContent.trim();
};

const compare = (one, other, numeric) => {
  if (one === "" || other === "") return one === other ? 0 : one === "" ? 1 : -1;
  return numeric ? parseFloat(one) - parseFloat(other) : one.localeCompare(other, undefined, { numeric: true });
};

const sort = (table, head) => {
  const column = head.cellIndex;
  const numeric = head.classList.contains("number");
  const before = head.getAttribute("aria-sort");
  // Numbers begin with the greatest, words with the first of the alphabet.
  const down = before ? before === "ascending" : numeric;
  const body = table.tBodies[0];
  const keyed = Array.from(body.rows, (row) => [valueOf(row, column), row]);
  const turn = down ? -1 : 1;
  keyed.sort(([one], [other]) => {
    const found = compare(one === "–" ? "" : one, other === "–" ? "" : other, numeric);
    return one === "" || other === "" || one === "–" || other === "–" ? found : turn * found;
  });
  all("th[aria-sort]", table.tHead).forEach((each) => each.removeAttribute("aria-sort"));
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  body.append(...keyed.map(([, row]) => row));
};

const wrap = (head, button) => {
  button.append(...head.childNodes);
  head.append(button);
};

const buttons = all("table.sortable thead th").map((head) => {
  const button = document.createElement("button");
  button.type = "button";
  button.addEventListener("click", () => sort(head.closest("table"), head));
  wrap(head, button);
  return [head, button];
});

// Chromium repeats the head of a table on each sheet, but no button in it.
addEventListener("beforeprint", () => buttons.forEach(([head, button]) => head.replaceChildren(...button.childNodes)));
addEventListener("afterprint", () => buttons.forEach(([head, button]) => wrap(head, button)));

const form = document.querySelector("form.filter");
const rows = all("#marks-table tbody tr");
const stories = new Map(all(".stories > li").map((item) => [item.dataset.of, item]));

// What a submission's row and story say, gathered when it is first asked for: it is most of the page.
const said = new Map();
const textOf = (row) => {
  if (!said.has(row)) {
    const story = stories.get(row.dataset.number);
    said.set(row, `${row.textContent}\n${story ? story.textContent : ""}`.toLowerCase());
  }
  return said.get(row);
};

const filter = () => {
  const text = form.elements.text.value.trim().toLowerCase();
  const status = form.elements.status.value;
  const level = form.elements.level.value;
  let shown = 0;
  rows.forEach((row) => {
    const fits =
      (!text || textOf(row).includes(text)) &&
      (!status || row.dataset.status === status) &&
      (!level || row.dataset.lost.split(" ").includes(level));
    row.hidden = !fits;
    const story = stories.get(row.dataset.number);
    if (story) story.hidden = !fits;
    shown += fits ? 1 : 0;
  });
  form.elements.shown.value = `${shown} of ${rows.length} shown`;
};

form.hidden = false;
form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
form.reset();

// A link to a submission opens it, and shows it even where the filter would not.
const open = () => {
  const target = document.getElementById(location.hash.slice(1));
  if (!(target instanceof HTMLDetailsElement)) return;
  target.parentElement.hidden = false;
  target.open = true;
  target.scrollIntoView();
  target.querySelector("summary").focus({ preventScroll: true });
};

addEventListener("hashchange", open);
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#s']");
  if (link && link.hash === location.hash) open();
});
open();

const tools = document.querySelector(".tools");
tools.hidden = false;
tools.addEventListener("click", (event) => {
  const wish = event.target.dataset.open;
  if (!wish) return;
  all(".stories > li:not([hidden]) > details").forEach((each) => {
    each.open = wish === "all";
  });
});
