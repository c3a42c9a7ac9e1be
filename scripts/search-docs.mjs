// Uses the built documentation as a reader does, in a real browser: searches it by a phrase from the middle of a page, of code and
// of the API, follows the first result, and asks that pages log no error.
import { execFileSync } from 'node:child_process';
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const site = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../docs/.vitepress/dist');

/** What is typed, and where its first result leads. */
const searches = [
  ['worker-src blob', '/how-to/browsers'],
  ['experimental-vm-modules', '/how-to/commonjs'],
  ['box filter of one small image', '/architecture'],
  ['kernelRidge', '/api/'],
];

const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

const server = createServer(({ url }, response) => {
  const { pathname } = new URL(url, 'http://localhost');
  const file = ['', '.html', 'index.html'].map((end) => path.join(site, `${pathname}${end}`));
  const found = file.find((name) => path.extname(name) && existsSync(name));
  response.writeHead(found ? 200 : 404, { 'Content-Type': types[path.extname(found ?? '')] ?? '' });
  if (found) createReadStream(found).pipe(response);
  else response.end();
}).listen(0, '127.0.0.1');
await new Promise((done) => server.once('listening', done));
const home = `http://127.0.0.1:${server.address().port}`;

const executablePath =
  process.env.CHROMIUM ?? execFileSync('which', ['chromium'], { encoding: 'utf8' }).trim();
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const failures = [];
try {
  for (const [words, target] of searches) await search(words, target);
} finally {
  await browser.close();
  server.close();
}
if (failures.length > 0) throw new Error(`search-docs:\n${failures.join('\n')}`);
console.log(`docs: ${searches.length} searches lead where they should`);

async function search(words, target) {
  const page = await browser.newPage();
  page.on('pageerror', (error) => failures.push(`${words}: ${error}`));
  page.on('console', (message) => {
    if (message.type() === 'error') failures.push(`${words}: ${message.text()}`);
  });
  await page.goto(`${home}/`);
  await page.click('.VPNavBarSearch button');
  await page.fill('.VPLocalSearchBox input', words);
  await page.locator('.VPLocalSearchBox .result').first().click();
  await page.waitForURL((url) => url.pathname !== '/');
  const { pathname } = new URL(page.url());
  if (!pathname.startsWith(target)) failures.push(`'${words}' leads to ${pathname}, not to ${target}`);
  await page.close();
}
