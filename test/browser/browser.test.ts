import { execFileSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import esbuild from 'esbuild';
import { Matrix } from 'ml-matrix';
import { gram, gramVjp, stax } from 'neural-tangents';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { relativeError } from '../support/compare.js';
import { tolerance } from '../support/tolerance.js';
import { network, samples } from './case.js';

let browser: Browser;
let server: Server;
let headers: Readonly<Record<string, string>> = {};

const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

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
    // Without this esbuild follows tsconfig's `paths`, past the package's own imports.
    tsconfigRaw: {},
    bundle: true,
    write: false,
    format: 'esm',
  });
  server = createServer((request, response) => {
    response.setHeaders(new Map(Object.entries(headers)));
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
    headers = shared ? isolation : {};
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

/** What the page says under a Content-Security-Policy: its result or its error, and its warnings. */
async function underPolicy(policy: string): Promise<{ outcome: Result | string; warnings: string[] }> {
  headers = { 'Content-Security-Policy': policy };
  const page = await browser.newPage();
  const warnings: string[] = [];
  page.on('console', (message) => {
    if (message.text().startsWith('neural-tangents:')) warnings.push(message.text());
  });
  const { port } = server.address() as AddressInfo;
  await page.goto(`http://127.0.0.1:${port}/`);
  const outcome = await page.evaluate(() =>
    (globalThis as unknown as { result: Promise<Result> }).result.catch((error: Error) => String(error)),
  );
  await page.close();
  return { outcome, warnings };
}

describe('under a Content-Security-Policy', () => {
  const scripts = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";

  it('runs workers where the policy allows them', async () => {
    const { outcome, warnings } = await underPolicy(`${scripts}; worker-src blob:`);
    expect(outcome).toMatchObject({ backend: 'webgl' });
    expect(warnings).toEqual([]);
  });

  it('computes the same on the calling thread where it does not, and says so once', async () => {
    const { outcome, warnings } = await underPolicy(scripts);
    const [x1, x2] = samples();
    const here = await gram(network(stax).kernel, x1, x2, { get: 'ntk' });
    expect((outcome as Result).gram).toEqual(here.to1DArray());
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('worker-src blob:');
  });

  it('says what to allow where WebAssembly is forbidden', async () => {
    const { outcome } = await underPolicy("default-src 'self'; worker-src blob:");
    expect(outcome).toMatch(/^UnsupportedError: engine: WebAssembly is forbidden here .*'wasm-unsafe-eval'/);
  });
});

interface Result {
  readonly gram: number[];
  readonly gradient: number[];
  readonly backend: string;
  readonly webgl: number[];
  readonly workers: boolean;
  readonly isolated: boolean;
}
