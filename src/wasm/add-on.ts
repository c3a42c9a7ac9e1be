// Finding and loading the package `neural-tangents-native`: the engine's functions as a Node-API add-on.
import type { EngineExports } from './exports.js';

/** What the add-on exports. */
interface AddOn {
  /** A digest of what its functions are made of. */
  readonly sources: string;
  /** Bytes of the registers that this machine has, the largest last. */
  readonly registers: readonly number[];
  /** The exports of an instance with a memory of its own. */
  open(registerBytes: number): EngineExports;
}

/** An add-on that serves here. */
export interface AddOnInstances {
  /** A fresh instance. */
  readonly open: () => EngineExports;
  readonly registerBytes: number;
}

/** The name by which a worker's data hold where the main thread found the add-on. */
const WORKER_KEY = 'neuralTangentsNative';

const PACKAGE = 'neural-tangents-native';

let place: string | null | undefined;

/** What a worker thread of Node must be given as `workerData` to find the add-on that this thread found. */
export function addOnWorkerData(): Readonly<Record<string, string | null>> {
  return { [WORKER_KEY]: placeOf() };
}

/**
 * Loads the add-on and opens a first instance, since some systems (Electron) load it and then forbid its memory.
 *
 * @param sources what the functions are to be made of
 * @param registerBytes the registers to use; by default the machine's largest
 * @param file the package's entry; by default the one that is installed
 */
export function findAddOn(
  sources: string,
  registerBytes?: number,
  file: string | null = placeOf(),
): AddOnInstances | { reason: string } {
  const node = globalThis.process?.getBuiltinModule?.('node:module');
  if (!node) return { reason: 'it runs in Node alone' };
  if (!file) return { reason: `the package ${PACKAGE} is not installed` };
  try {
    const addOn = node.createRequire(file)(file) as AddOn;
    if (addOn.sources !== sources) return { reason: `${file} was built of other sources` };
    const bytes = registerBytes ?? addOn.registers[addOn.registers.length - 1];
    if (!addOn.registers.includes(bytes))
      return { reason: `this machine has no registers of ${bytes} bytes` };
    let spare: EngineExports | null = addOn.open(bytes);
    const open = (): EngineExports => {
      const instance = spare ?? addOn.open(bytes);
      spare = null;
      return instance;
    };
    return { open, registerBytes: bytes };
  } catch (error) {
    return { reason: `${file} could not be loaded: ${(error as Error).message.split('\n')[0]}` };
  }
}

/** The file of the package's entry; null where it is not installed. */
function placeOf(): string | null {
  if (place === undefined) place = find();
  return place;
}

function find(): string | null {
  const threads = globalThis.process?.getBuiltinModule?.('node:worker_threads');
  const given = threads?.workerData?.[WORKER_KEY];
  if (given !== undefined) return given;
  try {
    const { createRequire } = globalThis.process.getBuiltinModule('node:module');
    return createRequire(import.meta.url).resolve(PACKAGE);
  } catch {
    return null;
  }
}
