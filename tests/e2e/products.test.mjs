import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actAs, expectAccessible, screenshot } from './browser.mjs';
import { useDemo } from './demo.mjs';

const topic = 'high_value_stock_trades';
const path = `/products/analytics/${topic}`;
const mara = 'Mara Kovač';
const jonas = 'Jonas Lindqvist';

const demo = useDemo();

/** A call of the API as a person, without a browser. */
async function as(person) {
  const signedIn = await fetch(`${demo.weft.url}/api/v1/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ person }) });
  const cookie = signedIn.headers.get('set-cookie').split(';')[0];
  return async (method, target, body, headers = {}) => {
    const response = await fetch(demo.weft.url + target, { method, headers: { cookie, ...(body && { 'content-type': 'application/json' }), ...headers }, body: body && JSON.stringify(body) });
    return { status: response.status, etag: response.headers.get('etag'), json: await response.json() };
  };
}

test('publishing takes five clicks and one typed field', async () => {
  const { page, expectQuiet, close } = await demo.openPage();
  await page.goto('/publish');
  await actAs(page, mara);
  let clicks = 0;
  const click = async (target) => {
    await target.click();
    clicks += 1;
  };
  await click(page.getByRole('row', { name: new RegExp(topic) }).getByRole('link', { name: 'Add to mesh' }));
  await page.getByLabel('What one event means').fill('One fill over 500 a share and 2,500 shares, seconds after execution.');
  await click(page.getByRole('radio', { name: /curated/ }));
  await click(page.getByRole('combobox', { name: /SLA tier/ }));
  await click(page.getByRole('option', { name: /Tier 2/ }));
  await page.getByRole('button', { name: 'Publish', exact: true }).waitFor();
  await click(page.getByRole('button', { name: 'Publish', exact: true }));
  await page.waitForURL(`**${path}/overview`);
  assert.ok(clicks <= 5, `${clicks} clicks`);
  expectQuiet();
  await close();
});

test('two people edit the same version: one is saved, the other sees both and decides', async () => {
  const first = await demo.openPage();
  const second = await demo.openPage();
  for (const [{ page }, name] of [[first, mara], [second, jonas]]) {
    await page.goto(`${path}/overview`);
    await actAs(page, name);
    await page.getByRole('link', { name: 'Edit' }).click();
    await page.waitForURL(`**/publish/analytics/${topic}`);
    await page.getByRole('button', { name: 'Save', exact: true }).waitFor();
  }
  await second.page.getByLabel('Add a tag').fill('blocks');
  await second.page.getByLabel('Add a tag').press('Enter');
  await second.page.getByRole('button', { name: 'Save', exact: true }).click();
  await second.page.waitForURL(`**${path}/overview`);

  const { page } = first;
  await page.getByLabel('What one event means').fill('One fill over 500 a share and 2,500 shares, within **seconds**.\n\nSee [the wiki](https://wiki.meridian.example/blocks).');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Not saved: v2 is newer. See both' });
  await dialog.waitFor();
  await dialog.getByRole('region', { name: 'Theirs' }).getByText('tag blocks').waitFor();
  await dialog.getByRole('region', { name: 'Mine' }).getByText('within **seconds**').first().waitFor();
  await expectAccessible(page, 'a newer version');
  await screenshot(page, 'newer-version');
  await dialog.getByRole('button', { name: 'Save mine over v2' }).click();
  await page.waitForURL(`**${path}/overview`);
  await page.getByText('within seconds').first().waitFor();
  assert.equal(await page.getByRole('link', { name: 'the wiki' }).getAttribute('rel'), 'noopener noreferrer nofollow');

  // The other one sees it come, and both are under Changes.
  await second.page.getByText('within seconds').first().waitFor();
  await page.getByRole('link', { name: /^Changes/ }).click();
  await page.getByRole('article', { name: 'Version 3' }).getByText('description').waitFor();
  await page.getByRole('article', { name: 'Version 2' }).getByText('tag blocks').waitFor();
  await page.getByRole('article', { name: 'Version 1' }).getByText('Published.').waitFor();
  // 412 is an answer here; the browser notes it in its console.
  first.expectQuiet(/412/);
  second.expectQuiet();
  await first.close();
  await second.close();
});

test('every view of a product and of its form is right after a reload, in both themes and when narrow', async () => {
  const views = [
    [`${path}/overview`, (page) => page.getByRole('heading', { name: 'What is in one event' })],
    [`${path}/changes`, (page) => page.getByRole('article', { name: 'Version 1' })],
    [`${path}/changes?from=1&to=3`, (page) => page.getByRole('region', { name: 'Difference between version 1 and 3' }).getByText('description', { exact: true })],
    [`/publish/analytics/${topic}`, (page) => page.getByRole('button', { name: 'Save', exact: true })],
    ['/publish', (page) => page.getByRole('link', { name: `analytics/${topic}` })],
  ];
  for (const options of [{ theme: 'light' }, { theme: 'dark' }, { width: 320, height: 800 }]) {
    const { page, expectQuiet, close } = await demo.openPage(options);
    await page.goto('/explore');
    await page.evaluate(() => fetch('/api/v1/session', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"person":"mkovac"}' }));
    for (const [address, seen] of views) {
      await page.goto(address);
      await seen(page).first().waitFor();
      await page.reload();
      await seen(page).first().waitFor();
      await expectAccessible(page, `${address} ${JSON.stringify(options)}`);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= (options.width ?? 1440), `${address} is too wide`);
    }
    expectQuiet();
    await close();
  }
});

test('a product is deprecated with its successor, retired, and brought back', async () => {
  const { page, expectQuiet, close } = await demo.openPage();
  await page.goto(`${path}/overview`);
  await actAs(page, mara);
  const choose = async (item) => {
    await page.getByRole('button', { name: 'Deprecate, retire or unpublish' }).click();
    await page.getByRole('menuitem', { name: item }).click();
    return page.getByRole('alertdialog');
  };
  let dialog = await choose('Deprecate…');
  await expectAccessible(page, 'the question before deprecating');
  await dialog.getByRole('button', { name: 'Deprecate' }).click();
  await dialog.getByText('No reason is given.', { exact: false }).waitFor();
  await dialog.getByLabel('Reason').fill('All fills are in one product now.');
  await dialog.getByLabel('Last day').fill('2027-03-31');
  await dialog.getByLabel('Read instead').fill('execution/stocktrades');
  await dialog.getByRole('button', { name: 'Deprecate' }).click();
  await page.getByRole('note').getByText('Deprecated, until 31 Mar 2027.').waitFor();
  await page.getByRole('note').getByRole('link', { name: 'execution/stocktrades' }).waitFor();
  await expectAccessible(page, 'a deprecated product');

  dialog = await choose('Retire…');
  await dialog.getByRole('button', { name: 'Retire' }).click();
  await page.getByRole('note').getByText('Retired.').waitFor();
  await page.goto(`/explore?q=${topic}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  assert.equal(await page.locator(`a[href="${path}/overview"]`).count(), 0);

  await page.goto(`${path}/overview`);
  dialog = await choose('Bring back to live…');
  await dialog.getByRole('button', { name: 'Bring back' }).click();
  await page.getByRole('note').waitFor({ state: 'detached' });
  expectQuiet(/422/);
  await close();
});

test('what an owner writes is never more than text', async () => {
  const call = await as('mkovac');
  const { json, etag } = await call('GET', `/api/v1${path}`);
  const { owner, quality, sla, tags, ports } = json.product;
  const evil = '<script>window.hacked = 1</script><img src=x onerror="window.hacked = 1">';
  const description = `${evil} A fill.\n\n[click](javascript:window.hacked=1) [data](data:text/html,x) ![x](javascript:window.hacked=1)\n\n${'['.repeat(2_000)}${'>'.repeat(2_000)}`;
  const saved = await call('PUT', `/api/v1${path}`, { owner, quality, sla, tags: [...tags, '<b>tag</b>'], description, terms: evil, attributes: { note: evil, 'a.b': 'javascript:window.hacked=1' }, links: [{ title: evil, url: 'https://wiki.example/' }], ports: ports.map(({ name, kind, topic: of }) => ({ name, kind, topic: of })) }, { 'if-match': etag });
  assert.equal(saved.status, 200, JSON.stringify(saved.json));
  const refused = await call('PUT', `/api/v1${path}`, { owner, quality, sla, description, links: [{ title: 'x', url: 'javascript:alert(1)' }], ports: [{ topic }] }, { 'if-match': saved.etag });
  assert.equal(refused.status, 422);
  const { page, expectQuiet, close } = await demo.openPage();
  for (const tab of ['overview', 'changes']) {
    await page.goto(`${path}/${tab}`);
    await page.getByText('<script>').first().waitFor();
    assert.equal(await page.evaluate(() => window.hacked), undefined);
    assert.equal(await page.locator('a[href^="javascript:"], a[href^="data:"], img[src="x"]').count(), 0);
    await expectAccessible(page, `hostile words on ${tab}`);
  }
  expectQuiet();
  await close();
});

test('of a thousand edits at once exactly one wins each version', async () => {
  const call = await as('mkovac');
  const { json } = await call('GET', `/api/v1${path}`);
  const { owner, quality, sla, ports, version } = json.product;
  const input = { owner, quality, sla, ports: ports.map(({ name, kind, topic: of }) => ({ name, kind, topic: of })) };
  const rounds = 4;
  for (let round = 0; round < rounds; round++) {
    const at = version + round;
    const answers = await Promise.all(Array.from({ length: 1000 / rounds }, (_, i) => call('PUT', `/api/v1${path}`, { ...input, description: `One fill, told by writer ${i} of round ${round}.` }, { 'if-match': `"${at}"` })));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    assert.equal(answers.filter(({ status, json: problem }) => status === 412 && problem.current_version === at + 1).length, 1000 / rounds - 1);
  }
  assert.equal((await call('GET', `/api/v1${path}`)).json.product.version, version + rounds);
});
