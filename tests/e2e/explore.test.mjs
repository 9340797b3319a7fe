import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { expectAccessible, openBrowser, openPage, screenshot } from './browser.mjs';
import { binary, startDemo } from './weft.mjs';

// The demo mesh among 10,000 made products.
const count = 10_000;
const data = mkdtempSync(path.join(tmpdir(), 'weft-e2e-explore-'));
let weft;
let browser;

before(async () => {
  execFileSync(path.join(path.dirname(binary), 'bench/search_fill'), [data, String(count)]);
  weft = await startDemo({ dataDir: data });
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await weft?.stop();
  rmSync(data, { recursive: true, force: true });
});

const open = (options) => openPage(browser, weft.url, options);
const rows = (page) => page.locator('a[data-row-link]');
const figure = (text) => console.log(`# ${text}`);

test('ten thousand products scroll like ten, to the last one', async () => {
  const { page, expectQuiet, close } = await open();
  await page.goto('/explore');
  await rows(page).first().waitFor();
  const total = Number((await page.locator('table[aria-rowcount]').getAttribute('aria-rowcount')) ?? 0) - 1;
  assert.ok(total >= count, `${total} products`);
  assert.ok((await rows(page).count()) < 60, 'only rows near the window are drawn');
  const names = new Set();
  for (let step = 0; step < 12; step += 1) {
    // The list grows at its end: a reader goes on to what is the end by then.
    await page.waitForFunction((seen) => {
      document.documentElement.scrollTop = document.documentElement.scrollHeight;
      return !seen.includes(document.querySelector('tbody tr[aria-rowindex]')?.getAttribute('aria-rowindex'));
    }, [...names]);
    names.add(await page.locator('tbody tr[aria-rowindex]').first().getAttribute('aria-rowindex'));
    assert.ok((await rows(page).count()) < 60);
  }
  expectQuiet();
  await close();
});

test('typing answers at every letter', async () => {
  const { page, expectQuiet, close } = await open();
  await page.goto('/explore');
  await rows(page).first().waitFor();
  await page.evaluate(() => {
    window.longTasks = [];
    new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: 'longtask' });
  });
  const input = page.getByLabel('Search products, fields, meanings, teams');
  await input.pressSequentially('parcel delayed dach', { delay: 60 });
  await page.locator('mark').first().waitFor();
  const tasks = await page.evaluate(() => window.longTasks);
  figure(`19 letters typed: ${tasks.length} long tasks${tasks.length > 0 ? `, the longest ${Math.round(Math.max(...tasks))} ms` : ''}`);
  const began = await page.evaluate(() => performance.now());
  await input.fill('refund');
  await page.waitForFunction(() => document.querySelector('tbody mark')?.textContent?.toLowerCase() === 'refund');
  figure(`a search to its first row, warm: ${Math.round((await page.evaluate(() => performance.now())) - began)} ms`);
  assert.match(page.url(), /q=refund$/);
  expectQuiet();
  await close();
});

test('a product is found by a field name in three actions', async () => {
  const { page, close } = await open();
  await page.goto('/explore');
  await rows(page).first().waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('quantity');
  const found = page.locator('a[href="/products/execution/stocktrades/overview"]');
  await found.waitFor();
  await found.click();
  await page.waitForURL('**/products/execution/stocktrades/overview');
  await close();
});

test('a typo is forgiven and said, and an empty result says which filter empties it', async () => {
  const { page, expectQuiet, close } = await open();
  await page.goto('/explore?q=vehicel+fault');
  await page.getByText('with one letter other: vehicle').waitFor();
  await rows(page).first().waitFor();
  await page.goto('/explore?q=vehicle+fault&domain=payments&quality=raw');
  await page.getByRole('button', { name: 'Drop domain payments' }).click();
  await rows(page).first().waitFor();
  assert.match(page.url(), /quality=raw/);
  assert.doesNotMatch(page.url(), /domain/);
  await page.goto('/explore?q=vehicle+qqqqq');
  await page.getByRole('button', { name: 'Search without “qqqqq”' }).click();
  await rows(page).first().waitFor();
  await expectAccessible(page, 'explore');
  expectQuiet();
  await close();
});

test('a person keeps a search under a name and comes back to it', async () => {
  const { page, expectQuiet, close } = await open();
  await page.request.post('/api/v1/session', { data: { person: 'mkovac' }, headers: { origin: weft.url } });
  await page.goto('/explore?q=refund&quality=curated');
  await page.getByRole('button', { name: 'Save this search…' }).click();
  await page.getByLabel('Name of the search').fill('Good refunds');
  await page.keyboard.press('Enter');
  const saved = page.getByRole('region', { name: 'Saved searches' }).getByRole('link', { name: 'Good refunds' });
  await saved.waitFor();
  await expectAccessible(page, 'saved search');
  await page.goto('/explore');
  await saved.click();
  await page.waitForURL('**/explore?q=refund&quality=curated');
  await page.goto('/domains');
  await page.getByRole('heading', { level: 1, name: 'Domains' }).waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('option', { name: 'Good refunds' }).click();
  await page.waitForURL('**/explore?q=refund&quality=curated');
  await page.getByRole('button', { name: 'Forget Good refunds' }).click();
  await saved.waitFor({ state: 'detached' });
  expectQuiet();
  await close();
});

for (const theme of ['light', 'dark']) {
  test(`ten thousand products in ${theme}, wide and narrow, as pictures and for axe`, async () => {
    for (const width of [1440, 320]) {
      const { page, close } = await open({ theme, width });
      await page.goto('/explore?q=reading');
      await page.locator('mark').first().waitFor();
      await expectAccessible(page, `explore ${theme} ${width}`);
      await screenshot(page, `explore-10000-${theme}-${width}`);
      await close();
    }
  });
}
