import { expect, test } from 'vitest';
import { isScan, openPosition, parseFrom, permalink, readSamplesSearch } from './position';

test('a permalink opens its own record', () => {
  const link = permalink('execution', 'stocktrades', { partition: 1, offset: 47_990_116 });
  expect(link).toBe('/products/execution/stocktrades/samples?from=offset:1:47990116');
  expect(openPosition({ from: link.split('from=')[1] })).toEqual({ partition: 1, offset: 47_990_116 });
});

test('a record opened from a list is the one that is open, until it is closed', () => {
  expect(openPosition({ from: 'newest', record: '2:7' })).toEqual({ partition: 2, offset: 7 });
  expect(openPosition({ from: 'offset:1:5', record: 'none' })).toBeUndefined();
  expect(openPosition({})).toBeUndefined();
});

test('what cannot be understood is live', () => {
  for (const text of [undefined, '', 'tomorrow', 'offset:1', 'offset:-1:2', 'time:later', 'offset:1:99999999999999999']) expect(parseFrom(text)).toEqual({ kind: 'live' });
});

test('a time is kept as it was written', () => {
  expect(parseFrom('time:2026-11-24T09:41:00Z')).toEqual({ kind: 'time', time: '2026-11-24T09:41:00Z' });
});

test('a filter and an end are part of the address, and make a search of it', () => {
  const search = readSamplesSearch({ from: 'newest', where: ' symbol =\n"IBM" ', until: 'soon' });
  expect(search).toMatchObject({ from: 'newest', where: 'symbol = "IBM"', until: undefined });
  expect(isScan(search)).toBe(true);
  expect(isScan({ from: 'offset:0:5', until: 'offset:0:9' })).toBe(true);
  expect(isScan({ from: 'newest' })).toBe(false);
  expect(isScan({ where: 'a = 1' })).toBe(false);
});
