// The form that chooses map, block, head and colours, and the keys that do the same.

/** Fill a list of choices; groups keep their order. */
function fillSelect(select, rows) {
  select.replaceChildren();
  const groups = new Map();
  for (const { value, words, group } of rows) {
    let parent = select;
    if (group) {
      if (!groups.has(group)) {
        groups.set(group, make("optgroup", { label: group }));
        select.append(groups.get(group));
      }
      parent = groups.get(group);
    }
    parent.append(make("option", { value }, words));
  }
}

/** Fill a row of choices of which one holds. */
function fillChoices(box, name, rows, onChoice) {
  box.replaceChildren();
  for (const { value, words, title } of rows) {
    const label = make("label", title ? { title } : {});
    const input = make("input", { type: "radio", name, value: String(value) });
    input.addEventListener("change", () => onChoice(value));
    label.append(input, make("span", {}, words));
    box.append(label);
  }
}

function mark(box, value) {
  for (const input of box.querySelectorAll("input")) input.checked = input.value === String(value);
}

const title = (text) => text[0].toUpperCase() + text.slice(1);
let headsOf = null;

function showControls() {
  const map = mapOf(chosen.map);
  const look = lookOf(chosen);
  byId("map").value = map.name;
  byId("block").disabled = isWhy(map);
  if (!isWhy(map)) byId("block").value = String(look.layer.block);
  if (headsOf !== look.layer) {
    headsOf = look.layer;
    const rows = isWhy(map) ? [] : headChoices(look.layer).map((head) => ({
      value: head,
      words: typeof head === "number" ? String(head) : WHOLE[head],
      title: headWords(head),
    }));
    fillChoices(byId("heads-choice"), "head", rows, (head) => choose({ head }));
    if (isWhy(map)) byId("heads-choice").append(make("p", { class: "soft" }, "This map is of no one block and head."));
  }
  mark(byId("heads-choice"), look.head);
  byId("colours").disabled = map.signed;
  byId("colours").value = chosen.table;
  byId("opacity").value = Math.round(100 * chosen.opacity);
  byId("opacity-text").textContent = `${Math.round(100 * chosen.opacity)} %`;
  const { ends } = page.first;
  mark(byId("range-choice"), isWhy(map) && chosen.range !== "given" ? "map" : chosen.range);
  for (const input of byId("range-choice").querySelectorAll("input")) input.disabled = isWhy(map) && !ends;
  byId("overlay").checked = chosen.overlay;
  byId("smooth").checked = chosen.smooth;
  byId("outline").checked = chosen.outline;
  byId("map-words").textContent = `${map.words} Source: ${map.source}.`;
}

function beginControls() {
  fillSelect(byId("map"), page.maps.map((map) => ({
    value: map.name, words: map.title, group: isWhy(map) ? "Explanation" : "Attention",
  })));
  fillSelect(byId("block"), page.maps[0].layers.map((layer) => ({
    value: layer.block, words: `Block ${layer.block}`, group: `Stage ${layer.stage}`,
  })));
  fillSelect(byId("colours"), page.tables.slice(0, -1).map((table) => ({ value: table.name, words: title(table.name) })));
  fillChoices(byId("range-choice"), "range", [
    { value: "layer", words: "Block", title: "The ends of the colours are taken from all heads of the block" },
    { value: "map", words: "This map", title: "The ends of the colours are taken from the map alone" },
    ...(page.first.ends ? [{ value: "given", words: "View", title: "The ends of the colours are those that the view had" }] : []),
  ], (range) => choose({ range }));
  byId("map").addEventListener("change", (event) => choose({ map: event.target.value }));
  byId("block").addEventListener("change", (event) => choose({ block: Number(event.target.value) }));
  byId("colours").addEventListener("change", (event) => choose({ table: event.target.value }));
  byId("opacity").addEventListener("input", (event) => choose({ opacity: Number(event.target.value) / 100 }));
  byId("overlay").addEventListener("change", (event) => choose({ overlay: event.target.checked }));
  for (const name of ["smooth", "outline"]) {
    byId(name).addEventListener("change", (event) => choose({ [name]: event.target.checked }));
  }
  byId("controls").addEventListener("submit", (event) => event.preventDefault());
  follow(showControls);
}

/** Another block or head of the map shown; an explanation gives way to the map before it. */
function stepBlock(by) {
  const map = isWhy(mapOf(chosen.map)) ? page.maps[0] : mapOf(chosen.map);
  const blocks = map.layers.map((layer) => layer.block);
  choose({ map: map.name, block: nextOf(blocks, layerOf(map, chosen.block).block, by) });
}

function stepHead(by) {
  const map = isWhy(mapOf(chosen.map)) ? page.maps[0] : mapOf(chosen.map);
  const layer = layerOf(map, chosen.block);
  choose({ map: map.name, head: nextOf(headChoices(layer), headWithin(chosen.head, layer), by) });
}

const KEYS = {
  ArrowLeft: ["Left, Right", "another frame", () => step(-1)],
  ArrowRight: ["", "", () => step(1)],
  Home: ["Home, End", "first, last frame", () => choose({ frame: 0 })],
  End: ["", "", () => choose({ frame: page.frames.length - 1 })],
  " ": ["Space", "play", () => play(!playing)],
  b: ["B, Shift+B", "another block", () => stepBlock(1)],
  B: ["", "", () => stepBlock(-1)],
  h: ["H, Shift+H", "another head", () => stepHead(1)],
  H: ["", "", () => stepHead(-1)],
  m: ["M", "another map", () => choose({ map: nextOf(page.maps.map((each) => each.name), chosen.map, 1) })],
  c: ["C", "other colours", () => choose({ table: nextOf(page.tables.slice(0, -1).map((each) => each.name), chosen.table, 1) })],
  o: ["O", "heat on or off", () => choose({ overlay: !chosen.overlay })],
  s: ["S", "smooth or cells", () => choose({ smooth: !chosen.smooth })],
  l: ["L", "outline on or off", () => choose({ outline: !chosen.outline })],
  t: ["T", "theme", () => nextTheme()],
};

/** A key is the page's own where no field needs it. */
function beginKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    const target = event.target;
    const moves = /^(Arrow|Home|End| )/.test(event.key);
    if (target.matches("select") || (moves && target.matches("input, .scroll, pre"))) return;
    if (event.key === " " && target.matches("button, summary")) return;
    const key = KEYS[event.key];
    if (!key) return;
    event.preventDefault();
    key[2]();
  });
  const list = byId("keys");
  for (const [keys, words] of Object.values(KEYS)) {
    if (!keys) continue;
    const item = make("span");
    item.append(make("kbd", {}, keys), ` ${words}`);
    list.append(item);
  }
}
