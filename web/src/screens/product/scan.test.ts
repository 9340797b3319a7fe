import { expect, test } from 'vitest';
import type { Schemas } from '../../api/client';
import { addStep, boundText, plannedScan, progressText } from './scan';

const plan: Schemas['ScanPlan'] = {
  where: 'side = "BUY"',
  newest_first: true,
  bound: { records: 100_000, bytes: 268_435_456, ms: 60_000 },
  bytes_estimate: 12_300_000,
  offsets: 4_000_000,
  partitions: 3,
  partitions_left_out: 0,
  cursor: 'n.1',
};
const record = (offset: number): Schemas['Record'] => ({ partition: 0, offset, timestamp: '2026-11-24T09:41:07.135Z', key: null, value: null, headers: [] });
const step = (offsets: number[], more: Partial<Schemas['ScanStep']> = {}): Schemas['ScanStep'] => ({
  records: offsets.map(record),
  scanned: { records: 1000, bytes: 50_000, unreadable: 1 },
  at: '2026-11-24T09:20:00.000Z',
  ended: null,
  cursor: 'n.2',
  ...more,
});

test('the bound is said before anything is read', () => {
  expect(boundText(plan)).toBe('Reads at most 100,000 records, about 12.3 MB, of 3 partitions');
  expect(boundText({ ...plan, bytes_estimate: null, partitions: 1 })).toBe('Reads at most 100,000 records, 268 MB at most, of 1 partition');
  expect(boundText({ ...plan, partitions: 64, partitions_left_out: 36 })).toContain('of 64 partitions (36 more are left out)');
  expect(boundText({ ...plan, cursor: null })).toBe('Nothing is held in this range');
});

test('steps add up, in the order they came', () => {
  const running = { ...plannedScan, state: 'running' as const };
  const scan = addStep(addStep(running, step([9, 8]), 500), step([3]), 500);
  expect(scan.rows.map((row) => row.key)).toEqual(['0:9', '0:8', '0:3']);
  expect([scan.state, scan.scanned.records, scan.scanned.unreadable, scan.cursor]).toEqual(['running', 2000, 2, 'n.2']);
  expect(progressText(scan, plan)).toEqual(['2,000 records read, 100 kB', '3 match', '2 do not decode: nobody knows whether they match', 'back to 2026-11-24 09:20:00.000 UTC']);
});

test('it waits at the bound, with a full page, and when everything is read', () => {
  const running = { ...plannedScan, state: 'running' as const };
  expect(addStep(running, step([1], { ended: 'bound' }), 500).state).toBe('bound');
  expect(addStep(running, step([2, 1]), 2).state).toBe('full');
  expect(addStep(running, step([], { ended: 'everything_read', cursor: null }), 500).state).toBe('done');
});
