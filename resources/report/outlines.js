// Outlines of what reaches half of a range: found on values, drawn white on black.

const SAMPLES = 192;
const JOINED = [[], [[3, 0]], [[0, 1]], [[3, 1]], [[1, 2]], [[3, 0], [1, 2]], [[0, 2]], [[3, 2]], [[2, 3]], [[0, 2]], [[0, 1], [2, 3]], [[1, 2]], [[1, 3]], [[0, 1]], [[0, 3]], []];

/** Lines of points [x, y] along which values have a level: marching squares. */
function linesOf(values, width, level) {
  const ways = new Map();
  const join = (one, other) => ways.set(one, [...(ways.get(one) || []), other]);
  for (let at = 0; at < values.length - width; at += 1) {
    if (at % width === width - 1) continue;
    const corners = [at, at + 1, at + width + 1, at + width];
    const kind = corners.reduce((sum, corner, i) => sum + (values[corner] >= level ? 1 << i : 0), 0);
    // Edges of a cell from the upper one, clockwise; upright ones are odd.
    const edges = [2 * at, 2 * at + 3, 2 * (at + width), 2 * at + 1];
    for (const [one, other] of JOINED[kind]) {
      join(edges[one], edges[other]);
      join(edges[other], edges[one]);
    }
  }
  const crossing = (edge) => {
    const upright = edge % 2;
    const corner = (edge - upright) / 2;
    const first = values[corner];
    const share = (level - first) / (values[corner + (upright ? width : 1)] - first);
    return [(corner % width) + (upright ? 0 : share), Math.floor(corner / width) + (upright ? share : 0)];
  };
  const lines = [];
  // Open lines first, from one of their ends; what is left then is closed.
  for (const start of [...ways.keys()].sort((one, other) => ways.get(one).length - ways.get(other).length)) {
    if (!ways.has(start)) continue;
    const line = [start];
    for (let edge = start; edge !== undefined;) {
      const next = ways.get(edge);
      ways.delete(edge);
      edge = next.find((way) => ways.has(way));
      if (edge !== undefined) line.push(edge);
      else if (line.length > 2 && next.includes(start)) line.push(start);
    }
    lines.push(line.map(crossing));
  }
  return lines;
}

/** Draw the outlines of a look over a canvas that shows it. */
function drawOutlines(canvas, look) {
  const frame = page.clip.size;
  const step = Math.max(...frame) / SAMPLES;
  const size = frame.map((side) => Math.max(roundEven(side / step), 2));
  const [left, top, right, bottom] = seenBox(...size);
  const [width, height] = [right - left, bottom - top];
  if (Math.min(width, height) < 2) return;
  const valueAt = stretched(look, ...size);
  const shares = new Float32Array(width * height);
  for (let at = 0; at < shares.length; at += 1) {
    shares[at] = shareOf(valueAt(left + (at % width), top + Math.floor(at / width)), look);
  }
  const level = look.signed ? 0.75 : 0.5;
  const found = linesOf(shares, width, level).map((line) => [line, []]);
  if (look.signed) found.push(...linesOf(shares.map((share) => 1 - share), width, level).map((line) => [line, [6, 4]]));
  const context = canvas.getContext("2d");
  const thick = Math.min(canvas.width, canvas.height) < 160 ? 2 : 3;
  for (const [colour, wide] of [["#000", thick], ["#fff", 1]]) {
    context.strokeStyle = colour;
    context.lineWidth = wide;
    for (const [line, dashes] of found) {
      context.setLineDash(colour === "#fff" ? dashes : []);
      context.beginPath();
      for (const [x, y] of line) {
        context.lineTo(((x + left + 0.5) * canvas.width) / size[0], ((y + top + 0.5) * canvas.height) / size[1]);
      }
      context.stroke();
    }
  }
}
