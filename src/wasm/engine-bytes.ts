import { inflateSync } from 'fflate';
import { engineDeflated } from './generated/engine.js';

/** The engine's module as the package holds it: deflated, which is a third of it, and in base64. Workers are sent it compiled. */
export const engineBytes = (): Uint8Array<ArrayBuffer> => inflateSync(decodeBase64(engineDeflated));

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}
