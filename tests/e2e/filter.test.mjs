import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectAccessible, screenshot } from './browser.mjs';
import { useDemo } from './demo.mjs';

const samples = '/products/execution/stocktrades/samples';
const demo = useDemo();

/** What stands in the column of a field, row by row. */
async function column(page, name) {
  const heads = await page.locator('section[aria-label="Records"] th').allTextContents();
  const at = heads.indexOf(name) + 1;
  assert.ok(at > 0, `no column ${name} among ${heads}`);
  return page.locator(`section[aria-label="Records"] tbody td:nth-child(${at})`).allTextContents();
}

for (const theme of ['light', 'dark']) {
  test(`a search says what it reads at most, finds what matches, and is in the address, in ${theme}`, async () => {
    const { page, expectQuiet, close } = await demo.openPage({ theme });
    await page.goto(`${samples}?from=newest`);
    await page.locator('[data-row-link]').first().waitFor();

    const filter = page.getByRole('textbox', { name: 'Filter' });
    await filter.fill('side = "BUY" and quantity 5');
    await page.getByText('Character 27: A comparison is missing').waitFor();
    await expectAccessible(page, 'a filter with a mistake');
    await screenshot(page, `samples-filter-mistake-${theme}`);

    await filter.fill('side = "BUY" and quantity >= 5');
    await page.getByText(/Reads at most [\d,]+ records?, about .*Enter to choose it/).waitFor();
    await filter.press('Enter');
    await page.waitForURL((url) => url.searchParams.get('where') === 'side = "BUY" and quantity >= 5');
    for (const load of ['chosen', 'reloaded']) {
      await page.getByText('Nothing is read yet').waitFor();
      await page.locator('strong', { hasText: /Reads at most [\d,]+ records?, about .* partitions?, newest first/ }).waitFor();
      assert.equal(await filter.inputValue(), 'side = "BUY" and quantity >= 5', load);
      assert.equal(await page.locator('[data-row-link]').count(), 0, 'nothing was read by itself');
      if (load === 'chosen') await page.reload();
    }
    await expectAccessible(page, 'a search before it starts');
    await screenshot(page, `samples-search-planned-${theme}`);

    await page.getByRole('button', { name: /^Search [\d,]+ record/ }).click();
    await page.locator('strong', { hasText: 'Everything in the range is read' }).waitFor();
    const sides = await column(page, 'side');
    assert.ok(sides.length > 0);
    assert.deepEqual([...new Set(sides)], ['BUY']);
    await page.getByText(/[\d,]+ records? read, /).first().waitFor();
    await expectAccessible(page, 'a search that has ended');

    await page.locator('[data-row-link]').first().click();
    await page.getByRole('complementary', { name: 'Open record' }).getByText('"BUY"').waitFor();
    await screenshot(page, `samples-search-done-${theme}`);
    await page.keyboard.press('Escape');
    await page.getByRole('complementary', { name: 'Open record' }).waitFor({ state: 'detached' });
    assert.ok((await page.locator('[data-row-link]').count()) > 0, 'closing a record keeps what was found');
    expectQuiet(/422/);
    await close();
  });

  test(`what nothing matches is said, in ${theme}`, async () => {
    const { page, expectQuiet, close } = await demo.openPage({ theme });
    await page.goto(`${samples}?from=newest&where=side+%3D+"HOLD"`);
    await page.getByRole('button', { name: /^Search [\d,]+ record/ }).click();
    await page.getByText('No record matches side = "HOLD"').waitFor();
    await expectAccessible(page, 'no match');
    await screenshot(page, `samples-search-nothing-${theme}`);
    expectQuiet();
    await close();
  });
}

test('the live tail is filtered on the server', async () => {
  const { page, expectQuiet, close } = await demo.openPage();
  await page.goto(samples);
  const filter = page.getByRole('textbox', { name: 'Filter' });
  await filter.fill('side = SELL');
  await filter.press('Enter');
  await page.waitForURL((url) => url.searchParams.get('where') === 'side = SELL');
  await page.getByText('Live, filter runs on the server').waitFor();
  await page.locator('[data-row-link]').nth(2).waitFor();
  assert.deepEqual([...new Set(await column(page, 'side'))], ['SELL']);
  await page.getByText(/[\d,]+ match of [\d,]+ read/).waitFor();
  await expectAccessible(page, 'a filtered tail');
  await screenshot(page, 'samples-live-filter-light');
  await page.getByRole('button', { name: 'Clear the filter' }).click();
  await page.waitForURL((url) => !url.searchParams.has('where'));
  expectQuiet();
  await close();
});

test('a range of offsets is read and nothing else', async () => {
  const { page, expectQuiet, close } = await demo.openPage();
  await page.goto('/products/membership/users/samples?from=offset:0:1&until=offset:0:3');
  await page.getByText('Partition 0 from offset 1 to before 3').waitFor();
  await page.locator('strong', { hasText: 'Reads at most 2 records' }).waitFor();
  await page.getByRole('button', { name: /^Search [\d,]+ record/ }).click();
  await page.locator('strong', { hasText: 'Everything in the range is read' }).waitFor();
  assert.deepEqual(await page.locator('[data-row-link]').allTextContents(), ['0:1', '0:2']);
  expectQuiet();
  await close();
});
