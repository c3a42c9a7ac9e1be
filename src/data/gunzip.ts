import { gunzipSync } from 'fflate';
import { checkBytes } from './check-bytes.js';
import { FormatError } from './format-error.js';

// No deflate stream grows more than this, so a larger announced size is a damaged one and must not be allocated.
const MAX_DEFLATE_RATIO = 1032;

/**
 * The contents of a .gz file of one member, or `bytes` itself when it is not one.
 *
 * @param where the public function to name in the error
 * @throws FormatError when the file is truncated or its length or checksum is wrong
 */
export function gunzip(where: string, bytes: Uint8Array): Uint8Array {
  checkBytes(where, 'bytes', bytes);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const damaged = (found: string) =>
    new FormatError(`${where}: the gzip file of ${bytes.length} bytes is damaged, ${found}. Fetch it again.`);
  if (bytes.length < 18) throw damaged('a gzip file has at least 18 bytes');
  const trailer = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 8, 8);
  const checksum = trailer.getUint32(0, true);
  const size = trailer.getUint32(4, true);
  if (size > bytes.length * MAX_DEFLATE_RATIO) throw damaged(`it announces ${size} bytes`);
  let contents: Uint8Array;
  try {
    contents = gunzipSync(bytes, { out: new Uint8Array(size) });
  } catch (error) {
    throw damaged((error as Error).message);
  }
  if (contents.length !== size) throw damaged(`it announces ${size} bytes and holds ${contents.length}`);
  if (crc32(contents) !== checksum) throw damaged('its checksum does not match');
  return contents;
}

const CRC_TABLE = new Uint32Array(256).map((_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ bytes[i]) & 255];
  return ~crc >>> 0;
}
