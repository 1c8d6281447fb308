// Predictions, and the numbers of all heads.

function beginPredictions() {
  const body = byId("predictions-body");
  for (const group of page.predictions) {
    if (group.name) body.append(make("h3", {}, group.name));
    if (!group.rows.length) {
      body.append(make("p", { class: "soft" }, "This network predicts no classes."));
      continue;
    }
    const list = make("ol", { class: "classes" });
    for (const row of group.rows) {
      const item = make("li");
      const bar = make("span", { class: "share", "aria-hidden": "true" });
      bar.style.setProperty("--share", `${100 * row.p}%`);
      item.append(make("span", { class: "name" }, row.name), make("span", { class: "number" }, shareText(row.p)), bar);
      list.append(item);
    }
    body.append(list);
  }
}

const COLUMNS = [
  { name: "block", words: "Block", text: String },
  { name: "stage", words: "Stage", text: String },
  { name: "head", words: "Head", text: String },
  { name: "entropy", words: "Entropy", text: (value) => value.toFixed(3), share: (value) => value, title: "How evenly it looks: 0 at one key, 1 everywhere alike" },
  { name: "distance_px", words: "Distance, px", text: (value) => value.toFixed(1), title: "How far it looks within a frame, in pixels of the model's input" },
  { name: "distance_frames", words: "Distance, frames", text: (value) => value.toFixed(2), title: "How far it looks in time, in sampled frames" },
  { name: "sink", words: "Sink", text: shareText, share: (value) => value, title: "Its attention on the class key, which no picture shows" },
  { name: "centre", words: "Centre", text: shareText, share: (value) => value, title: "Share in the middle half of the picture; 25 % where it looks everywhere alike" },
];

const sorted = { name: "block", down: false };

/** Heads in the order asked for; what is not known comes last, and ties keep the order of blocks. */
function headRows() {
  const sign = sorted.down ? -1 : 1;
  return page.heads
    .map((row, place) => ({ row, place }))
    .sort((one, other) => {
      const a = one.row[sorted.name];
      const b = other.row[sorted.name];
      if (a === null || b === null) return (a === null) - (b === null) || one.place - other.place;
      return sign * (a - b) || one.place - other.place;
    })
    .map(({ row }) => row);
}

/** Columns of which something is known. */
const usedColumns = () => COLUMNS.filter(({ name }) => page.heads.some((row) => row[name] !== null));

function headLine(row) {
  const line = make("tr");
  for (const column of usedColumns()) {
    const value = row[column.name];
    const text = value === null ? "\u2013" : column.text(value);
    const cell = make(column.name === "head" ? "th" : "td");
    if (column.name === "head") {
      cell.setAttribute("scope", "row");
      const button = make("button", { type: "button", class: "pick", "aria-label": `Show block ${row.block}, head ${row.head}` }, text);
      button.addEventListener("click", () => showHead(row));
      cell.append(button);
    } else {
      cell.textContent = text;
    }
    if (column.share && value !== null) {
      cell.className = "of-share";
      cell.style.setProperty("--share", String(column.share(value)));
    }
    line.append(cell);
  }
  line.dataset.head = `${row.block}/${row.head}`;
  return line;
}

function showHead(row) {
  const map = isWhy(mapOf(chosen.map)) ? page.maps[0].name : chosen.map;
  showOnFrame({ map, block: row.block, head: row.head });
}

function showHeads() {
  byId("heads-rows").replaceChildren(...headRows().map(headLine));
  for (const head of document.querySelectorAll("#heads-body thead th")) {
    const isNow = head.dataset.name === sorted.name;
    head.setAttribute("aria-sort", isNow ? (sorted.down ? "descending" : "ascending") : "none");
  }
  markHead();
}

/** The head that is on the frame stands out in the table. */
function markHead() {
  const look = lookOf(chosen);
  const shown = isWhy(look.map) ? "" : `${look.layer.block}/${look.head}`;
  for (const line of byId("heads-rows").children) line.toggleAttribute("aria-current", line.dataset.head === shown);
}

function beginHeads() {
  byId("heads-words").textContent = `${page.heads.length} heads, each a mean over all queries of this window.`;
  const table = make("table");
  const line = make("tr");
  for (const column of usedColumns()) {
    const head = make("th", { scope: "col", "data-name": column.name, "data-words": column.words, ...(column.title ? { title: column.title } : {}) });
    const button = make("button", { type: "button", class: "sort" }, column.words);
    button.addEventListener("click", () => {
      sorted.down = sorted.name === column.name && !sorted.down;
      sorted.name = column.name;
      showHeads();
    });
    head.append(button);
    line.append(head);
  }
  const top = make("thead");
  top.append(line);
  table.append(top, make("tbody", { id: "heads-rows" }));
  byId("heads-body").append(table);
  showHeads();
  follow(markHead);
}
