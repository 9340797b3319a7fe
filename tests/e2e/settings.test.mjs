import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useDemo } from './demo.mjs';

const demo = useDemo();

test('the settings page shows what the server runs with, and where each value came from', async () => {
  const { page, expectQuiet, close } = await demo.openPage();
  await page.goto('/settings');
  const table = page.getByRole('region', { name: 'Settings of the server' });
  const cells = async (name) =>
    table.getByRole('row').filter({ has: page.getByRole('cell', { name, exact: true }) }).getByRole('cell').allTextContents();
  await table.getByRole('cell', { name: 'log_level', exact: true }).waitFor();
  const given = await cells('log_level');
  assert.deepEqual(given.slice(1, 3), ['warn', 'flag']);
  assert.match(given[3], /\w/);
  assert.equal((await cells('auto_create_topics'))[2], 'default');
  const { settings } = await (await page.request.get('/api/v1/settings')).json();
  assert.equal(await table.getByRole('row').count(), settings.length + 1);
  expectQuiet();
  await close();
});

test('what a browser prefers is kept by it, and holds after a reload', async () => {
  const { page, expectQuiet, close } = await demo.openPage({ theme: 'light' });
  await page.goto('/settings');
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await page.getByRole('group', { name: 'Theme' }).getByRole('button', { name: 'Dark' }).click();
  const dark = await background();
  assert.notEqual(dark, light);
  await page.reload();
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
  assert.equal(await background(), dark);
  expectQuiet();
  await close();
});

test('the first page needs less than 200 kB of JavaScript, packed', async () => {
  const { page, close } = await demo.openPage();
  await page.goto('/');
  await page.locator('[data-row-link]').first().waitFor();
  const scripts = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .filter(({ name }) => new URL(name).pathname.endsWith('.js'))
      .map(({ name, encodedBodySize }) => [name, encodedBodySize]),
  );
  assert.ok(scripts.length > 0 && scripts.every(([, bytes]) => bytes > 0), JSON.stringify(scripts));
  const bytes = scripts.reduce((sum, [, size]) => sum + size, 0);
  assert.ok(bytes < 200_000, `${bytes} bytes: ${JSON.stringify(scripts)}`);
  await close();
});
