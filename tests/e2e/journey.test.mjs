import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actAs, expectAccessible } from './browser.mjs';
import { useDemo } from './demo.mjs';

const waiting = 'high_value_stock_trades';
const owner = 'Mara Kovač';
const meaning =
  'One fill over 500 a share and 2,500 shares, with the region of the trader, seconds after execution.';

const demo = useDemo();

test('an owner publishes the waiting topic, others see it come, and it can be taken back', async () => {
  const reader = await demo.openPage();
  await reader.page.goto('/explore');
  await reader.page.locator('[data-row-link]').first().waitFor();
  await reader.page.getByRole('status').getByText('live', { exact: true }).waitFor();

  const { page, expectQuiet, close } = await demo.openPage();
  await page.goto('/publish');
  await actAs(page, owner);
  await page.getByRole('row', { name: new RegExp(waiting) }).getByRole('link', { name: 'Add to mesh' }).click();
  await page.waitForURL(`**/publish/${waiting}`);

  // The button says why it cannot, for as long as it cannot.
  await page.getByRole('button', { name: /^Publish – \d+ findings? blocks?$/ }).waitFor();
  await expectAccessible(page, 'publish form with findings');
  await page.getByLabel('What one event means').fill(meaning);
  await page.getByRole('radio', { name: /curated/ }).check();
  await page.getByRole('combobox', { name: /SLA tier/ }).click();
  await page.getByRole('option', { name: /Tier 2/ }).click();
  await page.getByLabel('Add a tag').fill('trading');
  await page.getByLabel('Add a tag').press('Enter');
  await page.getByRole('button', { name: 'Publish', exact: true }).waitFor();

  // The draft is not lost by a reload.
  await page.reload();
  await page.getByRole('button', { name: 'Publish', exact: true }).waitFor();
  assert.equal(await page.getByLabel('What one event means').inputValue(), meaning);
  await page.getByRole('button', { name: 'Show API call' }).click();
  await page.getByRole('dialog').getByText(`weft product publish analytics/${waiting}`).waitFor();
  await expectAccessible(page, 'publish form with its API call');
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await page.waitForURL(`**/products/analytics/${waiting}/overview`);
  await page.getByRole('heading', { level: 1, name: waiting, exact: true }).waitFor();
  await expectAccessible(page, 'the published product');

  // A reader's list does not move; what is new waits for a click.
  const show = reader.page.getByRole('button', { name: /1 new match/ });
  await show.waitFor();
  const added = reader.page.locator(`a[href="/products/analytics/${waiting}/overview"]`);
  assert.equal(await added.count(), 0);
  await show.click();
  await added.waitFor();
  await reader.close();

  // It is found by a word of its meaning.
  await page.goto('/explore?q=seconds');
  await page.locator(`a[href="/products/analytics/${waiting}/overview"]`).click();
  await page.waitForURL(`**/products/analytics/${waiting}/overview`);

  await page.getByRole('button', { name: 'Deprecate, retire or unpublish' }).click();
  await page.getByRole('menuitem', { name: 'Unpublish…' }).click();
  await page.getByRole('alertdialog').waitFor();
  await expectAccessible(page, 'the question before unpublishing');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Unpublish' }).click();
  await page.waitForURL('**/publish');
  await page.getByRole('row', { name: new RegExp(waiting) }).getByRole('link', { name: 'Add to mesh' }).waitFor();
  await page.goto('/activity');
  await page.getByRole('cell', { name: new RegExp(`Unpublished analytics/${waiting}`) }).waitFor();
  expectQuiet();
  await close();
});

test('records arrive without a reload, pausing keeps them, and each has an address for ever', async () => {
  const { page, expectQuiet, close } = await demo.openPage();
  await page.goto('/products/execution/stocktrades/samples');
  const newest = page.locator('[data-row-link]').first();
  await newest.waitFor();
  await page.evaluate(() => {
    window.notReloaded = true;
  });
  const first = await newest.textContent();
  await page.waitForFunction((before) => document.querySelector('[data-row-link]')?.textContent !== before, first);
  assert.equal(await page.evaluate(() => window.notReloaded), true);
  await page.getByText(first, { exact: true }).waitFor();

  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Go on' }).waitFor();
  await expectAccessible(page, 'paused samples');

  const place = (await newest.textContent()).replaceAll(',', '');
  await newest.click();
  const panel = page.getByRole('complementary', { name: 'Open record' });
  await panel.getByText('"symbol"').waitFor();
  await expectAccessible(page, 'an open record');
  const value = await panel.locator('pre').textContent();
  assert.equal(new URL(page.url()).searchParams.get('record'), place);

  await page.goBack();
  await panel.waitFor({ state: 'detached' });

  await page.goto(`/products/execution/stocktrades/samples?from=offset:${place}`);
  for (const load of ['opened', 'reloaded']) {
    await panel.getByText('"symbol"').waitFor();
    assert.equal(await panel.locator('pre').textContent(), value, load);
    if (load === 'opened') await page.reload();
  }
  await expectAccessible(page, 'a permalink');
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'detached' });
  expectQuiet();
  await close();
});

test('the keyboard alone finds a product, walks its tabs and comes back', async () => {
  const { page, expectQuiet, close } = await demo.openPage();
  await page.goto('/explore');
  await page.locator('[data-row-link]').first().waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('quantity');
  await page.waitForURL('**/explore?q=quantity');
  await page.locator('mark', { hasText: 'quantity' }).first().waitFor();
  await page.getByRole('textbox').blur();
  await page.keyboard.press('j');
  const href = await page.evaluate(() => document.activeElement?.getAttribute('href'));
  await page.keyboard.press('Enter');
  await page.waitForURL(`**${href}`);
  await page.getByRole('link', { name: /^Schema/ }).first().waitFor();
  await page.waitForFunction(() => document.activeElement?.tagName === 'H1');
  await page.keyboard.press(']');
  await page.waitForURL('**/schema');
  await page.getByRole('cell', { name: 'quantity', exact: true }).waitFor();
  await page.keyboard.press('[');
  await page.waitForURL('**/overview');
  await page.keyboard.press('g');
  await page.keyboard.press('d');
  await page.waitForURL('**/domains');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('pagev');
  await page.getByRole('option', { name: /edge\/pageviews/ }).waitFor();
  await expectAccessible(page, 'palette');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/products/edge/pageviews/overview');
  await page.goBack();
  await page.waitForURL('**/domains');
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  await expectAccessible(page, 'list of keys');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expectQuiet();
  await close();
});

test('somebody without the right is told what is missing and how to get it', async () => {
  const { page, expectQuiet, close } = await demo.openPage();
  await page.goto(`/publish/${waiting}`);
  await page.getByRole('button', { name: 'Publish – you are anonymous' }).waitFor();
  await actAs(page, 'Hana Sato');
  await page.getByRole('button', { name: /^Publish – \d+ findings? blocks?$/ }).waitFor();
  await page.goto('/products/execution/stocktrades/overview');
  await page.getByRole('heading', { name: 'You can read this now' }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Deprecate, retire or unpublish' }).count(), 0);
  expectQuiet();
  await close();
});
