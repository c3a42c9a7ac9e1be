import { createRequire } from 'node:module';
import type * as core from './tf.js';

type Core = typeof core;

let loaded: Core | undefined;

function load(): Core {
  loaded ??= createRequire(import.meta.url)('@tensorflow/tfjs-core') as Core;
  return loaded;
}

/**
 * Any function of tfjs, which loads tfjs when it is first called: in Node a quarter of a second of every import of the library was
 * tfjs, which Gram matrices never ask for. `generated/tf-on-demand.ts` exports them by the names of `tf.ts`.
 */
export const functions = new Proxy({} as Core, {
  get:
    (_, name: keyof Core) =>
    (...args: unknown[]) =>
      (load()[name] as (...args: unknown[]) => unknown)(...args),
});
