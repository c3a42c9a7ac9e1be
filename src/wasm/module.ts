import { UnsupportedError } from '../base/errors.js';
import { type AddOnInstances, findAddOn } from './add-on.js';
import { engineBytes } from './engine-bytes.js';
import type { EngineExports } from './exports.js';
import { engineSources } from './generated/engine.js';

/** First address that the module's own data leaves free. */
export const FREE = 65536;

/** What runs the engine's functions. */
export interface EngineInfo {
  /** `'native'`: the add-on `neural-tangents-native`. `'wasm'`: WebAssembly, which runs everywhere. */
  readonly kind: 'native' | 'wasm';
  /** The instructions used: `'WebAssembly SIMD'`, `'AVX-512'`, `'AVX2'`, `'SSE'` or `'NEON'`. */
  readonly instructions: string;
  /** Bytes of a register: 16, 32 or 64. */
  readonly registerBytes: number;
  /** A digest of what the functions are made of; the same for WebAssembly and an add-on that may take its place. */
  readonly sources: string;
  /** Why the add-on does not run; null where it does. */
  readonly whyNotNative: string | null;
}

/** The environment variable that chooses what runs the engine, and its values. */
const VARIABLE = 'NEURAL_TANGENTS_ENGINE';
const REGISTERS = { native: undefined, sse: 16, avx2: 32, avx512: 64 } as const;

interface Choice {
  readonly info: EngineInfo;
  readonly open: () => EngineExports;
}

let choice: Choice | undefined;

/**
 * What runs the engine's functions here: the native add-on where it is installed, was built for this version and this
 * machine, else WebAssembly. Results have the same bits on both.
 *
 * @throws UnsupportedError when the environment variable `NEURAL_TANGENTS_ENGINE` asks for what is not there; its values
 *   are `wasm`, `native`, and `sse`, `avx2` or `avx512` for registers of 16, 32 or 64 bytes
 * @example
 * ```ts
 * import { engineInfo } from 'neural-tangents';
 * const { kind, instructions, whyNotNative } = engineInfo();
 * console.log(`${kind}, ${instructions}`, whyNotNative ?? '');
 * ```
 */
export function engineInfo(): EngineInfo {
  choice ??= choose();
  return choice.info;
}

/** A fresh instance with its own memory: of WebAssembly, or of the native add-on. */
export function instantiate(): EngineExports {
  choice ??= choose();
  return choice.open();
}

function choose(): Choice {
  const asked = globalThis.process?.env?.[VARIABLE] || 'any';
  if (asked === 'wasm') return webAssembly(`${VARIABLE} is wasm`);
  const forced = asked in REGISTERS;
  if (!forced && asked !== 'any') {
    throw new UnsupportedError(
      `engine: ${VARIABLE} must be wasm, ${Object.keys(REGISTERS).join(', ')}, got ${asked}. Unset it for the fastest.`,
    );
  }
  const found = findAddOn(engineSources, forced ? REGISTERS[asked as keyof typeof REGISTERS] : undefined);
  if (!('reason' in found)) return native(found, forced);
  if (!forced) return webAssembly(found.reason);
  throw new UnsupportedError(
    `engine: ${VARIABLE} is ${asked}, but the native add-on does not run: ${found.reason}. Unset it to run WebAssembly.`,
  );
}

let compiled: WebAssembly.Module | undefined;

/**
 * The module, compiled once; a thread may be sent it and take it by {@link adoptModule}.
 *
 * @throws UnsupportedError where a page's Content-Security-Policy forbids WebAssembly.
 */
export function compiledModule(): WebAssembly.Module {
  try {
    compiled ??= new WebAssembly.Module(engineBytes());
    return compiled;
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error;
    throw new UnsupportedError(
      `engine: WebAssembly is forbidden here (${error.message}). In a page, allow it by "script-src 'wasm-unsafe-eval'" in its ` +
        "Content-Security-Policy, or call the kernel function with executor 'tf'.",
    );
  }
}

/** Takes the module that another thread compiled. */
export function adoptModule(module: WebAssembly.Module): void {
  compiled = module;
}

function openWasm(): EngineExports {
  return new WebAssembly.Instance(compiledModule()).exports as unknown as EngineExports;
}

function webAssembly(whyNotNative: string): Choice {
  const info: EngineInfo = {
    ...{ kind: 'wasm', instructions: 'WebAssembly SIMD', registerBytes: 16 },
    ...{ sources: engineSources, whyNotNative },
  };
  return { info, open: openWasm };
}

/** The add-on, but WebAssembly where the system has no address space left for another instance. */
function native({ open, registerBytes }: AddOnInstances, forced: boolean): Choice {
  const names: Readonly<Record<number, string>> = { 64: 'AVX-512', 32: 'AVX2', 16: 'SSE' };
  const instructions = globalThis.process.arch === 'x64' ? names[registerBytes] : 'NEON';
  const info: EngineInfo = {
    ...{ kind: 'native', instructions, registerBytes },
    ...{ sources: engineSources, whyNotNative: null },
  };
  const openOrWasm = (): EngineExports => {
    try {
      return open();
    } catch (error) {
      if (forced) throw error;
      return openWasm();
    }
  };
  return { info, open: openOrWasm };
}

/** Grows `memory` to hold `bytes`. */
export function ensureBytes(memory: WebAssembly.Memory, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / 65536));
}
