import { ShapeError, UnsupportedError } from '../base/errors.js';
import type { Dataset, Preprocessing } from '../data/index.js';
import type { Key } from '../random/index.js';

import { initialSupport } from './initial-support.js';
import type { KipConfiguration } from './kip-configuration.js';
import type { KipRequest } from './kip-options.js';
import type { KipResult } from './kip-state.js';
import { freshMoments } from './optimizer.js';
import { readSupport } from './read-support.js';
import type { Support } from './types.js';

/** The state before the first step. */
export function fresh(
  { images, labels }: Support,
  configuration: KipConfiguration,
  preprocessing: Preprocessing | null,
): KipResult {
  return {
    images: { shape: images.shape, data: Float64Array.from(images.data) },
    labels: labels.clone(),
    step: 0,
    history: [],
    best: null,
    moments: {
      images: freshMoments(configuration.optimizer, images.shape),
      labels: freshMoments(configuration.optimizer, [labels.rows, labels.columns]),
    },
    configuration,
    preprocessing,
  };
}

/** The state to go on from. @throws ShapeError, UnsupportedError where it does not fit data or kernel. */
export function resumed(state: KipResult, configuration: KipConfiguration, train: Dataset): KipResult {
  readSupport('kip', 'resume', state);
  const shape = train.images.shape.slice(1);
  if (String(state.images.shape.slice(1)) !== String(shape) || state.labels.columns !== train.numClasses) {
    throw new ShapeError(
      `kip: resume needs images [n, ${shape}] of ${train.numClasses} classes, as train has, ` +
        `got [${state.images.shape}] of ${state.labels.columns}. Pass the data of the earlier run.`,
    );
  }
  if (JSON.stringify(state.configuration.program) !== JSON.stringify(configuration.program)) {
    throw new UnsupportedError(
      'kip: resume needs the kernel of the earlier run, got another. Pass that one; or init instead of resume, which starts ' +
        'a new run from its images.',
    );
  }
  const { optimizer = 'adam' } = state.configuration;
  if (optimizer !== configuration.optimizer) {
    throw new UnsupportedError(
      `kip: resume needs the optimizer of the earlier run, '${optimizer}', got '${configuration.optimizer}'. Leave it out; or pass ` +
        'init instead of resume, which starts a new run from its images.',
    );
  }
  return { ...state, configuration };
}

/** The support that options say to start from. */
export function startOf(train: Dataset, { init, supportSize }: KipRequest, startKey: Key): Support {
  if (init === 'natural' || init === 'noise') {
    return initialSupport('kip', train, supportSize, init, startKey);
  }
  if (typeof init !== 'object') {
    throw new RangeError(`kip: init needs 'natural', 'noise' or a support set, got ${String(init)}.`);
  }
  const support = readSupport('kip', 'init', init);
  const { rows, columns } = support.labels;
  if (rows !== supportSize || columns !== train.numClasses) {
    throw new ShapeError(
      `kip: init.labels needs supportSize rows and a column a class, [${supportSize}, ${train.numClasses}], ` +
        `got [${rows}, ${columns}].`,
    );
  }
  return support;
}
