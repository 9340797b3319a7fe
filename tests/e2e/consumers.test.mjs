import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { expectAccessible, screenshot } from './browser.mjs';
import { useDemo } from './demo.mjs';

const demo = useDemo();
const stocktrades = '/products/execution/stocktrades';

/** A consumer that nobody here wrote: reads `count` records in a group, commits and leaves. */
async function readInGroup(group, count) {
  const reader = spawn('kcat', ['-q', '-b', demo.weft.kafka, '-X', 'auto.offset.reset=earliest', '-G', group, '-c', String(count), 'stocktrades'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(reader, 'exit');
  assert.equal(code, 0);
}

test('a group that read and left is there with how far behind it is, and opens to its partitions', async () => {
  await readInGroup('billing', 20);
  const { page, expectQuiet, close } = await demo.openPage();
  await page.goto(`${stocktrades}/consumers`);
  const row = page.getByRole('row').filter({ hasText: 'billing' });
  await row.getByText(/behind$/).waitFor();
  await expectAccessible(page, 'consumers');
  await screenshot(page, 'consumers-light');
  await row.getByRole('link', { name: 'billing' }).click();
  await page.getByRole('table', { name: 'Partitions of billing' }).waitFor();
  assert.equal(new URL(page.url()).search, '?group=billing');
  await page.reload();
  await page.getByRole('table', { name: 'Partitions of billing' }).waitFor();
  expectQuiet();
  await close();
});

test('the overview names its readers, operations has them all, and one group has a page', async () => {
  await readInGroup('fraud-scoring', 5);
  const { page, expectQuiet, close } = await demo.openPage();
  await page.goto(`${stocktrades}/overview`);
  await page.getByRole('region', { name: 'Consumers' }).getByText('fraud-scoring').waitFor();
  await page.goto('/operations/groups');
  await page.getByRole('link', { name: 'fraud-scoring' }).click();
  await page.getByRole('heading', { name: 'fraud-scoring' }).waitFor();
  await page.getByRole('region', { name: 'Partitions' }).getByText('stocktrades').first().waitFor();
  await expectAccessible(page, 'group');
  expectQuiet();
  await close();
});

test('every part of a page says which call it is', async () => {
  const { page, expectQuiet, close } = await demo.openPage();
  await page.goto(`${stocktrades}/consumers`);
  await page.getByRole('button', { name: 'API call' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('weft consumers execution/stocktrades').waitFor();
  await dialog.getByText(`curl -sS '${demo.weft.url}/api/v1/products/execution/stocktrades/consumers'`).waitFor();
  await expectAccessible(page, 'api call');
  expectQuiet();
  await close();
});

test('Use it has a program in every language, with the real names', async () => {
  const { page, expectQuiet, close } = await demo.openPage();
  await page.goto(`${stocktrades}/use`);
  for (const name of ['weft', 'kcat', 'Java', 'Python', 'Go', 'Node.js', 'C++', 'HTTP', 'Kafka Connect']) {
    await page.getByRole('navigation', { name: 'With what' }).getByRole('link', { name, exact: true }).click();
    await page.locator('pre').last().getByText(/\S/).waitFor();
  }
  await page.getByRole('navigation', { name: 'With what' }).getByRole('link', { name: 'Go', exact: true }).click();
  await page.getByText(`kgo.SeedBrokers("${demo.weft.kafka}")`).waitFor();
  await screenshot(page, 'use-go-light');
  expectQuiet();
  await close();
});

test('two versions of a schema are compared by meaning and by text, at an address', async () => {
  const subject = `${demo.weft.registry}/subjects/stocktrades-value/versions`;
  const { schema } = await (await fetch(`${subject}/latest`)).json();
  const parsed = JSON.parse(schema);
  parsed.fields.push({ name: 'revision', type: 'int', default: 0, doc: 'Higher after each correction' });
  const answer = await fetch(subject, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ schema: JSON.stringify(parsed) }) });
  assert.equal(answer.status, 200);
  const { page, expectQuiet, close } = await demo.openPage();
  await page.goto(`${stocktrades}/schema?from=1&to=2`);
  const changed = page.getByRole('region', { name: 'What changed' });
  await changed.getByText('compatible: no reader breaks').waitFor();
  await changed.getByText('Old readers skip it. Events from before read as 0.').waitFor();
  await expectAccessible(page, 'schema difference');
  await screenshot(page, 'schema-difference-light');
  await changed.getByRole('button', { name: 'Text' }).click();
  await changed.locator('[data-change="added"]').first().waitFor();
  assert.equal(new URL(page.url()).searchParams.get('diff'), 'text');
  await page.reload();
  await changed.locator('[data-change="added"]').first().waitFor();
  expectQuiet();
  await close();
});
