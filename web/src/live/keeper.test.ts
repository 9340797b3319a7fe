import { expect, test } from 'vitest';
import { type Connection, Keeper } from './keeper';
import type { FromKeeper, LiveEvent, Wish } from './protocol';

/** A network in the hands of the test. */
class FakeServer implements Connection {
  opened: { event: (event: LiveEvent, id: string) => void; fail: () => void }[] = [];
  closed = 0;
  puts: { stream: string; wish: Wish }[] = [];
  waits: { ms: number; run: () => void }[] = [];
  answer: Awaited<ReturnType<Connection['put']>> = { refused: [] };

  open(on: FakeServer['opened'][number]) {
    this.opened.push(on);
    return () => {
      this.closed += 1;
    };
  }
  put(stream: string, wish: Wish) {
    this.puts.push({ stream, wish });
    return Promise.resolve(this.answer);
  }
  after(ms: number, run: () => void) {
    const wait = { ms, run };
    this.waits.push(wait);
    return () => {
      this.waits = this.waits.filter((other) => other !== wait);
    };
  }
  hello(stream: string, sequence: string) {
    this.opened.at(-1)?.event({ name: 'hello', data: { stream, sequence } }, '');
  }
  published(product: string, id: string) {
    this.opened.at(-1)?.event({ name: 'product', data: { sequence: id, change: 'published', product, version: 1 } }, id);
  }
  lastPut() {
    return this.puts.at(-1);
  }
}

const settled = async () => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

function start() {
  const server = new FakeServer();
  const keeper = new Keeper(server);
  const heard: FromKeeper[] = [];
  const tab = keeper.join((message) => heard.push(message));
  const events = () => heard.flatMap((message) => (message.kind === 'event' ? [message.event.name] : []));
  const states = () => heard.flatMap((message) => (message.kind === 'state' ? [message.state] : []));
  return { server, keeper, tab, heard, events, states };
}

test('all tabs share one stream, which carries what any of them listens to', async () => {
  const { server, keeper, tab } = start();
  const other = keeper.join(() => undefined);
  server.hello('s1', 'run-1');
  keeper.wish(tab, { subjects: ['products'] });
  keeper.wish(other, { subjects: ['metrics:edge/pageviews', 'products'] });
  await settled();
  expect(server.opened).toHaveLength(1);
  expect(server.lastPut()).toMatchObject({ stream: 's1', wish: { subjects: ['metrics:edge/pageviews', 'products'] } });
});

test('a wish from before the stream was open is put, with the sequence its tab has seen', async () => {
  const { server, keeper, tab } = start();
  keeper.wish(tab, { subjects: ['products'], since: 'run-7' });
  await settled();
  expect(server.puts).toHaveLength(0);
  server.hello('s1', 'run-9');
  await settled();
  expect(server.puts.some(({ wish }) => wish.since === 'run-7' && wish.subjects.includes('products'))).toBe(true);
});

test('an event reaches only the tab that it concerns', async () => {
  const { server, keeper, tab, events } = start();
  const deaf: FromKeeper[] = [];
  const other = keeper.join((message) => deaf.push(message));
  server.hello('s1', 'run-1');
  keeper.wish(tab, { subjects: ['product:edge/pageviews'] });
  keeper.wish(other, { subjects: ['product:execution/stocktrades'] });
  await settled();
  server.published('edge/pageviews', 'run-2');
  expect(events()).toEqual(['product']);
  expect(deaf.some((message) => message.kind === 'event')).toBe(false);
});

test('when the stream breaks it opens again after a growing pause, and asks for what was missed', async () => {
  const { server, keeper, tab, states } = start();
  server.hello('s1', 'run-1');
  keeper.wish(tab, { subjects: ['products'] });
  await settled();
  server.published('edge/pageviews', 'run-5');
  server.opened.at(-1)?.fail();
  expect(server.waits.map(({ ms }) => ms)).toEqual([500]);
  server.waits.shift()?.run();
  server.opened.at(-1)?.fail();
  expect(server.waits.map(({ ms }) => ms)).toEqual([1000]);
  server.waits.shift()?.run();
  server.hello('s2', 'run-8');
  await settled();
  expect(server.lastPut()).toEqual({ stream: 's2', wish: { subjects: ['products'], since: 'run-5' } });
  expect(states()).toEqual(['connecting', 'live', 'reconnecting', 'reconnecting', 'live']);
});

test('after four attempts the page says that it is offline, and goes on trying', () => {
  const { server, states } = start();
  for (let attempt = 0; attempt < 6; attempt += 1) {
    server.opened.at(-1)?.fail();
    server.waits.shift()?.run();
  }
  expect(states().slice(-1)).toEqual(['offline']);
  expect(server.opened).toHaveLength(7);
});

test('a stream that the server has forgotten is opened anew', async () => {
  const { server, keeper, tab } = start();
  server.hello('s1', 'run-1');
  await settled();
  server.answer = 'gone';
  keeper.wish(tab, { subjects: ['products'] });
  await settled();
  expect(server.waits).toHaveLength(1);
});

test('a change of session opens the stream again at once', () => {
  const { server, keeper } = start();
  server.hello('s1', 'run-1');
  keeper.reopen();
  expect([server.opened.length, server.closed, server.waits.length]).toEqual([2, 1, 0]);
});

test('without tabs there is no stream', () => {
  const { server, keeper, tab } = start();
  keeper.leave(tab);
  expect(server.closed).toBe(1);
});

test('a refused subject is told to those who wanted it', async () => {
  const { server, keeper, tab, heard } = start();
  server.hello('s1', 'run-1');
  server.answer = { refused: [{ subject: 'tail:a/b', why: 'You may not read its records.' }] };
  keeper.wish(tab, { subjects: ['tail:a/b'] });
  await settled();
  expect(heard).toContainEqual({ kind: 'refused', subject: 'tail:a/b', why: 'You may not read its records.' });
});
