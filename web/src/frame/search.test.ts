import { expect, test } from 'vitest';
import { filterCount, isChecked, readExploreSearch, toFilter, toggled } from '../screens/explore/filter';
import { parseSearch, stringifySearch } from './search';

test('an address is read back as it was written', () => {
  const search = { q: 'high value & more', domain: ['edge', 'execution'], sla: ['1'] };
  const text = stringifySearch(search);
  expect(text).toBe('?q=high+value+%26+more&domain=edge&domain=execution&sla=1');
  expect(readExploreSearch(parseSearch(text))).toMatchObject(search);
});

test('what a position says stays readable in its address', () => {
  expect(stringifySearch({ from: 'offset:1:47990116' })).toBe('?from=offset:1:47990116');
});

test('what an address cannot mean is left out', () => {
  const search = readExploreSearch(parseSearch('?quality=superb&quality=raw&sla=9&sort=colour&q='));
  expect(search).toMatchObject({ quality: ['raw'], sla: undefined, sort: undefined, q: undefined });
});

test('nothing chosen is no "?" at all', () => {
  expect(stringifySearch({ q: undefined, domain: undefined })).toBe('');
});

test('a filter is taken off by the same hand that put it on', () => {
  const on = toggled({ q: 'x' }, 'domain', 'edge');
  expect(isChecked(on, 'domain', 'edge')).toBe(true);
  expect(filterCount(on)).toBe(1);
  expect(toggled(on, 'domain', 'edge')).toEqual({ q: 'x', domain: undefined });
});

test('places to match in mean nothing without words', () => {
  expect(toFilter({ match: ['name'], sla: ['1', '3'] })).toEqual({ sla: [1, 3] });
});
