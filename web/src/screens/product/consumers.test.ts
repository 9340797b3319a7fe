import { expect, test } from 'vitest';
import type { Schemas } from '../../api/client';
import { ago, behind, groupState, isFarBehind } from './consumers';

const group = (over: Partial<Schemas['ConsumerGroup']>) =>
  ({ group: 'g', state: 'Stable', protocol_type: 'consumer', lag: 0, last_commit: null, since: '', members: [], partitions: [], ...over }) as Schemas['ConsumerGroup'];

test('a stopped group with something left to read stands out, a caught-up one does not', () => {
  expect(groupState(group({ state: 'Empty', lag: 5 }))).toEqual({ word: 'stopped', tone: 'warn' });
  expect(groupState(group({ state: 'Empty', lag: 0 }))).toEqual({ word: 'stopped' });
  expect(groupState(group({ state: 'Empty', protocol_type: null, lag: 0 })).word).toBe('commits only');
  expect(isFarBehind(group({ lag: 5 }))).toBe(true);
  expect(isFarBehind(group({ lag: 5, members: [{ id: 'm', instance_id: null, client_id: 'c', host: 'h', partitions: [0] }] }))).toBe(false);
});

test('times are told as one would say them', () => {
  expect(ago('2026-11-24T09:41:07.000Z', '2026-11-24T09:41:08.000Z')).toBe('now');
  expect(ago('2026-11-24T09:29:07.000Z', '2026-11-24T09:41:07.000Z')).toBe('12 min ago');
  expect(behind(null)).toBe('no commit yet');
  expect(behind(892800)).toBe('892,800 behind');
});
