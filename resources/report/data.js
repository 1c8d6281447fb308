// What the report holds: frames, maps and tables of numbers.

const page = JSON.parse(document.getElementById("report-data").textContent);
const byId = (id) => document.getElementById(id);

/** Bytes of a base64 text. */
function bytesOf(text) {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i += 1) bytes[i] = raw.charCodeAt(i);
  return bytes;
}

/** An element with text; what comes from outside is never markup. */
function make(name, attributes = {}, text = "") {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text) element.textContent = text;
  return element;
}

const product = (numbers) => numbers.reduce((a, b) => a * b, 1);

for (const map of page.maps) {
  map.bytes = bytesOf(map.data);
  let first = 0;
  for (const layer of map.layers) {
    layer.shape = page.grids[layer.grid].shape;
    layer.first = first;
    first += layer.heads.length * product(layer.shape);
  }
}
for (const table of page.tables) {
  table.rgb = bytesOf(table.colours);
  table.shares = new Uint16Array(bytesOf(table.opacity).buffer);
}

const WHOLE = { mean: "Mean", max: "Maximum", min: "Minimum" };
const images = [...document.querySelectorAll("#strip img")];
const mapOf = (name) => page.maps.find((each) => each.name === name) || page.maps[0];
const tableOf = (name) => page.tables.find((each) => each.name === name) || page.tables[0];
const signedTable = page.tables[page.tables.length - 1];
const isWhy = (map) => map.name === "why";

/** The layer of a map: of a block, or the one that there is. */
function layerOf(map, block) {
  return map.layers.find((each) => each.block === block) || map.layers[map.layers.length - 1];
}

/** A head or a reduction as far as a layer has it. */
function headWithin(head, layer) {
  return typeof head === "number" && head >= layer.heads.length ? "mean" : head;
}

/** What is known of one head, or of all together. */
function headFacts(layer, head) {
  return typeof head === "number" ? layer.heads[head] : layer[head];
}

/** The time of a grid that is nearest to a frame: no blending between times. */
function timeOf(grid, place) {
  const wanted = Math.floor((place - grid.time[1]) / grid.time[0] + 0.5);
  return Math.min(Math.max(wanted, 0), grid.shape[0] - 1);
}

/** Values (Y' * X') of one time, in the map's own unit. */
function planeOf(map, layer, head, time) {
  const [times, rows, columns] = layer.shape;
  const size = rows * columns;
  const values = new Float32Array(size);
  const read = (index, take) => {
    const start = layer.first + (index * times + time) * size;
    const peak = layer.heads[index].peak;
    for (let i = 0; i < size; i += 1) {
      const byte = map.bytes[start + i];
      take(i, map.signed ? ((byte - signedTable.middle) / (255 - signedTable.middle)) * peak : (byte / 255) * peak);
    }
  };
  if (typeof head === "number" || isWhy(map)) {
    read(typeof head === "number" && !isWhy(map) ? head : 0, (i, value) => { values[i] = value; });
    return values;
  }
  const count = layer.heads.length;
  const add = {
    mean: (i, value) => { values[i] += value / count; },
    max: (i, value) => { values[i] = Math.max(values[i], value); },
    min: (i, value) => { values[i] = Math.min(values[i], value); },
  }[head];
  values.fill(head === "min" ? Infinity : 0);
  for (let index = 0; index < count; index += 1) read(index, add);
  return values;
}
