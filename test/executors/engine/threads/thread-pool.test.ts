import { afterAll, beforeAll, describe, expect, it, type MockInstance, vi } from 'vitest';
import { compile } from '../../../../src/executors/engine/planning/compile.js';
import type { GramTask } from '../../../../src/executors/engine/tasks/tasks.js';
import type { Request } from '../../../../src/executors/engine/threads/protocol.js';
import { type StartTasker, startHere } from '../../../../src/executors/engine/threads/thread.js';
import { ThreadPool } from '../../../../src/executors/engine/threads/thread-pool.js';
import { programOf, stax } from '../../../../src/index.js';

const { kernel } = stax.serial(stax.Dense(1), stax.Relu(), stax.Dense(1));
const plans = compile(programOf(kernel, [2]), { dtype: 'float64', ntk: false });

/** Tasks of a pair of samples each, told apart by their job's number. */
function* tasksOf(job: number, count: number): Iterable<GramTask> {
  for (let i = 0; i < count; i++) {
    const sample = (...data: number[]) => ({ data: Float64Array.from(data), count: 1 });
    yield { kind: 'gram', x1: sample(job, i), x2: sample(1, 0), fields: ['nngp'] };
  }
}

/** Threads that work here; of each job the tasks that run, now and at most, and the threads that were started. */
function watchedThreads() {
  const now: Record<number, number> = {};
  const most: Record<number, number> = {};
  const seen = { most, threads: 0 };
  const start: StartTasker = (answer, onEnd) => {
    seen.threads++;
    let job = 0;
    let known: typeof plans | null = null;
    const onReply: typeof answer = (reply) => {
      now[job]--;
      answer(reply);
    };
    const thread = startHere(onReply, onEnd)!;
    const post: typeof thread.post = (message) => {
      const request = message as Request;
      job = (request.task as GramTask).x1.data[0];
      now[job] = (now[job] ?? 0) + 1;
      most[job] = Math.max(most[job] ?? 0, now[job]);
      known = request.plans ?? known;
      thread.post({ ...request, plans: known });
    };
    return { ...thread, post };
  };
  return { start, seen };
}

let warn: MockInstance<typeof console.warn>;
beforeAll(() => {
  warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
});
afterAll(() => warn.mockRestore());

describe('ThreadPool', () => {
  it('keeps each job within its own limit while both run', async () => {
    const { start, seen } = watchedThreads();
    const pool = new ThreadPool(start);
    const order: number[][] = [[], [], []];
    const run = (job: number, threads: number, count: number) =>
      pool.run(plans, tasksOf(job, count), { threads }, (_, index) => order[job].push(index));
    await Promise.all([run(1, 1, 6), run(2, 3, 40)]);
    expect(seen.most).toEqual({ 1: 1, 2: 3 });
    expect(seen.threads).toBe(3);
    const inOrder = (count: number) => Array.from({ length: count }, (_, i) => i);
    expect(order.slice(1)).toEqual([inOrder(6), inOrder(40)]);
  });

  it('goes on with one job when another is aborted', async () => {
    const pool = new ThreadPool(watchedThreads().start);
    const controller = new AbortController();
    const seen: number[] = [];
    const stopped = pool.run(plans, tasksOf(1, 50), { threads: 2, signal: controller.signal }, (_, i) => {
      if (i === 3) controller.abort(new Error('enough'));
    });
    const other = pool.run(plans, tasksOf(2, 20), { threads: 2 }, (_, i) => void seen.push(i));
    await expect(stopped).rejects.toThrow('enough');
    await other;
    expect(seen.length).toBe(20);
  });

  it('works on the calling thread where there are no others, and says so once', async () => {
    const pool = new ThreadPool(() => null);
    const results: number[] = [];
    for (const job of [1, 2]) {
      await pool.run(plans, tasksOf(job, 3), { threads: 2 }, ({ nngp }) => void results.push(nngp![0]));
    }
    expect(results.length).toBe(6);
    expect(warn.mock.calls.map(([text]) => text.slice(0, 58))).toEqual([
      'neural-tangents: worker threads cannot be started (the pla',
    ]);
  });

  it('does the tasks of a thread that never started on the calling thread', async () => {
    const pool = new ThreadPool((_, onEnd) => {
      setTimeout(() => onEnd(new Error('refused by the policy'), false));
      return { post() {}, hold() {}, stop() {} };
    });
    const seen: number[] = [];
    await pool.run(plans, tasksOf(1, 5), { threads: 2 }, (_, i) => void seen.push(i));
    expect(seen).toEqual([0, 1, 2, 3, 4]);
    // It was said once already, in the test before.
    expect(warn).toHaveBeenCalledTimes(1);
  });

  it('fails the job of a thread that dies at work, and no other', async () => {
    const { start } = watchedThreads();
    const pool = new ThreadPool((onReply, onEnd) => {
      const thread = start(onReply, onEnd)!;
      const post: typeof thread.post = (message) => {
        const { task } = message as Request;
        if ((task as GramTask).x1.data[0] === 1) onEnd(new Error('died'), true);
        else thread.post(message);
      };
      return { ...thread, post };
    });
    const dies = pool.run(plans, tasksOf(1, 4), { threads: 2 }, () => {});
    const seen: number[] = [];
    const lives = pool.run(plans, tasksOf(2, 4), { threads: 2 }, (_, i) => void seen.push(i));
    await expect(dies).rejects.toThrow('died');
    await lives;
    expect(seen).toEqual([0, 1, 2, 3]);
  });
});
