/** A change of one image. */
export interface ImageChange {
  /** About the centre, in radians. */
  readonly rotation: number;
  /** Along height and width, in positions. */
  readonly shift: readonly [number, number];
  /** Added to all channels, then clipped to the image's own range. */
  readonly brightness: number;
  /** Whether left and right are exchanged, last. */
  readonly flip: boolean;
}

/**
 * An image `[h, w, c]` rotated and shifted, brightened and mirrored.
 *
 * Position p of the result shows the image at R(p − o + shift) + o, with o the centre, interpolated between the four nearest
 * positions.
 */
export function changeImage(
  image: Float64Array,
  shape: readonly number[],
  change: ImageChange,
): Float64Array {
  const moved = move(image, shape, change);
  if (change.brightness !== 0) brighten(moved, change.brightness);
  return change.flip ? mirrored(moved, shape) : moved;
}

function move(
  image: Float64Array,
  [h, w, c]: readonly number[],
  { rotation, shift }: ImageChange,
): Float64Array {
  if (rotation === 0 && shift[0] === 0 && shift[1] === 0) return image.slice();
  const [cos, sin] = [Math.cos(rotation), Math.sin(rotation)];
  const [oy, ox] = [(h - 1) / 2, (w - 1) / 2];
  const out = new Float64Array(image.length);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const [dy, dx] = [y - oy + shift[0], x - ox + shift[1]];
      const fromY = clip(cos * dy - sin * dx + oy, 0, h - 1);
      const fromX = clip(sin * dy + cos * dx + ox, 0, w - 1);
      const [top, left] = [Math.min(Math.floor(fromY), h - 1), Math.min(Math.floor(fromX), w - 1)];
      const [bottom, right] = [Math.min(top + 1, h - 1), Math.min(left + 1, w - 1)];
      const [below, beside] = [fromY - top, fromX - left];
      for (let k = 0; k < c; k++) {
        const at = (row: number, column: number) => image[(row * w + column) * c + k];
        const upper = at(top, left) * (1 - beside) + at(top, right) * beside;
        const lower = at(bottom, left) * (1 - beside) + at(bottom, right) * beside;
        out[(y * w + x) * c + k] = upper * (1 - below) + lower * below;
      }
    }
  }
  return out;
}

function brighten(image: Float64Array, amount: number): void {
  const [low, high] = [image.reduce((a, b) => Math.min(a, b)), image.reduce((a, b) => Math.max(a, b))];
  for (let i = 0; i < image.length; i++) image[i] = clip(image[i] + amount, low, high);
}

function mirrored(image: Float64Array, [h, w, c]: readonly number[]): Float64Array {
  const out = new Float64Array(image.length);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const from = (y * w + w - 1 - x) * c;
      out.set(image.subarray(from, from + c), (y * w + x) * c);
    }
  }
  return out;
}

const clip = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
