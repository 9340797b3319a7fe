import { expect, test } from 'vitest';
import { clockUtc, day, exact, exactUtc } from './time';

const time = '2026-11-24T09:41:07.214Z';

test('times beside records are UTC to the millisecond', () => {
  expect([clockUtc(time), exactUtc(time), day(time)]).toEqual(['09:41:07.214', '2026-11-24 09:41:07.214 UTC', '24 Nov 2026']);
});

test('a tip names the weekday, and the reader’s clock where it is another', () => {
  expect(exact(time)).toMatch(/^Tue 24 Nov 2026, 09:41:07\.214 UTC(\n\d\d:\d\d:\d\d in your time, .+)?$/);
});
