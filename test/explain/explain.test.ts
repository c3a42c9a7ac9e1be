import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { explain, stax, UnsupportedError } from '../../src/index.js';
import type { Layer } from '../../src/stax/index.js';
import { generic, tensorOf } from '../support/compute.js';
import { layerNets, withReadout } from '../support/layer-nets.js';
import { kernelOnlyNets } from '../support/nonlinearity-nets.js';

const weights = { wStd: Math.SQRT2, bStd: 0.1 };
const block = () =>
  stax.serial(
    stax.Conv(1, [3, 3], { ...weights, padding: 'SAME' }),
    stax.Relu(),
    stax.AvgPool([2, 2], { strides: [2, 2] }),
  );

/** The text, framed so that a snapshot keeps its first line's indent. */
const textOf = async (net: Layer, sample: readonly number[]) =>
  `\n${(await explain(net.kernel, sample)).text}\n`;

/** How many displacements of the inputs' covariances the result has a derivative in, by the tf executor. */
function dependencies(net: Layer, sample: readonly number[]): number {
  return tf.tidy(() => {
    const [x1, x2] = [1, 2].map((seed) => tensorOf(generic([1, ...sample], seed)));
    const inputs = stax.Identity().kernel(x1, x2);
    const slopes = tf.grad((nngp) => net.kernel({ ...inputs, nngp }, null, 'ntk', { executor: 'tf' }))(
      inputs.nngp,
    );
    const spatial = slopes.shape.slice(2);
    const found = new Set<string>();
    slopes.dataSync().forEach((slope, at) => {
      if (slope === 0) return;
      const positions = [...spatial].reverse().map((size) => {
        const position = at % size;
        at = Math.floor(at / size);
        return position;
      });
      positions.reverse();
      const displacement = positions.flatMap((p, axis) => (axis % 2 === 0 ? [positions[axis + 1] - p] : []));
      found.add(`${displacement}`);
    });
    return found.size;
  });
}

describe('explain', () => {
  test('shows a ConvNet with Flatten: few displacements', async () => {
    await tf.setBackend('cpu');
    const net = stax.serial(block(), block(), stax.Flatten(), stax.Dense(10, weights));
    expect(await textOf(net, [8, 8, 3])).toMatchInlineSnapshot(`
      "
      Samples 8×8×3, one number a pair: 11 ops on the WebAssembly engine

          op                              reads  shape  displacements  entries a pair   work
       0  inputs: 3 channels                     8×8        49 of 225  1,936 of 4,096  1,936
       1  convolution 3×3, zeros outside  0      8×8        49 of 225  1,936 of 4,096
       2  weights: wStd 1.414, bStd 0.1   1      8×8        49 of 225  1,936 of 4,096
       3  Relu                            2      8×8        49 of 225  1,936 of 4,096  1,936
       4  AvgPool 2×2, strides 2×2        3      4×4          9 of 49      100 of 256    100
       5  convolution 3×3, zeros outside  4      4×4          9 of 49      100 of 256
       6  weights: wStd 1.414, bStd 0.1   5      4×4          9 of 49      100 of 256
       7  Relu                            6      4×4          9 of 49      100 of 256    100
       8  AvgPool 2×2, strides 2×2        7      2×2           1 of 9         4 of 16      4
       9  Flatten                         8      1              all 1           all 1
      10  weights: wStd 1.414, bStd 0.1   9      1              all 1           all 1      1

      One pair of samples takes the engine the work of 4,077 ReLUs.
      "
    `);
  });

  test('names the op that asks for all displacements, and it alone', async () => {
    const net = stax.serial(
      block(),
      stax.ConvTranspose(1, [2, 2], { strides: [2, 2], parameterization: 'standard' }),
      stax.Erf({ a: 2, b: 0.5 }),
      stax.GlobalAvgPool(),
    );
    expect(await textOf(net, [4, 4, 1])).toMatchInlineSnapshot(`
      "
      Samples 4×4×1, one number a pair: 11 ops on the WebAssembly engine

          op                                       reads  shape  displacements  entries a pair  work
       0  inputs: 1 channel                               4×4           all 49         all 256   256
       1  convolution 3×3, zeros outside           0      4×4           all 49         all 256
       2  weights: wStd 1.414, bStd 0.1            1      4×4           all 49         all 256
       3  Relu                                     2      4×4           all 49         all 256   256
       4  AvgPool 2×2, strides 2×2                 3      2×2            all 9          all 16    16
       5  transposed convolution 2×2, strides 2×2  4      4×4           all 49         all 256   256
       6  weights: wStd 1, standard                5      4×4           all 49         all 256
       7  activations × 0.5                        6      4×4           all 49         all 256
       8  Erf                                      7      4×4           all 49         all 256   256
       9  activations × 2                          8      4×4           all 49         all 256   256
      10  GlobalAvgPool                            9      1              all 1           all 1     1

      Op 10 reads all 49 displacements of op 9.
      One pair of samples takes the engine the work of 1,297 ReLUs.
      "
    `);
    const { ops } = await explain(block().kernel, [4, 4, 1]);
    expect(ops.map(({ slow }) => slow)).toEqual([
      ...[null, null, null, null],
      'is the result and has spatial axes, so that every displacement is needed',
    ]);
  });

  test('says what only the tf executor runs', async () => {
    const net = stax.serial(
      stax.Conv(1, [2], { padding: 'CIRCULAR' }),
      stax.FanOut(2),
      stax.parallel(
        stax.Elementwise({ nngpFn: (k) => k }),
        stax.serial(stax.Gelu(), stax.Conv(1, [2], { padding: 'SAME' })),
      ),
      stax.FanInProd(),
    ) as Layer;
    expect(await textOf(net, [8, 3])).toMatchInlineSnapshot(`
      "
      Samples 8×3, 8 × 8 numbers a pair: 9 ops on the tf executor

         op                                     reads  shape  displacements  entries a pair  work
      0  inputs: 3 channels                            8             all 15          all 64
      1  the image repeated (circular padding)  0      9             all 17          all 81
      2  convolution 2                          1      8             all 15          all 64
      3  weights: wStd 1                        2      8             all 15          all 64
      4  functions of your own on tensors       3      8             all 15          all 64
      5  Gelu                                   3      8             all 15          all 64
      6  convolution 2, zeros outside           5      8             all 15          all 64
      7  weights: wStd 1                        6      8             all 15          all 64
      8  product of 2 branches                  4, 7   8             all 15          all 64

      Op 4 has functions of your own on tensors, which takes the whole network to the tf executor: float32, all pairs of positions.
      One pair of samples takes 648 bytes in the largest op (NNGP and NTK).
      "
    `);
    const { executor, pixelsPerPair } = await explain(net.kernel, [8, 3]);
    expect([executor, pixelsPerPair]).toEqual(['tf', null]);
    await expect(explain(net.kernel, [8, 3], { n1: 2 })).rejects.toThrow();
    const { ops } = await explain(stax.serial(stax.Dense(1), stax.Relu()).kernel, [2, 1, 2, 1, 3]);
    expect(ops[0].slow).toMatch(/^has 4 spatial axes/);
  });

  test('has words for the ops of every layer', async () => {
    const words = new Set<string>();
    for (const [, sample, hidden] of [...layerNets, ...kernelOnlyNets]) {
      const { ops } = await explain(withReadout(hidden(3), 1).kernel, sample);
      for (const { description } of ops) words.add(description);
    }
    expect([...words].sort().join('\n')).toMatchInlineSnapshot(`
      "ABRelu(-0.5, 1.5)
      Abs
      AvgPool 1×2
      AvgPool 2×1
      AvgPool 2×2
      AvgPool 2×2, strides 2×1
      AvgPool 2×3
      Dropout, keeping 0.6
      Dropout, keeping 0.7
      Erf
      Exp
      ExpNormalized, gamma 1.3, shift -0.6
      Flatten
      Gabor
      Gaussian, b -1
      Gelu
      GlobalAvgPool
      GlobalSumPool
      Hermite(2)
      Hermite(3)
      LayerNorm over channels
      LayerNorm over channels and spatial axes 0
      LeakyRelu(0.2)
      Polynomial([0, 0, 1])
      Polynomial([0.3, -0.5, 0.4, 0.1])
      Rbf
      RectifiedMonomial(0)
      RectifiedMonomial(1)
      RectifiedMonomial(2)
      Relu
      Sign
      Sin, phase 0.4
      Sin, phase 1.271
      SumPool 2×1×1
      SumPool 2×3
      SumPool 3
      a choice of positions (Index)
      a factor for each position (edges normalized)
      a matrix for each axis (ImageResize to 2)
      a matrix for each axis (ImageResize to 3×4)
      a matrix for each axis (ImageResize to 5×2)
      a matrix over positions (to 2×2)
      a matrix over positions (to 2×3)
      a place beside other branches
      activations × 0.4163
      activations × 0.5
      activations × 0.5 + 0.5
      activations × 0.5 + 1
      activations × 0.6
      activations × 0.6325
      activations × 0.7
      activations × 0.7746
      activations × 0.8
      activations × 0.866
      activations × 0.9
      activations × 0.9 + 0.4
      activations × 1.2
      activations × 1.3
      activations × 1.5
      activations × 2
      attention (abs)
      attention (identity)
      attention (relu)
      attention (softmax)
      convolution 1×2
      convolution 2
      convolution 2×1
      convolution 2×1, strides 1×2, zeros outside
      convolution 2×2
      convolution 2×2, strides 2×1, zeros outside
      convolution 2×2, zeros outside
      convolution 2×2×1
      convolution 2×3
      convolution 2×3, strides 2×1
      convolution 3
      convolution 3, zeros outside
      convolution 3×2
      convolution 3×2, strides 1×2, zeros outside
      inputs: 1 channel
      inputs: 12 channels
      inputs: 2 channels
      inputs: 3 channels
      positional embeddings
      product of 2 branches
      softplus by 28² points of quadrature
      spatial axes in the order 1, 0
      spatial axes in the order 1, 2, 0
      sum of 2 branches
      sum of 3 branches
      the image repeated (circular padding)
      transposed convolution 3
      transposed convolution 3×1, strides 2×2
      transposed convolution 3×2, strides 2×1
      transposed convolution 4×2, strides 1×3
      weights of its own for each position
      weights: wStd 0.5, bStd 0.3
      weights: wStd 0.7, bStd 0.3, standard
      weights: wStd 0.84, bStd 0.3, standard
      weights: wStd 0.9, bStd 0.3
      weights: wStd 1
      weights: wStd 1, bStd 0.3, standard
      weights: wStd 1, standard
      weights: wStd 1.1, bStd 0.2
      weights: wStd 1.2
      weights: wStd 1.2, bStd 0.5, standard
      weights: wStd 1.4, bStd 0.3
      weights: wStd 1.4, bStd 0.3, standard"
    `);
  });

  // Of networks whose inputs have samples and channels where `Identity` has them by default.
  const inOrder = layerNets.filter(([name]) => name !== 'Conv, channels first');
  test.each(inOrder)('counts the displacements that the result depends on: %s', async (_, sample, hidden) => {
    const net = withReadout(hidden(3), 1);
    const { ops } = await explain(net.kernel, sample);
    expect(ops[0].displacements).toBe(dependencies(net, sample));
  });

  test('refuses what has no Program, and unknown options', async () => {
    await expect(explain(stax.Relu().kernel, [3])).rejects.toThrow(UnsupportedError);
    await expect(explain(block().kernel, [4, 4, 1], { samples: 3 } as never)).rejects.toThrow(
      'explain: has no option samples',
    );
  });
});
