import { execFileSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import esbuild from 'esbuild';
import { Matrix } from 'ml-matrix';
import { gram, gramVjp, stax } from 'neural-tangents';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { relativeError } from '../support/compare.js';
import { tolerance } from '../support/tolerance.js';
import { network, samples } from './case.js';

let browser: Browser;
let server: Server;
let isolated = false;

/** The installed Chromium: `CHROMIUM`, or what the shell finds under that name. */
function chromiumPath(): string {
  return process.env.CHROMIUM ?? execFileSync('which', ['chromium'], { encoding: 'utf8' }).trim();
}

beforeAll(async () => {
  const alias = { 'neural-tangents': new URL('../../dist/index.js', import.meta.url).pathname };
  const entryPoints = [new URL('page.ts', import.meta.url).pathname];
  const { outputFiles } = await esbuild.build({
    entryPoints,
    alias,
    bundle: true,
    write: false,
    format: 'esm',
  });
  server = createServer((request, response) => {
    if (isolated) {
      response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
      response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    }
    const script = request.url === '/page.js';
    response.setHeader('Content-Type', script ? 'text/javascript' : 'text/html');
    response.end(
      script ? outputFiles[0].text : '<!doctype html><script type="module" src="/page.js"></script>',
    );
  }).listen(0, '127.0.0.1');
  const args = ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
  browser = await chromium.launch({ executablePath: chromiumPath(), args });
}, 60_000);

afterAll(async () => {
  await browser?.close();
  server?.close();
});

for (const shared of [false, true]) {
  it(`computes Node's numbers in Chromium ${shared ? 'with' : 'without'} shared memory`, async () => {
    isolated = shared;
    const page = await browser.newPage();
    const { port } = server.address() as AddressInfo;
    await page.goto(`http://127.0.0.1:${port}/`);
    const there = await page.evaluate(() => (globalThis as unknown as { result: Promise<Result> }).result);
    const { kernel } = network(stax);
    const [x1, x2] = samples();
    const here = await gram(kernel, x1, x2, { get: 'ntk' });
    const gradient = await gramVjp(kernel, x1, x2, { ntk: Matrix.ones(3, 5) });
    expect(there).toMatchObject({ workers: true, isolated: shared, backend: 'webgl' });
    expect(there.gram).toEqual(here.to1DArray());
    expect(there.gradient).toEqual([...gradient.x1.data]);
    expect(relativeError(there.webgl, here.to1DArray())).toBeLessThan(tolerance.f32.golden);
    await page.close();
  });
}

interface Result {
  readonly gram: number[];
  readonly gradient: number[];
  readonly backend: string;
  readonly webgl: number[];
  readonly workers: boolean;
  readonly isolated: boolean;
}
