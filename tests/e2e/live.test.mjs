import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useDemo } from './demo.mjs';
import { startDemo } from './weft.mjs';

const demo = useDemo();

const live = (page) => page.getByRole('status').getByText('live', { exact: true });

test('ten tabs of one browser share one event stream, and all of them are live', async () => {
  const first = await demo.openPage();
  const tabs = [first];
  while (tabs.length < 10) tabs.push(await demo.openPage({ context: first.context }));
  for (const tab of tabs) await tab.page.goto('/explore');
  for (const tab of tabs) {
    await tab.page.locator('[data-row-link]').first().waitFor();
    await live(tab.page).waitFor();
    tab.expectQuiet();
  }
  await first.close();
});

test('figures change in place: nothing on the page moves', async () => {
  const { page, expectQuiet, close } = await demo.openPage();
  await page.goto('/explore');
  const row = page.getByRole('row').filter({ has: page.locator('a[href="/products/execution/stocktrades/overview"]') });
  const rate = row.getByRole('cell').nth(3);
  await rate.getByText('/s').first().waitFor();
  const before = { text: await rate.textContent(), box: await row.boundingBox() };
  await page.waitForFunction(
    (text) => document.querySelector('a[href="/products/execution/stocktrades/overview"]')?.closest('tr')?.cells[3]?.textContent !== text,
    before.text,
  );
  assert.deepEqual(await row.boundingBox(), before.box);
  expectQuiet();
  await close();
});

test('a page outlives its server: it says so, keeps what it shows, and catches up when it is back', async (context) => {
  if (!demo.weft.started) return context.skip('the server is not ours to stop');
  const { page, close } = await demo.openPage();
  await page.goto('/explore');
  await page.locator('[data-row-link]').first().waitFor();
  await live(page).waitFor();
  await demo.weft.stop({ keep: true });
  await page.getByText(/^(reconnecting|offline)$/).first().waitFor();
  assert.ok((await page.locator('[data-row-link]').count()) > 0);
  demo.weft = await startDemo({ dataDir: demo.weft.data, http: new URL(demo.weft.url).host });
  await live(page).waitFor();
  await close();
});
