// The explanation in words, and its faithfulness as curves.

const PLOT = { width: 400, height: 230, left: 44, right: 22, top: 14, bottom: 40 };

const ORDERS = [
  { suffix: "", words: "this map", name: "of-map" },
  { suffix: "random", words: "random order", name: "of-random" },
  { suffix: "centre", words: "from the middle", name: "of-centre" },
];

const TOPS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1];

/** The upper end of both plots: the first round one that no curve rises above. */
function topOf() {
  const most = Math.max(...Object.values(page.faithfulness.curves).flat());
  return TOPS.find((top) => most <= top) || 1;
}

/** Shares stand at equal distances: what matters happens within the first of them. */
function plotOf(title, names, words) {
  const { width, height, left, right, top, bottom } = PLOT;
  const shares = page.faithfulness.shares;
  const x = (place) => left + ((width - left - right) * place) / (shares.length - 1);
  const most = topOf();
  const y = (p) => top + (height - top - bottom) * (1 - p / most);
  const plot = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", class: "plot" });
  plot.append(draw("title", {}, `${title}: ${words}`));
  for (const part of [0, 0.25, 0.5, 0.75, 1]) {
    const at = y(part * most);
    plot.append(draw("line", { x1: left, x2: width - right, y1: at, y2: at, class: part ? "grid" : "axis" }));
    if (part * 2 === Math.round(part * 2)) plot.append(draw("text", { x: left - 8, y: at + 4, class: "at-y" }, `${100 * part * most} %`));
  }
  shares.forEach((share, place) => {
    plot.append(draw("text", { x: x(place), y: height - bottom + 18, class: "at-x" }, `${Math.round(100 * share)} %`));
  });
  plot.append(draw("text", { x: (left + width - right) / 2, y: height - 6, class: "at-x soft" }, title));
  names.forEach((name, order) => {
    const points = page.faithfulness.curves[name].map((p, place) => `${x(place)},${y(p)}`);
    plot.append(draw("polyline", { points: points.join(" "), class: `curve ${ORDERS[order].name}` }));
    if (order === 0) {
      for (const point of points) {
        const [cx, cy] = point.split(",");
        plot.append(draw("circle", { cx, cy, r: 3, class: "dot" }));
      }
    }
  });
  return plot;
}

function legend() {
  const list = make("ul", { class: "legend" });
  for (const order of ORDERS) {
    const item = make("li");
    const sample = draw("svg", { viewBox: "0 0 28 8", "aria-hidden": "true" });
    sample.append(draw("line", { x1: 0, x2: 28, y1: 4, y2: 4, class: `curve ${order.name}` }));
    item.append(sample, order.words);
    list.append(item);
  }
  return list;
}

/** The numbers behind the curves. */
function curveTable() {
  const { shares, curves, areas } = page.faithfulness;
  const rows = [
    ["removed, this map", "deletion"], ["removed, random order", "random"], ["removed, from the middle", "centre"],
    ["restored, this map", "insertion"], ["restored, random order", "random_insertion"], ["restored, from the middle", "centre_insertion"],
  ];
  const table = make("table");
  const top = make("tr");
  top.append(make("th", { scope: "col" }, "p(class), by share of tubes"));
  for (const share of shares) top.append(make("th", { scope: "col" }, `${Math.round(100 * share)} %`));
  top.append(make("th", { scope: "col" }, "area"));
  const head = make("thead");
  head.append(top);
  const body = make("tbody");
  for (const [words, name] of rows) {
    const line = make("tr");
    line.append(make("th", { scope: "row" }, words));
    for (const p of curves[name]) line.append(make("td", {}, shareText(p)));
    line.append(make("td", {}, valueText(areas[name])));
    body.append(line);
  }
  table.append(head, body);
  const box = make("details");
  const scroll = make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Numbers of the curves" });
  scroll.append(table);
  box.append(make("summary", {}, "Numbers of the curves"), scroll);
  return box;
}

/** What is said of the explanation: sum first, then how far to trust it. */
function whyFigures() {
  const why = page.why;
  const list = make("dl", { class: "figures" });
  const row = (name, value) => {
    const pair = make("div");
    pair.append(make("dt", {}, name), make("dd", {}, value));
    list.append(pair);
  };
  if (why.sum !== null && why.delta !== null) {
    const whole = why.error === null ? "" : ` (${(100 * (1 - why.error)).toFixed(1)} %)`;
    row("Sum of the map", `${signedText(why.sum)} of ${signedText(why.delta)} logits${whole}`);
  }
  row("p(class)", shareText(why.probability));
  if (why.baseline) row(`p(class) of the baseline, ${why.baseline.name}`, shareText(why.baseline.probability));
  for (const [name, value] of Object.entries(why.parts)) row(title(name), `${signedText(value)} logits`);
  if (why.class_token !== null) row("On the class token", shareText(Math.abs(why.class_token)));
  row("Grid", why.grid.join(" × "));
  return list;
}

function beginWhy() {
  const body = byId("why-body");
  const why = page.why;
  if (!why) {
    if (!page.why_missing) byId("why").hidden = true;
    body.append(make("p", { class: "soft" }, page.why_missing));
    return;
  }
  const words = make("div", { class: "why-words" });
  const instead = why.against ? ` instead of \u201c${why.against}\u201d` : "";
  words.append(make("p", { class: "lead" }, `What speaks for \u201c${why.class}\u201d${instead}`));
  const trust = make("p");
  trust.append(make("span", { class: why.misleads ? "badge bad" : "badge" }, why.misleads ? `\u2715 ${why.trust}` : why.trust), ` ${why.title}: ${why.trust_words}.`);
  words.append(trust, whyFigures());
  if (why.note) words.append(make("p", { class: "soft" }, title(why.note)));
  const button = make("button", { type: "button", class: "screen" }, "Show on the frame");
  button.addEventListener("click", () => showOnFrame({ map: "why" }));
  words.append(button);
  body.append(words);
  if (!page.faithfulness) return;
  const plots = make("div", { class: "plots" });
  plots.append(make("p", { class: "lead small" }, title(page.faithfulness.words)));
  const pair = make("div", { class: "plot-pair" });
  pair.append(
    plotOf("tubes removed, highest first", ["deletion", "random", "centre"], page.faithfulness.words),
    plotOf("tubes restored, highest first", ["insertion", "random_insertion", "centre_insertion"], "high is good"),
  );
  plots.append(pair, legend(), curveTable());
  body.append(plots);
}
