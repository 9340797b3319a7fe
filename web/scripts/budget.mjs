// Fails when the page needs more to start than the budget of doc: web/README.md allows. Sizes are gzip, level 9.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const dist = new URL('../dist/', import.meta.url).pathname;
const limits = { initialJs: 200_000, initialCss: 20_000, lazyChunk: 140_000, all: 900_000 };

const zipped = (file) => gzipSync(readFileSync(path.join(dist, file)), { level: 9 }).length;
const html = readFileSync(path.join(dist, 'index.html'), 'utf8');
const initial = [...html.matchAll(/(?:src|href)="\/([^"]+\.(?:js|css))"/g)].map((match) => match[1]);
const files = readdirSync(dist, { recursive: true }).filter((file) => /\.(js|css|svg|html)$/.test(file));

const sum = (list) => list.reduce((total, file) => total + zipped(file), 0);
const measured = {
  initialJs: sum(initial.filter((file) => file.endsWith('.js'))),
  initialCss: sum(initial.filter((file) => file.endsWith('.css'))),
  lazyChunk: Math.max(0, ...files.filter((file) => file.endsWith('.js') && !initial.includes(file)).map(zipped)),
  all: sum(files),
};

let over = false;
for (const [what, limit] of Object.entries(limits)) {
  const bad = measured[what] > limit;
  over ||= bad;
  console.log(`budget: ${what} ${(measured[what] / 1000).toFixed(1)} kB gzip of ${limit / 1000}${bad ? '  TOO LARGE' : ''}`);
}
if (over) process.exit(1);
