// What is chosen. One value; whoever shows a part of it is told when it changes.

const chosen = {
  map: page.first.map,
  block: page.first.block,
  head: page.first.head,
  frame: page.first.frame,
  table: page.first.table,
  opacity: page.first.opacity,
  smooth: page.first.smooth,
  range: page.first.range,
  outline: page.first.outline,
  overlay: true,
};
const listeners = [];

/** Call a function now and after every change, with the names of what changed. */
function follow(listener) {
  listeners.push(listener);
}

/** Change what is chosen. */
function choose(changes) {
  const names = Object.keys(changes).filter((name) => chosen[name] !== changes[name]);
  if (!names.length) return;
  Object.assign(chosen, changes);
  const layer = lookOf(chosen).layer;
  if (!isWhy(mapOf(chosen.map)) && chosen.head !== headWithin(chosen.head, layer)) {
    chosen.head = "mean";
    names.push("head");
  }
  for (const listener of listeners) listener(names);
}

/** Go so many frames on, from the last to the first. */
function step(by) {
  const count = page.frames.length;
  choose({ frame: (chosen.frame + by + count) % count });
}

/** The next of some values after the one in use, from the last to the first. */
function nextOf(values, now, by) {
  const at = values.indexOf(now);
  return values[(at + by + values.length) % values.length];
}

/** Heads that a layer can show: all together, then each alone. */
function headChoices(layer) {
  return [...Object.keys(WHOLE), ...layer.heads.keys()];
}

/** What the ends of the colours are of, in words. */
function rangeWords(map, one, all) {
  if (chosen.range === "given") return "range of the view";
  return chosen.range === "map" || isWhy(map) ? one : all;
}

/** A head in words. */
function headWords(head) {
  return typeof head === "number" ? `head ${head}` : { mean: "mean of heads", max: "maximum of heads", min: "minimum of heads" }[head];
}

/** What is shown, in words. */
function shownWords(look) {
  if (isWhy(look.map)) return look.map.title;
  return `Block ${look.layer.block}, ${headWords(look.head)}`;
}
