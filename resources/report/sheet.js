// The overview: frames side by side, a row for each map chosen; what is printed of them.

const SHEET_ROWS = {
  shown: "this map",
  stages: "last block of each stage",
  heads: "heads of this block",
};
const SHEET_PX = 320;
const sheet = { rows: "stages", count: 4 };

/** What each row shows: its name, and what of the choice it changes. */
function sheetRows() {
  const map = mapOf(chosen.map);
  if (isWhy(map) || sheet.rows === "shown") return [{ words: shownWords(lookOf(chosen)), chosen: {} }];
  if (sheet.rows === "heads") {
    const layer = layerOf(map, chosen.block);
    return [...layer.heads.keys()].map((head) => ({ words: `Head ${head}`, more: `block ${layer.block}`, chosen: { head } }));
  }
  const last = new Map(map.layers.map((layer) => [layer.stage, layer]));
  const head = typeof chosen.head === "number" ? "mean" : chosen.head;
  return [...last].map(([stage, layer]) => ({ words: `Stage ${stage}`, more: `block ${layer.block}`, chosen: { block: layer.block, head } }));
}

/** So many frames, evenly spread. */
function sheetFrames() {
  const count = Math.min(sheet.count, page.frames.length);
  return Array.from({ length: count }, (_, place) => Math.floor(((place + 0.5) * page.frames.length) / count));
}

function sheetCell(row, frame, size) {
  const cell = make("td");
  const now = { ...chosen, ...row.chosen, frame, overlay: true };
  const picture = make("canvas", { role: "img" });
  drawFrame(picture, now, ...size);
  picture.setAttribute("aria-label", `${row.words}, frame ${page.frames[frame].index}`);
  picture.style.setProperty("--ratio", page.clip.display.join(" / "));
  const button = make("button", { type: "button", class: "cell", title: "Show this on the frame" });
  button.append(picture);
  button.addEventListener("click", () => showOnFrame({ ...row.chosen, frame }));
  cell.append(button);
  return cell;
}

function showSheet() {
  const rows = sheetRows();
  const frames = sheetFrames();
  const scale = Math.min(SHEET_PX / pictureSize[0], 1);
  const size = pictureSize.map((side) => Math.max(Math.round(side * scale), 1));
  const table = make("table", { class: "sheet-table" });
  const top = make("tr");
  top.append(make("td"));
  for (const frame of frames) {
    const head = make("th", { scope: "col" }, `frame ${page.frames[frame].index}`);
    head.append(make("small", {}, timeText(page.frames[frame].seconds)));
    top.append(head);
  }
  const head = make("thead");
  head.append(top);
  const body = make("tbody");
  for (const row of rows) {
    const line = make("tr");
    const name = make("th", { scope: "row" }, row.words);
    if (row.more) name.append(make("small", {}, row.more));
    line.append(name, ...frames.map((frame) => sheetCell(row, frame, size)));
    body.append(line);
  }
  table.append(head, body);
  byId("sheet-body").replaceChildren(table);
  const map = mapOf(chosen.map);
  byId("sheet-rows").disabled = isWhy(map);
  const of = isWhy(map) ? map.title : `${map.title}: ${SHEET_ROWS[sheet.rows]}`;
  const range = rangeWords(map, "each map has its own range", "each block has its own range");
  byId("sheet-words").textContent = `${of}; ${range}.`;
}

function beginSheet() {
  fillSelect(byId("sheet-rows"), Object.entries(SHEET_ROWS).map(([value, words]) => ({ value, words: title(words) })));
  const counts = [2, 4, 6, 8].filter((count) => count < page.frames.length);
  counts.push(page.frames.length);
  fillSelect(byId("sheet-frames"), counts.map((value) => ({ value, words: value === page.frames.length ? `all ${value}` : String(value) })));
  sheet.count = counts.includes(4) ? 4 : counts[0];
  byId("sheet-rows").value = sheet.rows;
  byId("sheet-frames").value = String(sheet.count);
  byId("sheet-rows").addEventListener("change", (event) => { sheet.rows = event.target.value; showSheet(); });
  byId("sheet-frames").addEventListener("change", (event) => { sheet.count = Number(event.target.value); showSheet(); });
  byId("sheet-form").addEventListener("submit", (event) => event.preventDefault());
  let later = 0;
  follow((names) => {
    const differs = sheet.rows === "shown" || names.some((name) => name !== "frame" && name !== "overlay");
    clearTimeout(later);
    if (differs) later = setTimeout(showSheet, 120);
  });
  window.addEventListener("beforeprint", showSheet);
  showSheet();
}
