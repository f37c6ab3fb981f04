// The live page: draws one tab as the server sees it, looks every moment whether anything has changed,
// and sends what a person does through the ordinary API, like any other client.
"use strict";

const picture = window.PICTURE || null; // a page saved to look at: nothing is asked for, nothing is sent
const bookId = decodeURIComponent(location.pathname.split("/").pop());
const $ = (id) => document.getElementById(id);
const HEAD = 24, SIDE = 46;
let view = null, version = -1, tabId = null, tabs = [], selected = [0, 0], editing = null, busy = false;

const text = (s) => String(s).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);

function letters(column) {
  let name = "";
  for (column += 1; column; column = Math.floor((column - 1) / 26)) name = String.fromCharCode(65 + ((column - 1) % 26)) + name;
  return name;
}

// -- drawing ------------------------------------------------------------------------------------

function draw(fresh) {
  const before = view && view.id === fresh.id ? known(view) : null;
  view = fresh;
  const shown = view.columns.map((width, at) => (width ? at : -1)).filter((at) => at >= 0);
  const merged = merges();
  const html = ["<colgroup><col style='width:" + SIDE + "px'>"];
  for (const at of shown) html.push("<col style='width:" + view.columns[at] + "px'>");
  html.push("</colgroup><thead><tr><th></th>");
  let left = SIDE;
  for (const at of shown) {
    const stuck = at < view.frozenColumns ? "left:" + left + "px;z-index:5" : "";
    html.push(`<th data-column="${at}" class="${at && !view.columns[at - 1] ? "gap" : ""}" style="${stuck}">${letters(at)}</th>`);
    left += view.columns[at];
  }
  html.push("</tr></thead><tbody>");
  let top = HEAD;
  view.rows.forEach((height, row) => {
    if (!height) return;
    html.push(rowHtml(row, height, top, shown, merged, before));
    top += height;
  });
  html.push("</tbody>");
  const grid = $("grid"), at = [grid.scrollLeft, grid.scrollTop];
  $("table").className = view.gridlines ? "" : "plain";
  $("table").innerHTML = html.join("");
  drawCharts();
  [grid.scrollLeft, grid.scrollTop] = before ? at : [0, 0];
  selected = [Math.min(selected[0], view.rows.length - 1), Math.min(selected[1], view.columns.length - 1)];
  ring();
}

function rowHtml(row, height, top, shown, merged, before) {
  const stuckRow = row < view.frozenRows;
  const html = [`<tr style="height:${height}px"><th data-row="${row}" style="${stuckRow ? "top:" + top + "px;z-index:5" : ""}"><div style="max-height:${height - 1}px">${row + 1}</div></th>`];
  let left = SIDE;
  for (const column of shown) {
    const merge = merged.get(row + "," + column);
    if (merge !== "covered") html.push(cellHtml(row, column, { height, top, left, merge, stuckRow, before }));
    left += view.columns[column];
  }
  return html.join("") + "</tr>";
}

function cellHtml(row, column, { height, top, left, merge, stuckRow, before }) {
  const cell = view.cells[row][column];
  const [css, wrap] = view.looks[cell.s];
  const names = [], style = [css];
  if (stuckRow) { names.push("top"); style.push("top:" + top + "px"); if (row === view.frozenRows - 1) names.push("lastrow"); }
  if (column < view.frozenColumns) { names.push("side"); style.push("left:" + left + "px"); if (column === view.frozenColumns - 1) names.push("lastcolumn"); }
  if (cell.n) names.push("note");
  if (before && changed(before, row, column, cell)) names.push("changed");
  let span = "";
  if (merge) {
    height = sum(view.rows, row, merge[2]);
    span = ` rowspan="${count(view.rows, row, merge[2])}" colspan="${count(view.columns, column, merge[3])}"`;
  }
  return `<td data-at="${row},${column}" class="${names.join(" ")}"${span} style="${style.join(";")}">${inner(row, column, cell, wrap, height, merge)}</td>`;
}

function inner(row, column, cell, wrap, height, merge) {
  const names = ["in"];
  const most = ` style="max-height:${height - 1}px"`;
  if (cell.k === "tick") return `<div class="in"${most}><span class="tick ${cell.v ? "yes" : ""}"></span></div>`;
  if (wrap === "wrap") names.push("wrap");
  else if (wrap === "over" && !merge && spills(row, column)) names.push("spill");
  let more = "";
  if (cell.k === "list") { names.push("list"); more = '<span class="arrow"></span>'; }
  const button = view.filtered && row === view.filtered[0] && column >= view.filtered[1] && column < view.filtered[2];
  return `<div class="${names.join(" ")}"${most}>${button ? '<span class="funnel"></span>' : ""}${text(cell.t || "")}${more}</div>`;
}

function spills(row, column) {
  const next = view.cells[row][column + 1];
  return !next || (!next.t && !next.k);
}

// The rows of the earlier view by what stands in their first cell, so that a moved row is not taken for a changed one.
function known(before) {
  const rows = new Map();
  for (const cells of before.cells) if (cells[0].t) rows.set(cells[0].t, rows.has(cells[0].t) ? null : cells);
  return { rows, cells: before.cells, top: view.frozenRows };
}

function changed(before, row, column, cell) {
  const key = before.top && view.cells[row][0].t;
  const cells = key ? before.rows.get(key) : before.top ? null : before.cells[row];
  const was = cells && cells[column];
  return was && ((was.t || "") !== (cell.t || "") || was.v !== cell.v);
}

function merges() {
  const found = new Map();
  for (const merge of view.merges) {
    for (let row = merge[0]; row < merge[2]; row++)
      for (let column = merge[1]; column < merge[3]; column++) found.set(row + "," + column, "covered");
    found.set(merge[0] + "," + merge[1], merge);
  }
  return found;
}

const sum = (sizes, from, to) => sizes.slice(from, to).reduce((a, b) => a + b, 0);
const count = (sizes, from, to) => sizes.slice(from, to).filter(Boolean).length;

function drawCharts() {
  $("charts").innerHTML = view.charts.map((chart) => chart.svg).join("");
  view.charts.forEach((chart, at) => {
    const drawn = $("charts").children[at];
    const anchor = $("table").querySelector(`th[data-row="${chart.row}"]`);
    drawn.style.left = SIDE + sum(view.columns, 0, chart.column) + chart.x + "px";
    drawn.style.top = (anchor ? anchor.parentElement.offsetTop : HEAD) + chart.y + "px";
  });
}

function td(row, column) { return $("table").querySelector(`td[data-at="${row},${column}"]`); }

function ring() {
  const [row, column] = selected, cell = view.cells[row] && view.cells[row][column];
  const found = td(row, column);
  document.querySelectorAll("#table th.on").forEach((th) => th.classList.remove("on"));
  for (const name of [`[data-row="${row}"]`, `[data-column="${column}"]`]) {
    const th = $("table").querySelector("th" + name);
    if (th) th.classList.add("on");
  }
  $("ring").style.display = found ? "block" : "none";
  $("place").textContent = letters(column) + (row + 1);
  if (document.activeElement !== $("formula")) $("formula").value = cell ? stands(cell) : "";
  if (found) {
    $("ring").classList.toggle("over", row < view.frozenRows || column < view.frozenColumns);
    over($("ring"), found);
  }
}

function over(box, cell) {
  Object.assign(box.style, { left: cell.offsetLeft - 1 + "px", top: cell.offsetTop - 1 + "px", width: cell.offsetWidth + 1 + "px", height: cell.offsetHeight + 1 + "px" });
}

const stands = (cell) => (cell.k === "tick" && !cell.t ? "" : cell.e ?? cell.t ?? "");

// -- what the server says -----------------------------------------------------------------------

async function look() {
  if (busy) return;
  busy = true;
  const asked = tabId;
  try {
    const answer = await fetch(`/live/${encodeURIComponent(bookId)}?tab=${tabId ?? ""}&since=${view ? version : -1}`);
    const found = await answer.json();
    if (!answer.ok) throw new Error(found.error.message);
    if (asked === tabId) told(found); // else another tab was chosen meanwhile
  } catch (error) {
    $("state").className = "off";
    $("state").textContent = "no answer: " + error.message;
  } finally { busy = false; }
}

function told(found) {
  tabs = found.tabs;
  version = found.version;
  tabId = found.tab;
  document.title = found.title;
  $("title").textContent = found.title;
  $("state").className = "";
  $("state").textContent = picture ? picture.words : `live, ${found.version} changes so far, ${found.timezone}`;
  strip();
  counters(found.counters);
  log(found.log);
  if (found.view && !editing) draw(found.view);
  else if (found.view) version = -1; // drawn once the cell is closed
}

function strip() {
  const html = tabs
    .filter((tab) => !tab.hidden || tab.id === tabId)
    .map((tab) => `<button type="button" data-tab="${tab.id}" class="${tab.id === tabId ? "on" : ""} ${tab.hidden ? "hidden" : ""}" style="border-bottom-color:${tab.colour || "transparent"}">${text(tab.title)}</button>`)
    .join("");
  const hidden = tabs.filter((tab) => tab.hidden).length;
  const all = html + (hidden ? `<button type="button" class="hidden" data-more>${hidden} hidden tabs</button>` : "");
  if ($("tabs").dataset.was !== all) $("tabs").innerHTML = $("tabs").dataset.was = all;
}

function counters(found) {
  const rows = found.map((one) => `<tr><td><span class="who ${one.who}">${text(one.who)}</span></td><td>${one.reads}</td><td>${one.writes}</td></tr>`);
  $("counters").innerHTML = "<tr><th>who</th><th>reads</th><th>writes</th></tr>" + rows.join("");
}

function log(lines) {
  $("log").innerHTML = lines
    .map((line) => `<li title="${text(line.path)}"><span class="number">${line.number}</span><span class="who ${line.who}">${text(line.who)}</span><span class="${line.kind} ${line.code >= 400 ? "bad" : ""}">${text(line.name)}${line.code >= 400 ? " " + line.code : ""}</span></li>`)
    .join("");
}

function choose(id) {
  tabId = id;
  selected = [0, 0];
  if (picture) return told({ ...picture.book, tab: id, view: picture.views[id] });
  version = -1;
  view = null;
  busy = false;
  look();
}

// -- what a person does -------------------------------------------------------------------------

async function send(method, path, body) {
  if (picture) return toast("This is a picture of the sheet. Start make sheets to work in one.");
  const answer = await fetch(`/v4/spreadsheets/${encodeURIComponent(bookId)}${path}`, {
    method, headers: { "Content-Type": "application/json", Authorization: "Bearer you" }, body: JSON.stringify(body),
  });
  if (!answer.ok) toast((await answer.json()).error.message);
  await look();
}

function type(row, column, value) {
  const tab = view.title.replace(/'/g, "''");
  const range = encodeURIComponent(`'${tab}'!${letters(column)}${row + 1}`);
  return send("PUT", `/values/${range}?valueInputOption=USER_ENTERED`, { values: [[value]] });
}

const change = (...requests) => send("POST", ":batchUpdate", { requests });
const lines = (dimension, start, end = start + 1) => ({ sheetId: view.id, dimension, startIndex: start, endIndex: end });

function sort(column, order) {
  const range = { sheetId: view.id, startRowIndex: Math.max(view.frozenRows, 0), endRowIndex: view.rowCount, startColumnIndex: 0, endColumnIndex: view.columns.length };
  return change({ sortRange: { range, sortSpecs: [{ dimensionIndex: column, sortOrder: order }] } });
}

function unhide(from, to) {
  return change({ updateDimensionProperties: { range: lines("COLUMNS", from, to), properties: { hiddenByUser: false }, fields: "hiddenByUser" } });
}

function columnMenu(column) {
  const insert = (at) => change({ insertDimension: { range: lines("COLUMNS", at), inheritFromBefore: at > 0 } });
  const items = [
    ["Sort sheet A to Z", () => sort(column, "ASCENDING")],
    ["Sort sheet Z to A", () => sort(column, "DESCENDING")],
    null,
    ["Insert 1 column left", () => insert(column)],
    ["Insert 1 column right", () => insert(column + 1)],
    ["Delete column", () => change({ deleteDimension: { range: lines("COLUMNS", column) } })],
    ["Hide column", () => change({ updateDimensionProperties: { range: lines("COLUMNS", column), properties: { hiddenByUser: true }, fields: "hiddenByUser" } })],
  ];
  let from = column;
  while (from > 0 && !view.columns[from - 1]) from--;
  if (from < column) items.push([`Unhide ${from + 1 === column ? letters(from) : letters(from) + " to " + letters(column - 1)}`, () => unhide(from, column)]);
  return items;
}

function rowMenu(row) {
  const insert = (at) => change({ insertDimension: { range: lines("ROWS", at), inheritFromBefore: at > 1 } });
  return [
    ["Insert 1 row above", () => insert(row)],
    ["Insert 1 row below", () => insert(row + 1)],
    ["Delete row", () => change({ deleteDimension: { range: lines("ROWS", row) } })],
  ];
}

function open(items, box) {
  const menu = $("menu");
  menu.replaceChildren(...items.map((item) => {
    if (!item) return document.createElement("hr");
    const button = document.createElement("button");
    button.textContent = item[0];
    button.onclick = () => { shut(); item[1](); };
    return button;
  }));
  menu.style.display = "block";
  menu.style.minWidth = Math.min(box.width, 260) + "px";
  menu.style.left = Math.min(box.left, innerWidth - menu.offsetWidth - 8) + "px";
  menu.style.top = Math.max(8, Math.min(box.bottom, innerHeight - menu.offsetHeight - 8)) + "px";
}

function shut() { $("menu").style.display = "none"; }

function offer(row, column) {
  const cell = view.cells[row][column];
  const items = cell.o.map((word) => [word, () => type(row, column, word)]);
  if (cell.t) items.push(null, ["Clear", () => type(row, column, "")]);
  open(items, td(row, column).getBoundingClientRect());
}

function toggle(row, column) { return type(row, column, view.cells[row][column].v ? "FALSE" : "TRUE"); }

function edit(first) {
  const [row, column] = selected, cell = td(row, column);
  if (!cell) return;
  editing = [row, column];
  const editor = $("editor");
  editor.style.display = "block";
  over(editor, cell);
  editor.style.minWidth = "120px";
  editor.value = first ?? stands(view.cells[row][column]);
  editor.focus();
}

function finish(keep, down, right) {
  if (!editing) return;
  const [row, column] = editing, editor = $("editor");
  editing = null;
  editor.style.display = "none";
  if (keep && editor.value !== stands(view.cells[row][column])) type(row, column, editor.value);
  else look();
  move(down, right);
  $("grid").focus({ preventScroll: true });
}

function move(down, right) {
  let [row, column] = selected;
  const step = (sizes, at, by) => { do at += by; while (by && sizes[at] === 0); return sizes[at] === undefined ? at - by : at; };
  selected = [step(view.rows, row, down), step(view.columns, column, right)];
  ring();
  const cell = td(...selected);
  if (cell && (down || right)) cell.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function toast(words) {
  $("toast").textContent = words;
  $("toast").className = "on";
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => ($("toast").className = ""), 4500);
}

// -- mouse and keys -----------------------------------------------------------------------------

$("table").addEventListener("mousedown", (event) => {
  const cell = event.target.closest("td");
  shut();
  if (!cell) return;
  finish(true, 0, 0);
  selected = cell.dataset.at.split(",").map(Number);
  ring();
});
$("table").addEventListener("click", (event) => {
  const head = event.target.closest("th[data-column], th[data-row]");
  if (head) {
    event.stopPropagation();
    const { column, row } = head.dataset;
    return open(column !== undefined ? columnMenu(+column) : rowMenu(+row), head.getBoundingClientRect());
  }
  event.stopPropagation();
  if (event.target.classList.contains("tick")) toggle(...selected);
  else if (event.target.classList.contains("arrow")) offer(...selected);
  else if (event.target.classList.contains("funnel")) open(columnMenu(selected[1]), event.target.getBoundingClientRect());
});
$("table").addEventListener("dblclick", (event) => {
  const cell = event.target.closest("td");
  if (cell && view.cells[selected[0]][selected[1]].k !== "tick") edit();
});
$("table").addEventListener("mouseover", (event) => {
  const cell = event.target.closest("td.note"), note = $("note");
  note.style.display = cell ? "block" : "none";
  if (!cell) return;
  const [row, column] = cell.dataset.at.split(",").map(Number), box = cell.getBoundingClientRect();
  note.textContent = view.cells[row][column].n;
  note.style.left = (box.right + 390 > innerWidth ? Math.max(8, box.left - note.offsetWidth - 4) : box.right + 4) + "px";
  note.style.top = Math.max(8, Math.min(box.top, innerHeight - note.offsetHeight - 8)) + "px";
});
$("table").addEventListener("mouseleave", () => ($("note").style.display = "none"));
document.addEventListener("click", shut);

$("grid").addEventListener("keydown", (event) => {
  if (event.target === $("editor")) return editorKey(event);
  const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Tab: [0, event.shiftKey ? -1 : 1] }[event.key];
  const cell = view.cells[selected[0]][selected[1]];
  if (step) move(...step);
  else if (event.key === " " && cell.k === "tick") toggle(...selected);
  else if (event.key === "Enter" || event.key === "F2") cell.k === "tick" ? toggle(...selected) : edit();
  else if (event.key === "Delete" || event.key === "Backspace") type(...selected, "");
  else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && cell.k !== "tick") edit(event.key);
  else return;
  event.preventDefault();
});

function editorKey(event) {
  if (event.key === "Enter") finish(true, event.shiftKey ? -1 : 1, 0);
  else if (event.key === "Tab") finish(true, 0, event.shiftKey ? -1 : 1);
  else if (event.key === "Escape") finish(false, 0, 0);
  else return;
  event.preventDefault();
}

$("formula").addEventListener("keydown", (event) => {
  if (event.key === "Enter") { type(...selected, $("formula").value); move(1, 0); $("grid").focus(); }
  if (event.key === "Escape") { $("grid").focus(); ring(); }
});
$("tabs").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  event.stopPropagation();
  if (button.dataset.tab) return choose(+button.dataset.tab);
  open(tabs.filter((tab) => tab.hidden).map((tab) => [tab.title, () => choose(tab.id)]), button.getBoundingClientRect());
});
$("fold").addEventListener("click", () => { $("side").classList.toggle("away"); ring(); });

if (picture) {
  document.querySelector(".about").textContent = "A picture of the sheet as it was. Its tabs can be opened.";
  const wanted = tabsNamed(location.hash) ?? picture.book.tab;
  choose(wanted);
} else {
  look();
  setInterval(() => document.hidden || look(), 700);
}

function tabsNamed(hash) {
  const name = decodeURIComponent(hash.slice(1));
  const found = picture.book.tabs.find((tab) => tab.title === name);
  return found && found.id;
}
