// Values to heat on a frame: upsampled, then coloured, then blended, in this order.
// Each picture pixel takes the value at its own place on the token grid, in source pixels.

/** For each pixel along one axis: the token before it, the one after, and the share of the latter. */
function weightsOf(pixels, source, line, tokens, smooth) {
  const before = new Int32Array(pixels);
  const after = new Int32Array(pixels);
  const share = new Float32Array(pixels);
  for (let i = 0; i < pixels; i += 1) {
    const centre = (i + 0.5) * (source / pixels) - 0.5;
    const place = Math.min(Math.max((centre - line[1]) / line[0], 0), tokens - 1);
    if (smooth) {
      before[i] = Math.min(Math.floor(place), Math.max(tokens - 2, 0));
      after[i] = Math.min(before[i] + 1, tokens - 1);
      share[i] = place - before[i];
    } else {
      before[i] = after[i] = Math.floor(place + 0.5);
    }
  }
  return { before, after, share };
}

/** The part of a picture that the model saw, as [left, top, right, bottom]. */
function seenBox(width, height) {
  const [left, top, right, bottom] = page.clip.box;
  const fx = width / page.clip.size[0];
  const fy = height / page.clip.size[1];
  return [left * fx, top * fy, right * fx, bottom * fy].map(roundEven);
}

/** Halves go to the even number, as Python rounds. */
function roundEven(value) {
  const below = Math.floor(value);
  return value - below === 0.5 ? below + (below % 2) : Math.round(value);
}

/** Entries of a table to [red, green, blue, opacity], at an opacity of the whole. */
function paletteOf(table, opacity) {
  const alpha = new Uint8Array(256);
  for (let i = 0; i < 256; i += 1) alpha[i] = roundEven((255 * opacity * table.shares[i]) / 65535);
  return { rgb: table.rgb, alpha };
}

/** Normalised values to entries of a table. */
function entryOf(share, look) {
  if (!look.signed) return roundEven(255 * (look.gamma === 1 ? share : share ** look.gamma));
  const value = 2 * share - 1;
  const size = look.gamma === 1 ? Math.abs(value) : Math.abs(value) ** look.gamma;
  return roundEven(Math.sign(value) * size * (255 - look.middle)) + look.middle;
}

/** A value within the ends of a look, from 0 to 1. */
function shareOf(value, { low, high }) {
  return high > low ? Math.min(Math.max((value - low) / (high - low), 0), 1) : 0;
}

/** The value of a look at each pixel of a picture of a size, as a function of x and y. */
function stretched(look, width, height) {
  const { map, layer, head, place } = look;
  const grid = page.grids[layer.grid];
  const [, rows, columns] = layer.shape;
  const plane = planeOf(map, layer, head, timeOf(grid, place));
  const across = weightsOf(width, page.clip.size[0], grid.x, columns, look.smooth);
  const down = weightsOf(height, page.clip.size[1], grid.y, rows, look.smooth);
  const wide = new Float32Array(rows * width);
  for (let y = 0; y < rows; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const near = plane[y * columns + across.before[x]];
      wide[y * width + x] = near + (plane[y * columns + across.after[x]] - near) * across.share[x];
    }
  }
  return (x, y) => {
    const near = wide[down.before[y] * width + x];
    return near + (wide[down.after[y] * width + x] - near) * down.share[y];
  };
}

/** Lay the heat of a look over the pixels of a frame, in place. */
function layHeat(pixels, width, height, look) {
  const valueAt = stretched(look, width, height);
  const { rgb, alpha } = paletteOf(look.table, look.opacity);
  const [left, top, right, bottom] = seenBox(width, height);
  const unseen = look.table.name === "spotlight" ? Math.round(255 * look.opacity) : 0;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      let entry = 0;
      let level = unseen;
      if (x >= left && x < right && y >= top && y < bottom) {
        const share = shareOf(valueAt(x, y), look);
        entry = entryOf(share, look);
        level = alpha[entry];
        const amount = look.signed ? Math.abs(2 * share - 1) : share;
        if (amount < look.threshold) level = unseen;
      }
      if (level) mix(pixels, 4 * (y * width + x), rgb, 3 * entry, level / 255);
    }
  }
}

/** One pixel: frame * (1 - share) + colour * share. */
function mix(pixels, at, rgb, entry, share) {
  for (let i = 0; i < 3; i += 1) {
    pixels[at + i] = Math.round(pixels[at + i] * (1 - share) + rgb[entry + i] * share);
  }
}

const keptFrames = new Map();

/** The pixels of a frame at a size, to be painted on. */
function framePixels(place, width, height) {
  const key = `${place} ${width} ${height}`;
  if (!keptFrames.has(key)) {
    const canvas = make("canvas", { width, height });
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(images[place], 0, 0, width, height);
    keptFrames.set(key, context.getImageData(0, 0, width, height));
  }
  const kept = keptFrames.get(key);
  return new ImageData(new Uint8ClampedArray(kept.data), width, height);
}

/** The ends of the colours: of a map, of its block, or the numbers of the view. */
function endsOf(range, map, layer, facts) {
  if (range !== "given") return range === "map" || isWhy(map) ? facts.ends : layer.ends;
  const most = Math.max(...page.first.ends.map(Math.abs));
  return map.signed ? [-most, most] : page.first.ends;
}

/** Everything that decides how one map is drawn on one frame. */
function lookOf(chosen) {
  const map = mapOf(chosen.map);
  const layer = isWhy(map) ? map.layers[0] : layerOf(map, chosen.block);
  const head = isWhy(map) ? 0 : headWithin(chosen.head, layer);
  const facts = headFacts(layer, head);
  const [low, high] = endsOf(chosen.range, map, layer, facts);
  const table = map.signed ? signedTable : tableOf(chosen.table);
  return {
    map, layer, head, facts, low, high, table,
    signed: map.signed,
    middle: signedTable.middle,
    opacity: chosen.opacity,
    smooth: chosen.smooth,
    gamma: page.first.gamma,
    threshold: page.first.threshold,
    place: page.frames[chosen.frame].place,
  };
}

/** Draw a frame, with its heat where it is wanted, on a canvas of any size. */
function drawFrame(canvas, chosen, width, height) {
  canvas.width = width;
  canvas.height = height;
  const pixels = framePixels(chosen.frame, width, height);
  const look = lookOf(chosen);
  if (chosen.overlay) layHeat(pixels.data, width, height, look);
  canvas.getContext("2d").putImageData(pixels, 0, 0);
  if (chosen.overlay && chosen.outline) drawOutlines(canvas, look);
  return look;
}
