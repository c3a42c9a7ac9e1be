import { ShapeError } from '../../base/errors.js';
import { describe } from '../../base/received.js';
import type { Params } from './params.js';

/** The parameters of each of `count` layers. @throws ShapeError when there are not as many. */
export function paramsOfLayers(where: string, params: Params, count: number): readonly Params[] {
  if (Array.isArray(params) && params.length === count) return params;
  throw new ShapeError(
    `${where}: apply: params must be a list of ${count}, one a layer, got ${describe(params)}. ` +
      'Pass what init drew: const [outputShape, params] = init(key, inputShape).',
  );
}
