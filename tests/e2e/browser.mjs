import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import path from 'node:path';

// The packages are the UI's own, installed once in web/.
const require = createRequire(new URL('../../web/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const { AxeBuilder } = require('@axe-core/playwright');

// How long a step may wait for what it needs to see: a bound for a broken build, far above what a loaded machine needs.
const patienceMs = 120_000;

export async function openBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A page that notes everything a good page does not do; `expectQuiet` fails if it did. */
export async function openPage(browser, url, { theme = 'light', width = 1440, height = 900, context: given } = {}) {
  const context =
    given ??
    (await browser.newContext({ baseURL: url, colorScheme: theme, viewport: { width, height }, reducedMotion: 'reduce' }));
  context.setDefaultTimeout(patienceMs);
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol.startsWith('http') && origin !== new URL(url).origin) complaints.push(`asked another host: ${request.url()}`);
  });
  return {
    page,
    context,
    expectQuiet: (except = /^$/) => assert.deepEqual(complaints.filter((complaint) => !except.test(complaint)), []),
    close: () => context.close(),
  };
}

/** No violation of WCAG 2.2 A and AA, nor of axe's best practices. */
export async function expectAccessible(page, what) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${node.html} ${node.failureSummary ?? ''}`),
  );
  assert.deepEqual(found, [], what);
}

export async function actAs(page, name) {
  await page.getByRole('button', { name: /^You/ }).click();
  await page.getByRole('menuitem', { name }).click();
  await page.getByRole('button', { name: `You: ${name}` }).waitFor();
}

export async function screenshot(page, name) {
  if (process.env.WEFT_SHOTS) await page.screenshot({ path: path.join(process.env.WEFT_SHOTS, `${name}.png`) });
}
