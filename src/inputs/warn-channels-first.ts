import { warnOnce } from '../base/warnings.js';

/**
 * Warns once where images seem to have their channels first: `[n, 3, 32, 32]` is a batch of images of 3×32 positions with 32
 * channels, which is hardly ever meant.
 *
 * @param shape of a batch, as it is read: channels last.
 */
export function warnChannelsFirst(where: string, name: string, shape: readonly number[]): void {
  const [n, height, width, channels] = shape;
  if (shape.length !== 4 || (height !== 1 && height !== 3) || width !== channels || width < 8) return;
  warnOnce(
    'channels first',
    `${where}: ${name} of shape [${shape}] is read as images of ${height}×${width} positions with ${channels} channels. ` +
      `Channels come last: transpose to [${n},${width},${channels},${height}], or tell the layers (channelAxis: 1, ` +
      "dimensionNumbers: ['NCHW', 'OIHW', 'NCHW']).",
  );
}
