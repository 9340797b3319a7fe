import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { useDemo } from './demo.mjs';

const demo = useDemo();
const samples = '/products/execution/stocktrades/samples';

/** Writes as many records a second as `wanted`, from when it is called until `stop`. */
function burst(wanted) {
  const writer = spawn('kcat', ['-q', '-P', '-b', demo.weft.kafka, '-t', 'stocktrades', '-X', 'linger.ms=20', '-X', 'queue.buffering.max.messages=500000'], { stdio: ['pipe', 'ignore', 'inherit'] });
  const line = `${JSON.stringify({ symbol: 'WEFT', side: 'BUY', quantity: 100, price: 101.5 })}\n`;
  const piece = line.repeat(wanted / 20);
  const timer = setInterval(() => {
    if (writer.stdin.writableNeedDrain) return;
    writer.stdin.write(piece);
  }, 50);
  return {
    stop: () =>
      new Promise((resolve) => {
        clearInterval(timer);
        writer.once('exit', resolve);
        writer.stdin.end();
      }),
  };
}

test('a page that follows 50,000 records a second stays responsive and says what it skipped', async () => {
  const { page, expectQuiet, close } = await demo.openPage();
  await page.goto(samples);
  await page.locator('[data-row-link]').first().waitFor();
  const writer = burst(50_000);
  await page.getByText(/skipped in .*a burst above 50 a second/).first().waitFor();
  // From now on everything that keeps the page from answering within 50 ms is noted, while somebody works with it.
  await page.evaluate(() => {
    window.__long = [];
    new PerformanceObserver((list) => window.__long.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' });
  });
  const skippedNow = async () => Number((await page.getByText(/^[\d,]+ skipped$/).textContent()).replace(/\D/g, ''));
  const [began, before] = [Date.now(), await skippedNow()];
  const frames = [];
  while ((await skippedNow()) < before + 400_000) {
    const asked = Date.now();
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => resolve(undefined))));
    frames.push(Date.now() - asked);
    await page.keyboard.press('j');
  }
  const seconds = (Date.now() - began) / 1000;
  const rate = Math.round(((await skippedNow()) - before) / seconds);
  const long = await page.evaluate(() => window.__long);
  await writer.stop();
  console.log(`burst: ${rate} skipped a second for ${seconds.toFixed(1)} s, ${long.length} long tasks, the longest ${Math.round(Math.max(0, ...long))} ms; a frame came after ${Math.max(...frames)} ms at most`);
  const rows = await page.locator('[data-row-link]').count();
  assert.ok(rows <= 2000, `${rows} rows are in the page`);
  expectQuiet();
  await close();
});

test('twenty tabs of one browser share one event stream', async () => {
  const first = await demo.openPage();
  const tabs = [first];
  while (tabs.length < 20) tabs.push(await demo.openPage({ context: first.context }));
  for (const tab of tabs) await tab.page.goto('/products/execution/stocktrades/overview');
  for (const tab of tabs) {
    await tab.page.getByRole('status').getByText('live', { exact: true }).waitFor();
    tab.expectQuiet();
  }
  const metrics = await (await fetch(`${demo.weft.url}/metrics`)).text();
  const streams = Number(/^weft_http_event_streams\{port="http"\} (\d+)/m.exec(metrics)?.[1]);
  assert.equal(streams, 1);
  await first.close();
});
