import { type ChildProcess, fork } from 'node:child_process';
import type { Scale } from './case.js';
import { engineOf } from './native.js';

/** What a child is asked: its first run, a timed run, or the library's prediction. */
export type Request = 'first' | 'round' | 'prediction';

/** What the first run yields: some of the result's numbers, how many there are, bytes above the result. */
export interface FirstReply {
  readonly sample: readonly number[];
  readonly count: number;
  readonly peakBytes: number;
}

/** The library's own prediction of a run. */
export interface Prediction {
  readonly seconds: number;
  readonly workerBytes: number;
  readonly pixelsPerPair: number;
}

/** What is known of a run before it starts. */
export interface Ready {
  readonly entries: number;
  readonly resultBytes: number;
  readonly flops: number | null;
}

export type Reply =
  | { readonly ready: Ready }
  | { readonly skipped: string }
  | FirstReply
  | { readonly ms: number }
  | { readonly prediction: Prediction | null }
  | { readonly error: string };

/** A variant in a process of its own. */
export interface Child {
  readonly ready: Ready;
  readonly first: () => Promise<FirstReply>;
  readonly round: () => Promise<number>;
  readonly prediction: () => Promise<Prediction | null>;
  readonly stop: () => void;
}

/** Starts a variant in a fresh process; a text says why it cannot run. */
export async function start(caseName: string, variant: string, scale: Scale): Promise<Child | string> {
  const env = { ...process.env, NEURAL_TANGENTS_ENGINE: engineOf(variant) };
  const child = fork('scripts/run-ts.mjs', ['bench/child.ts', caseName, variant, scale], { env });
  const ask = <Answer>(request: Request): Promise<Answer> => {
    const answer = next(child) as Promise<Answer>;
    child.send(request);
    return answer;
  };
  const reply = await next(child);
  if (!('ready' in reply)) {
    child.kill();
    return 'skipped' in reply ? reply.skipped : 'it answered out of turn';
  }
  return {
    ready: reply.ready,
    first: () => ask<FirstReply>('first'),
    round: async () => (await ask<{ ms: number }>('round')).ms,
    prediction: async () => (await ask<{ prediction: Prediction | null }>('prediction')).prediction,
    stop: () => child.kill(),
  };
}

/** The child's next message. */
function next(child: ChildProcess): Promise<Exclude<Reply, { error: string }>> {
  return new Promise((resolve, reject) => {
    const clear = () => {
      child.off('message', onMessage);
      child.off('exit', onExit);
    };
    const onMessage = (reply: Reply) => {
      clear();
      if ('error' in reply) reject(new Error(reply.error));
      else resolve(reply);
    };
    const onExit = (code: number | null) => {
      clear();
      reject(new Error(`bench: a child process ended with code ${code}`));
    };
    child.on('message', onMessage);
    child.on('exit', onExit);
  });
}
