import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectAccessible, screenshot } from './browser.mjs';
import { useDemo } from './demo.mjs';

const stocktrades = '/products/execution/stocktrades';

// Every view, and something that must be on it each time it is loaded.
const views = [
  { name: 'explore', path: '/explore', shows: `a[href="${stocktrades}/overview"]` },
  { name: 'explore-search', path: '/explore?q=quantity&domain=execution&sort=rate', shows: 'mark' },
  { name: 'explore-no-hit', path: '/explore?q=zebra&quality=raw', shows: 'text=Drop 1 filter' },
  { name: 'overview', path: `${stocktrades}/overview`, shows: 'td:has-text("quantity")' },
  { name: 'schema', path: `${stocktrades}/schema?find=quant`, shows: 'mark' },
  { name: 'schema-text', path: `${stocktrades}/schema?show=text`, shows: 'pre' },
  { name: 'samples-live', path: `${stocktrades}/samples`, shows: '[data-row-link]' },
  { name: 'samples-newest', path: '/products/membership/users/samples?from=newest', shows: '[data-row-link]' },
  {
    name: 'samples-record',
    path: '/products/edge/pageviews/samples?from=newest&record=0:0&show=raw',
    shows: 'aside[aria-label="Open record"] pre',
  },
  { name: 'samples-search', path: `${stocktrades}/samples?from=newest&where=side+%3D+BUY`, shows: 'text=Nothing is read yet' },
  {
    name: 'samples-range',
    path: `${stocktrades}/samples?from=time:2020-01-01T00:00:00Z&until=time:2020-01-02T00:00:00Z`,
    shows: 'text=Nothing is held here',
  },
  { name: 'use', path: `${stocktrades}/use?with=python`, shows: 'text=reader.py' },
  { name: 'publish', path: '/publish', shows: 'text=high_value_stock_trades' },
  { name: 'publish-form', path: '/publish/high_value_stock_trades', shows: 'text=blocks' },
  { name: 'create', path: '/create', shows: 'text=What you can use today' },
  { name: 'govern', path: '/govern', shows: 'td:has-text("description-length")' },
  { name: 'govern-rule', path: '/govern?rule=field-docs', shows: 'section[aria-label="Products that do not keep field-docs"]' },
  { name: 'govern-document', path: '/govern/document', shows: 'text=understood' },
  { name: 'govern-history', path: '/govern/history', shows: 'h2' },
  { name: 'lineage', path: '/lineage', shows: 'text=What you can use today' },
  { name: 'domains', path: '/domains', shows: 'text=@execution-team' },
  { name: 'activity', path: '/activity', shows: 'h1' },
  { name: 'consumers', path: `${stocktrades}/consumers`, shows: 'text=No group reads this product' },
  { name: 'activity-filtered', path: '/activity?outcome=refused', shows: 'text=No entry matches' },
  { name: 'operations-sorted', path: '/operations?sort=size&order=down', shows: 'th[aria-sort="descending"]' },
  { name: 'operations-groups', path: '/operations/groups', shows: 'text=No consumer group yet' },
  { name: 'operations-storage', path: '/operations/storage', shows: 'td:has-text("Journal")' },
  { name: 'operations', path: '/operations', shows: 'td:has-text("stocktrades")' },
  { name: 'settings', path: '/settings', shows: 'td' },
  { name: 'design', path: '/design', shows: 'text=Badges' },
  { name: 'not-found', path: '/nowhere', shows: 'text=There is no page here' },
  { name: 'no-product', path: '/products/edge/nothing/overview', shows: 'text=404, not found', complains: /404/ },
];

const demo = useDemo();

for (const theme of ['light', 'dark']) {
  for (const view of views) {
    test(`${view.name} in ${theme} is accessible, quiet and survives a reload`, async () => {
      const { page, expectQuiet, close } = await demo.openPage({ theme });
      await page.goto(view.path);
      await page.locator(view.shows).first().waitFor();
      const title = await page.title();
      const { pathname, search } = new URL(page.url());
      assert.equal(pathname + search, view.path);
      await expectAccessible(page, `${view.name} ${theme}`);
      await screenshot(page, `${view.name}-${theme}`);
      await page.reload();
      await page.locator(view.shows).first().waitFor();
      assert.equal(await page.title(), title);
      assert.equal(await page.locator('h1').count(), 1);
      expectQuiet(view.complains);
      await close();
    });
  }
}

for (const width of [320, 800, 1100]) {
  test(`nothing is wider than a window of ${width}`, async () => {
    const { page, close } = await demo.openPage({ width, height: 800 });
    for (const view of views) {
      await page.goto(view.path);
      await page.locator(view.shows).first().waitFor({ state: 'attached' });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `${view.name} is ${wide} wide`);
    }
    await close();
  });
}

test('a product has its heading while it is loaded', async () => {
  const { page, close } = await demo.openPage();
  let answer;
  await page.route('**/api/v1/products/execution/stocktrades', (route) => {
    answer = () => route.continue();
  });
  await page.goto(`${stocktrades}/overview`);
  await page.getByRole('status', { name: 'Loading the product' }).waitFor({ state: 'attached' });
  await page.getByRole('heading', { level: 1, name: 'stocktrades', exact: true }).waitFor();
  await expectAccessible(page, 'a product being loaded');
  answer();
  await page.getByText('quantity').first().waitFor();
  await close();
});
