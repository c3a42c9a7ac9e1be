import { type AugmentOptions, augment, type Dataset, type Preprocessing } from '../data/index.js';
import type { Key } from '../random/index.js';

/** How a step's targets are changed. */
export interface TargetAugmentation {
  /** Null: not at all. */
  readonly augmentation: AugmentOptions | null;
  /** What the targets went through already; null: nothing that is known. */
  readonly preprocessing: Preprocessing | null;
  /** The step's. */
  readonly key: Key;
}

/** Targets changed at random as the images that they were before preprocessing, and preprocessed again. */
export async function augmentTargets(
  targets: Dataset,
  { augmentation, preprocessing, key }: TargetAugmentation,
): Promise<Dataset> {
  if (augmentation === null) return targets;
  const images = preprocessing ? await preprocessing.inverse(targets.images) : targets.images;
  const changed = augment(images, augmentation, key);
  return { ...targets, images: preprocessing ? await preprocessing.transform(changed) : changed };
}
