import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actAs, expectAccessible, screenshot } from './browser.mjs';
import { useDemo } from './demo.mjs';

const waiting = 'high_value_stock_trades';
const owner = 'Mara Kovač';
const governor = 'Greta Fischer';
const meaning = 'One fill over 500 a share and 2,500 shares, with the region of the trader.';
const rule = `
  - id: names-its-source
    title: Say where the events come from
    owner: data-governance
    severity: block
    path: description
    kind: pattern
    pattern: '(?s).*[Ss]ource: .*'
    message: The description names no source.
    fix: 'Add a line that begins with "Source:".'
`;

const demo = useDemo();

/** The text with one rule more, before the notes about attributes. */
const withRule = (text) => text.replace('\n# Attributes are', `${rule}\n# Attributes are`);

test('a governor tries a rule, sees whom it would block, switches it on, and a publisher meets it at once', async () => {
  const publisher = await demo.openPage();
  await publisher.page.goto(`/publish/${waiting}`);
  await actAs(publisher.page, owner);
  await publisher.page.getByLabel('What one event means').fill(meaning);
  await publisher.page.getByText('Says what one event means').waitFor();

  const { page, expectQuiet, close } = await demo.openPage();
  await page.goto('/govern');
  await page.getByRole('cell', { name: /description-length/ }).waitFor();
  await actAs(page, governor);
  await screenshot(page, 'govern-rules');
  await page.getByRole('navigation', { name: 'Govern' }).getByRole('link', { name: 'Document' }).click();
  const text = page.getByLabel('Rules, as YAML or JSON');
  await page.getByText(/understood, \d+ rules/).waitFor();
  await page.getByRole('button', { name: 'Save – nothing changed' }).waitFor();
  const before = await text.inputValue();

  // A mistake is named where it stands, and what was typed outlives a reload.
  await text.fill(withRule(before).replace('kind: pattern', 'kind: patern'));
  await page.getByText("'patern' is no kind of rule.").waitFor();
  await page.getByRole('button', { name: 'Save – 1 finding blocks' }).waitFor();
  await page.reload();
  await page.getByText("'patern' is no kind of rule.").waitFor();
  await expectAccessible(page, 'a document with a mistake');
  await screenshot(page, 'govern-mistake');
  await page.getByRole('button', { name: /^line \d+, column \d+$/ }).click();
  assert.equal(await text.evaluate((area) => area.value.slice(area.selectionStart, area.selectionStart + 6)), 'patern');

  // The trial says who would be blocked; nothing has changed.
  await text.fill(withRule(before));
  await page.getByText(/understood, \d+ rules/).waitFor();
  await page.getByRole('button', { name: 'Try on all products' }).click();
  const trial = page.getByRole('region', { name: 'Trial' });
  await trial.getByText(/blocked, \d+ of them only by this text/).waitFor();
  await trial.getByRole('button', { name: 'Products that do not keep names-its-source' }).click();
  await trial.getByRole('link', { name: 'execution/stocktrades' }).waitFor();
  await trial.getByText('The description names no source.').first().waitFor();
  await expectAccessible(page, 'a trial');
  await screenshot(page, 'govern-trial');
  assert.equal((await (await page.request.get('/api/v1/rules')).json()).version, 0);

  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Version 1 is in force').first().waitFor();
  await page.getByRole('navigation', { name: 'Govern' }).getByRole('link', { name: 'History' }).click();
  await page.getByText('version 1, saved by Greta Fischer').waitFor();
  await page.getByRole('navigation', { name: 'Govern' }).getByRole('link', { name: 'Rules' }).click();
  await page.getByRole('link', { name: /do not keep names-its-source/ }).click();
  await page.getByRole('region', { name: 'Products that do not keep names-its-source' }).getByRole('link', { name: 'edge/pageviews' }).waitFor();
  await expectAccessible(page, 'rules with products');
  await screenshot(page, 'govern-products');

  // Live, without a key pressed: the publisher's form shows the rule, its owner and the fix.
  const checks = publisher.page.getByRole('complementary', { name: 'Checks' });
  await checks.getByText('Say where the events come from').waitFor();
  await checks.getByText('@data-governance').first().waitFor();
  await checks.getByText('Add a line that begins with "Source:".').waitFor();
  await screenshot(publisher.page, 'publish-rule');
  // The server says the same to whoever goes round the form.
  const refused = await publisher.page.request.put(`/api/v1/products/analytics/${waiting}`, {
    data: { owner: 'analytics-team', description: meaning, quality: 'curated', sla: 2, ports: [{ topic: waiting }] },
    headers: { Origin: new URL(publisher.page.url()).origin },
  });
  assert.equal(refused.status(), 422);
  const finding = (await refused.json()).findings.find((each) => each.rule === 'names-its-source');
  assert.equal(finding.field, 'description');
  assert.equal(finding.owner, 'data-governance');

  await publisher.page.getByLabel('What one event means').fill(`${meaning} Source: the venue's drop copy.`);
  await checks.getByText('Say where the events come from').waitFor();
  await publisher.page.getByText('The description names no source.').first().waitFor({ state: 'detached' });
  publisher.expectQuiet();
  expectQuiet();
  await publisher.close();
  await close();
});

test('whoever is no governor may try a text, and is told who may save it', async () => {
  const { page, expectQuiet, close } = await demo.openPage();
  await page.goto('/govern/document');
  await actAs(page, owner);
  const text = page.getByLabel('Rules, as YAML or JSON');
  await page.getByText(/understood, \d+ rules/).waitFor();
  await text.fill('format: 1\n');
  await page.getByRole('button', { name: 'Save – only governors may' }).waitFor();
  await page.getByText('@data-governance').waitFor();
  await page.getByRole('button', { name: 'Show API call' }).click();
  await page.getByRole('dialog').getByText('weft rules trial rules.yaml').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Try on all products' }).click();
  await page.getByRole('region', { name: 'Trial' }).waitFor();
  await page.getByRole('button', { name: 'Discard changes' }).click();
  await page.getByRole('button', { name: 'Save – nothing changed' }).waitFor();
  expectQuiet();
  await close();
});

test('the pages of Govern fit a narrow screen', async () => {
  const { page, close } = await demo.openPage({ width: 320, height: 700, theme: 'dark' });
  for (const path of ['/govern', '/govern/document', '/govern/history']) {
    await page.goto(path);
    await page.locator('h1').waitFor();
    await page.getByRole('navigation', { name: 'Govern' }).waitFor();
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), path);
    await screenshot(page, `narrow-${path.replaceAll('/', '-')}`);
  }
  await close();
});
