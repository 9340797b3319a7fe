import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { actAs, expectAccessible, screenshot } from './browser.mjs';
import { useDemo } from './demo.mjs';

const demo = useDemo();

test('a product whose team has left is seen, and a team of its domain takes it over', async () => {
  const { page, expectQuiet, close } = await demo.openPage();
  await page.goto('/domains');
  await page.getByRole('heading', { name: 'Domains' }).waitFor();
  await page.getByRole('heading', { name: /Edge/ }).first().waitFor();
  await expectAccessible(page, 'domains');
  await screenshot(page, 'domains-light');

  // The file is followed while weft runs: edge-team is another team from now on.
  const file = path.join(demo.weft.data, 'directory.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll('edge-team', 'fringe-team'));
  await page.getByText('2 products, 2 without an owner').click();
  await page.waitForURL('**/domains/edge');
  await page.getByText('was @edge-team').first().waitFor();
  await expectAccessible(page, 'a domain with an orphan');
  await screenshot(page, 'domain-orphan-light');

  await page.goto('/products/edge/pageviews/overview');
  await page.getByText('not in the directory any more').waitFor();
  await expectAccessible(page, 'an orphan');
  await actAs(page, 'Hana Sato');
  await page.goto('/domains/edge');
  await page.getByRole('button', { name: 'Hand over', exact: true }).last().click();
  await page.getByText('Handed over to @fringe-team').waitFor();
  await page.getByText('was @edge-team').nth(1).waitFor({ state: 'detached' });
  await page.goto('/products/edge/pageviews/overview');
  await page.getByRole('button', { name: '@fringe-team' }).first().waitFor();
  await page.goto('/activity');
  await page.getByText('Handed over from edge-team to fringe-team: edge/pageviews version 2').waitFor();
  expectQuiet();
  await close();
});
