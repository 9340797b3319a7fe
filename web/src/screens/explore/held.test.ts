import { expect, test } from 'vitest';
import type { Schemas } from '../../api/client';
import { holdPlaces } from './held';

const hit = (id: string, version = 1) => ({ product: { id, version }, matches: [] }) as unknown as Schemas['ProductHit'];

test('rows keep their places whatever the newest order is, and get their newest content', () => {
  const held = holdPlaces([hit('a/1'), hit('a/2')], [hit('a/2', 5), hit('a/1')]);
  expect(held.rows.map((row) => [row.hit.product.id, row.hit.product.version])).toEqual([['a/1', 1], ['a/2', 5]]);
});

test('a new match waits to be shown', () => {
  expect(holdPlaces([hit('a/1')], [hit('a/0'), hit('a/1')])).toMatchObject({ waiting: 1, rows: [{ gone: false }] });
});

test('a row whose product is gone stays and says so', () => {
  expect(holdPlaces([hit('a/1')], []).rows).toMatchObject([{ gone: true }]);
});

test('a row that more matches pushed off the first page is not gone', () => {
  expect(holdPlaces([hit('a/1')], [hit('a/0')], false)).toMatchObject({ rows: [{ gone: false }], waiting: 1 });
});
