import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actAs, expectAccessible, screenshot } from './browser.mjs';
import { useDemo } from './demo.mjs';

const asker = 'Mara Kovač';
const owner = 'Tomás Rivera';
const product = '/products/execution/stocktrades';

const demo = useDemo();
const inboxCount = (page, words) => page.getByRole('link', { name: words, exact: true });

test('one person asks, the other sees the count rise, answers, and the first sees it', async () => {
  const reader = await demo.openPage();
  await reader.page.goto(`${product}/questions`);
  await actAs(reader.page, asker);
  await reader.page.getByText('Nobody has asked yet').waitFor();
  await expectAccessible(reader.page, 'a product without questions');

  const team = await demo.openPage();
  await team.page.goto('/inbox');
  await actAs(team.page, owner);
  await team.page.getByRole('heading', { name: 'Nothing waits for you' }).waitFor();
  await inboxCount(team.page, 'Inbox: nothing waits').waitFor();
  await expectAccessible(team.page, 'an empty inbox');
  await screenshot(team.page, 'inbox-empty-light');

  await reader.page.getByLabel('Ask @execution-team').fill('Is the price per share, or for the whole fill?');
  await reader.page.getByRole('button', { name: 'Ask', exact: true }).click();
  await reader.page.getByText('waiting for @execution-team').waitFor();
  await expectAccessible(reader.page, 'a question that waits');
  await screenshot(reader.page, 'product-questions-light');

  // Nobody reloads: the event stream says so.
  await inboxCount(team.page, 'Inbox: 1 waits for you').waitFor();
  await team.page.getByRole('link', { name: /Question.*Mara Kovač.*stocktrades/ }).click();
  await team.page.waitForURL('**/inbox/1');
  await team.page.getByRole('heading', { level: 1, name: 'Mara Kovač asks about stocktrades' }).waitFor();
  await expectAccessible(team.page, 'an open question');
  await screenshot(team.page, 'inbox-question-light');
  await team.page.reload();
  await team.page.getByLabel('Words for Mara').fill('Per share, in the currency of the venue.');
  await team.page.getByRole('button', { name: 'Answer' }).click();
  await team.page.getByText('answered, waiting for Mara Kovač').first().waitFor();
  await inboxCount(team.page, 'Inbox: nothing waits').waitFor();
  await team.page.getByRole('heading', { name: 'Decided lately' }).waitFor();

  await reader.page.getByText('Per share, in the currency of the venue.').waitFor();
  await inboxCount(reader.page, 'Inbox: 1 waits for you').click();
  await reader.page.getByRole('link', { name: /Mara Kovač.*stocktrades/ }).click();
  await reader.page.getByRole('button', { name: 'This answers it' }).click();
  await reader.page.getByText('the answer', { exact: true }).waitFor();
  await reader.page.getByText('Nothing can be added any more').waitFor();
  await inboxCount(reader.page, 'Inbox: nothing waits').waitFor();
  await expectAccessible(reader.page, 'a closed question');
  await screenshot(reader.page, 'inbox-answered-light');

  await reader.page.goto('/activity');
  await reader.page.getByText('Closed question 1 on execution/stocktrades: accepted').waitFor();
  reader.expectQuiet();
  team.expectQuiet();
  await reader.close();
  await team.close();
});

test('who follows a product finds what changed since they were last here', async () => {
  const reader = await demo.openPage({ theme: 'dark' });
  await reader.page.goto(`${product}/overview`);
  await actAs(reader.page, asker);
  await reader.page.getByRole('button', { name: 'Follow' }).click();
  await reader.page.getByRole('button', { name: 'Unfollow' }).waitFor();
  await reader.page.goto('/inbox?view=news');
  await reader.page.getByRole('heading', { name: 'Nothing new on what you follow' }).waitFor();
  await reader.page.getByRole('link', { name: 'execution/stocktrades' }).waitFor();

  const team = await demo.openPage({ theme: 'dark' });
  await team.page.goto(`${product}/questions`);
  await actAs(team.page, owner);
  await team.page.getByLabel('Announce to readers and followers').fill('No records while the venue gateway moves.');
  await team.page.getByLabel('Happens from, UTC').fill('2030-12-05T08:00');
  await team.page.getByLabel('until, UTC').fill('2030-12-05T10:00');
  await team.page.getByRole('button', { name: 'Announce' }).click();
  await team.page.getByText('5 Dec 2030, 08:00 – 10:00 UTC').waitFor();

  await reader.page.getByText('1 change on 1 product').waitFor();
  await expectAccessible(reader.page, 'news');
  await screenshot(reader.page, 'inbox-news-dark');
  await reader.page.goto('/explore');
  await reader.page.getByText('1 change on 1 product').waitFor();
  await expectAccessible(reader.page, 'explore with news');
  await screenshot(reader.page, 'explore-news-dark');
  await reader.page.goto(`${product}/overview`);
  await reader.page.getByText('No records while the venue gateway moves.').waitFor();
  await expectAccessible(reader.page, 'an announcement');
  await screenshot(reader.page, 'overview-announcement-dark');

  // The owner's name opens the ways to reach them.
  await reader.page.getByRole('button', { name: '@execution-team' }).first().click();
  await reader.page.getByRole('dialog').getByText('execution-data@meridian.example').waitFor();
  await expectAccessible(reader.page, 'the ways to reach an owner');
  await screenshot(reader.page, 'owner-card-dark');
  await reader.page.keyboard.press('Escape');

  await reader.page.goto('/inbox?view=news');
  await reader.page.getByRole('button', { name: 'Mark as seen' }).click();
  await reader.page.getByRole('heading', { name: 'Nothing new on what you follow' }).waitFor();
  reader.expectQuiet();
  team.expectQuiet();
  await reader.close();
  await team.close();
});

test('data that nobody offers is asked for and declined with a reason, at 320 pixels too', async () => {
  const reader = await demo.openPage({ width: 320, height: 640 });
  await reader.page.goto('/inbox?view=sent');
  await actAs(reader.page, asker);
  await reader.page.getByRole('button', { name: 'Ask for data…' }).click();
  await reader.page.getByLabel('What is missing, and what for').fill('Returns by store and day, to plan staff.');
  await reader.page.getByLabel('Where it may belong').selectOption('membership');
  await reader.page.getByLabel('Fields wanted').fill('store_id, returned_at');
  await expectAccessible(reader.page, 'asking for data');
  await screenshot(reader.page, 'inbox-ask-320');
  await reader.page.getByRole('dialog').getByRole('button', { name: 'Ask', exact: true }).click();
  await reader.page.getByRole('link', { name: /Returns by store/ }).click();
  await reader.page.getByRole('heading', { level: 1, name: 'Mara Kovač wants data of membership' }).waitFor();
  await reader.page.getByText('returned_at', { exact: true }).waitFor();
  await expectAccessible(reader.page, 'an ask, narrow');
  await screenshot(reader.page, 'inbox-asked-320');
  const number = new URL(reader.page.url()).pathname.split('/').at(-1);
  const wide = await reader.page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 320, `the page is ${wide} wide`);

  const team = await demo.openPage();
  await team.page.goto(`/inbox/${number}`);
  await actAs(team.page, 'Léa Dubois');
  await team.page.getByLabel('Words for Mara').fill('Stores are not ours: ask retail.');
  await team.page.getByRole('button', { name: 'Decline' }).click();
  await reader.page.getByText('Stores are not ours: ask retail.').waitFor();
  await reader.page.getByRole('article').getByText('declined', { exact: true }).waitFor();
  await screenshot(team.page, 'inbox-declined-light');
  reader.expectQuiet();
  team.expectQuiet();
  await reader.close();
  await team.close();
});
