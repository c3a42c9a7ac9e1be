import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { gram, type NdArray, sizeOf, stax } from '../../src/index.js';
import type { AnyLayer, Layer } from '../../src/stax/index.js';
import { relativeError } from '../support/compare.js';
import { tolerance } from '../support/tolerance.js';

const { ABRelu, Abs, AvgPool, Conv, ConvLocal, ConvTranspose, Cos, Dense, Dropout, ElementwiseNumerical } =
  stax;
const { Erf, Exp, ExpNormalized, FanInSum, FanOut, Flatten, Gabor, Gaussian, Gelu, GlobalAvgPool, Hermite } =
  stax;
const {
  GlobalSelfAttention,
  LayerNorm,
  LeakyRelu,
  Monomial,
  parallel,
  Polynomial,
  Rbf,
  RectifiedMonomial,
  Relu,
  serial,
} = stax;
const { Sigmoid_like, Sign, Sin, SumPool } = stax;

const [q1, q2, c] = [1.3, 0.7, 0.4];

/** Points whose covariance matrix under `Dense(1, { wStd: √2 })` is [[q1, c], [c, q2]]. */
const left = [Math.sqrt(q1), 0];
const right = [c / Math.sqrt(q1), Math.sqrt(q2 - c ** 2 / q1)];

/**
 * Neural Tangents in float64 at q1 = 1.3, q2 = 0.7, c = 0.4: the moment, the factor of Θ, and the variance made of q1. (Of
 * RectifiedMonomial's variances it has these on the diagonal alone, and NaN between identical inputs.)
 */
const nonlinearities: [name: string, Layer, nngp: number, ntk: number, variance: number][] = [
  ['Relu()', Relu(), 0.265378091519, 0.318864669159, 0.65],
  ['Relu(doStabilize)', Relu({ doStabilize: true }), 0.265378091519, 0.318864669159, 0.65],
  ['LeakyRelu(0.1)', LeakyRelu(0.1), 0.25495625413, 0.358280382019, 0.6565],
  ['Abs()', Abs(), 0.661512366076, 0.275458676635, 1.3],
  ['ABRelu(-0.5, 2)', ABRelu(-0.5, 2), 1.25861307199, 0.992904182242, 2.7625],
  ['Erf()', Erf(), 0.175479656092, 0.450158158079, 0.513758414526],
  ['Erf(0.7, 1.3, 0.2)', Erf({ a: 0.7, b: 1.3, c: 0.2 }), 0.140719270838, 0.260929040784, 0.336987375922],
  ['Sigmoid_like()', Sigmoid_like(), 0.266465306923, 0.041310753494, 0.300271320244],
  ['Gelu()', Gelu(), 0.188060676735, 0.324817221804, 0.572555114],
  ['Gabor()', Gabor(), 0.0129386488429, 0.0411114732676, 0.0687815069397],
  ['Sin()', Sin(), 0.151107336076, 0.397704300018, 0.462863210893],
  ['Sin(2, 0.5, 0.3)', Sin({ a: 2, b: 0.5, c: 0.3 }), 0.558207597155, 0.721156077136, 1.13827405565],
  ['Cos()', Cos(), 0.397704300018, 0.151107336076, 0.537136789107],
  ['Rbf(0.8)', Rbf(0.8), 0.382892885975, 0.61262861756, 1],
  ['Exp()', Exp(), 4.05519996684, 4.05519996684, 13.463738035],
  ['Exp(0.5, 0.25)', Exp({ a: 0.5, b: 0.25 }), 0.272860566111, 0.0170537853819, 0.294112079612],
  ['Gaussian()', Gaussian(), 0.353553390593, 0.0707106781187, 0.401609664451],
  ['Gaussian(2, -0.5)', Gaussian({ a: 2, b: -0.5 }), 2.06559111798, 0.220329719251, 2.10818510678],
  ['ExpNormalized()', ExpNormalized(), 0.533742692688, 0.559514371456, 1.3],
  [
    'ExpNormalized(2, -0.5, true)',
    ExpNormalized({ gamma: 2, shift: -0.5, doClip: true }),
    ...([0.811778734544, 1.70195067639, 3.533766377] as const),
  ],
  ['Sign()', Sign(), 0.275458676635, 0, 1],
  ['Hermite(0)', Hermite(0), 1, 0, 1],
  ['Hermite(1)', Hermite(1), 0.4, 1, 1.3],
  ['Hermite(2)', Hermite(2), 0.16, 0.8, 1.69],
  ['Hermite(3)', Hermite(3), 0.064, 0.48, 2.197],
  ['Hermite(4)', Hermite(4), 0.0256, 0.256, 2.8561],
  ['Monomial(0)', Monomial(0), 1, 0, 1],
  ['Monomial(1)', Monomial(1), 0.4, 1, 1.3],
  ['Monomial(2)', Monomial(2), 1.23, 1.6, 5.07],
  ['Monomial(3)', Monomial(3), 3.66, 11.07, 32.955],
  ['Monomial(4)', Monomial(4), 18.5505, 58.56, 299.8905],
  ['Monomial(5)', Monomial(5), 110.7018, 463.7625, 3508.71885],
  ['RectifiedMonomial(0)', RectifiedMonomial(0), 0.318864669159, 0, 0.5],
  ['RectifiedMonomial(1)', RectifiedMonomial(1), 0.265378091519, 0.318864669159, 0.65],
  ['RectifiedMonomial(2)', RectifiedMonomial(2), 0.557602211692, 1.06151236608, 2.535],
  ['RectifiedMonomial(3)', RectifiedMonomial(3), 1.91133869794, 5.01841990523, 16.4775],
  ['RectifiedMonomial(4)', RectifiedMonomial(4), 9.11556328315, 30.581419167, 149.94525],
  ['Polynomial([1, -2, 0.5])', Polynomial([1, -2, 0.5]), 3.9075, 4.4, 8.7675],
  [
    'Polynomial of degree 5',
    Polynomial([-0.1, 2.1, 0, 0, -1.2, -0.5]),
    ...([43.21297, 170.342025, 1246.7763325] as const),
  ],
  [
    'ElementwiseNumerical(tanh, 25)',
    ElementwiseNumerical('tanh', 25),
    ...([0.150916309728, 0.385319663954, 0.442118333728] as const),
  ],
];

const points = (...rows: number[][]): NdArray<Float64Array> => ({
  shape: [rows.length, rows[0].length],
  data: Float64Array.from(rows.flat()),
});

describe.each(nonlinearities)('%s', (_, layer, nngp, slope, variance) => {
  const { kernel } = serial(Dense(1, { wStd: Math.SQRT2 }), layer);

  it.each([
    ['float64', tolerance.f64.printed],
    ['float32', tolerance.f32.golden],
  ] as const)('has the values of Neural Tangents in %s', async (dtype, bound) => {
    const options = { get: ['nngp', 'ntk'], dtype } as const;
    const pair = await gram(kernel, points(left), points(right), options);
    const alone = await gram(kernel, points(left), points(left), options);
    expect(relativeError([pair.nngp.get(0, 0)], [nngp])).toBeLessThan(bound);
    // Θ before the nonlinearity is c.
    expect(relativeError([pair.ntk.get(0, 0) / c], [slope])).toBeLessThan(bound);
    expect(relativeError([alone.nngp.get(0, 0)], [variance])).toBeLessThan(bound);
  });

  it.each(['engine', 'tf'] as const)('has the variance as cov1 on the %s executor', (executor) => {
    const cov1 = kernel(tf.tensor2d([left]), null, 'cov1', { executor }).dataSync();
    expect(relativeError(cov1, [variance])).toBeLessThan(tolerance.f32.golden);
  });
});

/** sin(phase + mul·k). */
const det = (shape: readonly number[], phase: number, mul = 1): NdArray<Float64Array> => ({
  shape,
  data: Float64Array.from({ length: sizeOf(shape) }, (_, k) => Math.sin(phase + mul * k)),
});

const same = { padding: 'SAME' } as const;
const strong = { wStd: 1.5, bStd: 0.1 } as const;
const standard = { parameterization: 'standard' } as const;
const twoByTwo = () => Conv(8, [2, 2]);

const convolutions = (padding: stax.Padding) =>
  [Conv(8, [3, 2], { strides: [2, 1], padding, ...strong }), Relu(), Conv(8, [2, 2], same)] as const;

const pooled = (pool: Layer) =>
  serial(Conv(8, [2, 2], same), Relu(), pool, twoByTwo(), Relu(), GlobalAvgPool());

const heads = { nChanOut: 8, nChanKey: 8, nChanVal: 8, nHeads: 2, bStd: 0.1 } as const;

const slow = { strides: [1, 2] } as const;

/** Name, network, and Neural Tangents' nngp and ntk of det inputs, row-major 2×2. */
const networks: [name: string, AnyLayer, nngp: number[], ntk: number[]][] = [
  [
    'F1',
    serial(Dense(8, strong), Relu(), Dense(1, strong)),
    [0.9741871046, 0.618414312, 0.1278947124, 0.1529210605],
    [1.625791885, 0.8947687928, -0.1040766715, -0.02737660686],
  ],
  [
    'F2',
    serial(
      Dense(8, { ...strong, ...standard, s: [1, 4] }),
      Relu(),
      Dense(1, { ...strong, ...standard, s: [4, 1] }),
    ),
    [0.9741871046, 0.618414312, 0.1278947124, 0.1529210605],
    [6.111736458, 4.227924884, 1.453429138, 1.657247095],
  ],
  [
    'F3',
    serial(Dense(8), LayerNorm(), Erf(), Dense(1)),
    [0.2937338666, 0.1643709268, -0.2512382774, -0.2011357477],
    [0.6102540537, 0.3324944788, -0.5163867249, -0.4092424321],
  ],
  [
    'F4, of x1 with itself',
    serial(Dense(8, strong), Relu(), Dropout(0.8), Dense(1, strong)),
    [1.663901262, 0.0116783448, 0.0116783448, 1.680300299],
    [3.317802524, -0.08258957217, -0.08258957217, 3.350600598],
  ],
  [
    'F5',
    serial(
      Dense(8),
      FanOut(2),
      parallel(serial(Relu(), Dense(8)), Dense(8, { wStd: 0.5 })),
      FanInSum(),
      Erf(),
      Dense(1),
    ),
    [0.2001388166, 0.1232170455, -0.0379774152, -0.01906076183],
    [0.5678841635, 0.3221655246, -0.1625297364, -0.1049159902],
  ],
  [
    'C-SAME-flat',
    serial(...convolutions('SAME'), Flatten(), Dense(1)),
    [0.1045860303, 0.09735814112, 0.08123312997, 0.0864316866],
    [0.2395637547, 0.2192097597, 0.1697740216, 0.1893943025],
  ],
  [
    'C-SAME-gap',
    serial(...convolutions('SAME'), GlobalAvgPool(), Dense(1)),
    [0.07291830455, 0.07446371178, 0.07092896778, 0.07144712697],
    [0.1595788292, 0.1652263365, 0.1555037691, 0.1587132951],
  ],
  [
    'C-VALID-flat',
    serial(...convolutions('VALID'), Flatten(), Dense(1)),
    [0.07830226444, 0.06905626609, 0.08148662655, 0.1019967359],
    [0.1634586584, 0.1338565531, 0.1755602906, 0.2347179592],
  ],
  [
    'C-VALID-gap',
    serial(...convolutions('VALID'), GlobalAvgPool(), Dense(1)),
    [0.07853789392, 0.07971178223, 0.07708913844, 0.07507895203],
    [0.1712052611, 0.1741681062, 0.1696829734, 0.1611217663],
  ],
  [
    'C-CIRCULAR-flat',
    serial(...convolutions('CIRCULAR'), Flatten(), Dense(1)),
    [0.1412010486, 0.1370889272, 0.1253834615, 0.1210598905],
    [0.3123794363, 0.3009887015, 0.2632473506, 0.2550441208],
  ],
  [
    'C-CIRCULAR-gap',
    serial(...convolutions('CIRCULAR'), GlobalAvgPool(), Dense(1)),
    [0.098128834, 0.09998008702, 0.09876842774, 0.09664273673],
    [0.2060656333, 0.2116406317, 0.2099471429, 0.2030712224],
  ],
  [
    'P-avg',
    pooled(AvgPool([2, 3], { ...slow, ...same })),
    [0.02232428129, 0.02216831853, 0.02165970178, 0.02150957357],
    [0.02004623622, 0.02062195118, 0.01927266674, 0.01985432862],
  ],
  [
    'P-avgN',
    pooled(AvgPool([2, 3], { ...slow, ...same, normalizeEdges: true })),
    [0.03551218745, 0.03527832381, 0.03432705112, 0.03405756417],
    [0.03277461019, 0.03425934214, 0.03151654465, 0.0328647312],
  ],
  [
    'P-sum',
    pooled(SumPool([2, 3], { ...slow, padding: 'CIRCULAR' })),
    [1.296482053, 1.290623193, 1.254038333, 1.247466305],
    [1.219141929, 1.267387192, 1.175810573, 1.220741034],
  ],
  [
    'T-circ',
    serial(
      ConvTranspose(8, [3, 2], { strides: [2, 3], padding: 'CIRCULAR', ...strong }),
      Relu(),
      GlobalAvgPool(),
    ),
    [0.02751189566, 0.02731825728, 0.02729551446, 0.02709510113],
    [0.004821637551, 0.004960680912, 0.004796613132, 0.004932456128],
  ],
  [
    'L-gap',
    serial(ConvLocal(8, [2, 2], { ...same, ...strong }), Erf(), ConvLocal(8, [2, 2]), GlobalAvgPool()),
    [0.001926534428, -0.001267187722, -0.003270154702, -0.001355376635],
    [0.004008186818, -0.00255134369, -0.006728247977, -0.002779152882],
  ],
  [
    'A-soft',
    serial(
      Conv(8, [2, 2], same),
      GlobalSelfAttention({ ...heads, posEmbType: 'SUM', posEmbDecayFn: (d) => 1 / (1 + d) }),
      Relu(),
      GlobalAvgPool(),
      Dense(1),
    ),
    [0.007759207218, 0.007713462251, 0.007452346632, 0.007359267626],
    [0.01222773426, 0.01282027836, 0.01165518031, 0.01196355542],
  ],
  [
    'A-sqrt',
    serial(
      Conv(8, [2, 2], same),
      GlobalSelfAttention({ ...heads, linearScaling: false, attentionMechanism: 'IDENTITY' }),
      Flatten(),
      Dense(1),
    ),
    [0.1105977641, 0.0306992077, -0.070242601, -0.1432486603],
    [0.8247821127, 0.1855936616, -0.621940808, -1.205989282],
  ],
  [
    'LN-HC',
    serial(Conv(8, [2, 2], { ...same, ...strong }), LayerNorm({ axis: [1, 3] }), Relu(), Flatten(), Dense(1)),
    [0.1984739582, 0.1983339574, 0.1750513082, 0.1640071402],
    [0.2624360096, 0.2657680697, 0.2112415799, 0.2007069759],
  ],
  [
    'D-gap, of x1 with itself',
    serial(Conv(8, [2, 2], same), Relu(), Dropout(0.7), twoByTwo(), Relu(), GlobalAvgPool()),
    [0.07863136375, 0.07314383918, 0.07314383918, 0.07484114567],
    [0.05760847218, 0.04199649741, 0.04199649741, 0.05393675083],
  ],
  [
    'S-std',
    serial(
      Conv(8, [3, 3], { ...same, wStd: 1.2, bStd: 0.3, ...standard }),
      Relu(),
      Flatten(),
      Dense(1, standard),
    ),
    [0.12459412, 0.1233910007, 0.1255836777, 0.1256450757],
    [20.29790765, 20.09872271, 20.48996847, 20.49513457],
  ],
];

it.each(networks)(
  '%s has the kernels of Neural Tangents to all printed digits',
  async (name, net, ...wanted) => {
    const sample = name.startsWith('F') ? [3] : [4, 5, 2];
    const x1 = det([2, ...sample], 1);
    const x2 = name.endsWith('of x1 with itself') ? null : det([2, ...sample], 7, 1.7);
    for (const [i, get] of (['nngp', 'ntk'] as const).entries()) {
      const computed = await gram((net as Layer).kernel, x1, x2, { get });
      for (const [entry, printed] of wanted[i].entries()) {
        const value = computed.get(entry >> 1, entry & 1);
        expect(relativeError([value], [printed])).toBeLessThan(tolerance.f64.printedTen);
      }
    }
  },
);
