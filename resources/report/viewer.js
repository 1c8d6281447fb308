// The frame with its heat, the colour bar below it, and the way through the frames.

const SVG = "http://www.w3.org/2000/svg";

/** An element of a drawing. */
function draw(name, attributes = {}, text = "") {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text) element.textContent = text;
  return element;
}

const canvas = byId("canvas");
const pictureSize = images.length ? [Number(images[0].getAttribute("width")), Number(images[0].getAttribute("height"))] : [1, 1];
let playing = 0;

function showPicture() {
  const look = drawFrame(canvas, chosen, ...pictureSize);
  const frame = page.frames[chosen.frame];
  byId("shown").textContent = shownWords(look);
  const where = isWhy(look.map) ? page.why.title : `${look.map.title.toLowerCase()} · stage ${look.layer.stage}`;
  const sink = look.facts.sink === null || isWhy(look.map) ? "" : ` · sink ${shareText(look.facts.sink)}`;
  byId("shown-more").textContent = chosen.overlay ? where + sink : "heat is hidden";
  byId("time").textContent = `frame ${frame.index} · ${timeText(frame.seconds)}`;
  byId("frame").value = chosen.frame;
  byId("frame").setAttribute("aria-valuetext", byId("time").textContent);
  showBar(look);
  for (const thumb of document.querySelectorAll(".thumb")) {
    const isNow = Number(thumb.dataset.frame) === frame.index;
    thumb.toggleAttribute("aria-current", isNow);
    if (isNow) keepInSight(thumb);
  }
}

/** Scroll the strip alone, never the page. */
function keepInSight(thumb) {
  const strip = byId("strip");
  const left = thumb.offsetLeft - strip.offsetLeft;
  if (left < strip.scrollLeft) strip.scrollLeft = left;
  const over = left + thumb.offsetWidth - strip.clientWidth;
  if (over > strip.scrollLeft) strip.scrollLeft = over;
}

/** The colour bar from the low end to the high end: upper half on black, lower half on white. */
function showBar(look) {
  const bar = byId("bar");
  const context = bar.getContext("2d");
  const image = context.createImageData(256, 2);
  const { rgb, alpha } = paletteOf(look.table, look.opacity);
  for (let x = 0; x < 256; x += 1) {
    const amount = look.signed ? Math.abs(x / 127.5 - 1) : x / 255;
    const entry = entryOf(x / 255, look);
    const share = amount < look.threshold ? 0 : alpha[entry] / 255;
    for (let y = 0; y < 2; y += 1) {
      const at = 4 * (y * 256 + x);
      image.data.fill(255 * (y || look.table.name === "spotlight" ? 1 : 0), at, at + 3);
      image.data[at + 3] = 255;
      mix(image.data, at, rgb, 3 * entry, share);
    }
  }
  context.putImageData(image, 0, 0);
  byId("low").textContent = valueText(look.low);
  byId("high").textContent = valueText(look.high);
  const keys = look.layer.keys;
  const uniform = isWhy(look.map) ? look.map.unit : `attention probability · high end ${valueText(look.high * keys)} times uniform`;
  const of = rangeWords(look.map, "range of this map", "range of this block, all heads");
  byId("unit").textContent = `${uniform} · ${of}${look.layer.note ? ` · ${look.layer.note}` : ""}`;
}

/** What lies over the frame: the part that the model saw, and boxes. */
function showOver() {
  const over = byId("over");
  const [width, height] = page.clip.size;
  over.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const rectangle = ([left, top, right, bottom], name) =>
    over.append(draw("rect", { x: left, y: top, width: right - left, height: bottom - top, class: name }));
  const [left, top, right, bottom] = page.clip.box;
  if (left > 0 || top > 0 || right < width || bottom < height) rectangle(page.clip.box, "seen");
  for (const box of page.clip.boxes) {
    rectangle(box.edges, "box-out");
    rectangle(box.edges, "box");
  }
}

/** Show something else with its heat, and bring the frame into sight. */
function showOnFrame(changes) {
  choose({ ...changes, overlay: true });
  byId("viewer").scrollIntoView({ block: "nearest" });
}

function play(on) {
  clearInterval(playing);
  const first = page.frames[0].seconds;
  const last = page.frames[page.frames.length - 1].seconds;
  const wait = page.frames.length > 1 ? (1000 * (last - first)) / (page.frames.length - 1) : 250;
  playing = on ? setInterval(() => step(1), Math.min(Math.max(wait, 60), 1000)) : 0;
  byId("play").setAttribute("aria-label", on ? "Pause" : "Play");
  byId("play").classList.toggle("is-on", on);
}

function beginViewer() {
  const [width, height] = page.clip.display;
  byId("stage").style.setProperty("--ratio", `${width} / ${height}`);
  byId("stage").style.setProperty("--shape", String(width / height));
  byId("frame").max = page.frames.length - 1;
  byId("frame").addEventListener("input", (event) => choose({ frame: Number(event.target.value) }));
  byId("play").addEventListener("click", () => play(!playing));
  for (const [place, thumb] of [...document.querySelectorAll(".thumb")].entries()) {
    thumb.addEventListener("click", () => choose({ frame: place }));
  }
  showOver();
  follow(showPicture);
  let words = 0;
  follow(() => {
    clearTimeout(words);
    words = setTimeout(() => {
      const look = lookOf(chosen);
      byId("live").textContent = `${shownWords(look)}, ${byId("time").textContent}`;
    }, 400);
  });
}
