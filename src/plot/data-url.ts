/** The bytes of a PNG file as an address that a chart can hold. */
export function dataUrl(png: Uint8Array): string {
  const parts: string[] = [];
  // In pieces: a function takes only so many arguments.
  for (let at = 0; at < png.length; at += 8192)
    parts.push(String.fromCharCode(...png.subarray(at, at + 8192)));
  return `data:image/png;base64,${btoa(parts.join(''))}`;
}
