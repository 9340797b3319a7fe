import { expect, test } from 'vitest';
import type { Schemas } from '../../api/client';
import { ago, happens, isOver, stateOf } from './words';

const conversation = (over: Partial<Schemas['Conversation']>): Schemas['Conversation'] => ({
  number: 1, kind: 'question', state: 'waiting', waits_for_you: false, from: 'User:trivera', display_name: 'Tomás Rivera',
  time: '2026-11-24T09:00:00Z', text: '?', changed_at: '2026-11-24T09:00:00Z', domain: 'execution', product: 'execution/stocktrades',
  teams: ['execution-team'], fields: [], happens_from: null, happens_until: null, message_count: 0, ended: null, ...over,
});

test('a time says how long ago, then which day', () => {
  const now = Date.parse('2026-11-24T09:41:00Z');
  expect(['2026-11-24T09:40:30Z', '2026-11-24T09:33:00Z', '2026-11-24T06:41:00Z', '2026-11-22T09:00:00Z', '2026-10-01T09:00:00Z'].map((time) => ago(time, now))).toEqual([
    'now', '8 min', '3 h', '2 d', '1 Oct 2026',
  ]);
});

test('a state says for whom it waits', () => {
  expect(stateOf(conversation({})).words).toBe('waiting for @execution-team');
  expect(stateOf(conversation({ waits_for_you: true })).words).toBe('waiting for you');
  expect(stateOf(conversation({ state: 'answered' })).words).toBe('answered, waiting for Tomás Rivera');
  expect(stateOf(conversation({ state: 'closed', ended: { how: 'declined', by: 'User:a', display_name: 'A', accepted: null, product: null } }))).toEqual({ of: 'objects', words: 'declined' });
});

test('an announcement says when it happens, and is over afterwards', () => {
  const announcement = conversation({ kind: 'announcement', happens_from: '2026-12-05T08:00:00Z', happens_until: '2026-12-05T10:00:00Z' });
  expect(happens(announcement)).toBe('5 Dec 2026, 08:00 – 10:00 UTC');
  expect(happens(conversation({}))).toBeUndefined();
  expect(isOver(announcement, Date.parse('2026-12-05T10:00:01Z'))).toBe(true);
  expect(isOver(announcement, Date.parse('2026-12-05T09:00:00Z'))).toBe(false);
});
