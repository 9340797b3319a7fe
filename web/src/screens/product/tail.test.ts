import { expect, test } from 'vitest';
import type { Schemas } from '../../api/client';
import { cellOf, columnsOf } from './columns';
import { addToTail, rowsMax, tailFrom } from './tail';

const record = (offset: number, text = '{"id":9223372036854775807}'): Schemas['Record'] => ({
  partition: 0,
  offset,
  timestamp: '2026-11-24T09:41:07.135Z',
  key: null,
  value: { format: 'avro', text, bytes: 12, cut: false, schema: null, why: null },
  headers: [],
});
const keys = (tail: ReturnType<typeof tailFrom>) => tail.rows.map((row) => (row.kind === 'gap' ? row.text : row.key));

test('new records come in at the top, newest first, and old ones keep their places', () => {
  const tail = addToTail(tailFrom([record(2), record(1)]), [record(3), record(4)], undefined);
  expect(keys(tail)).toEqual(['0:4', '0:3', '0:2', '0:1']);
});

test('what was skipped is said between what came before and after it', () => {
  const tail = addToTail(tailFrom([record(1)]), [record(140)], '138 skipped in 0.4 s', 138);
  expect(keys(tail)).toEqual(['0:140', '138 skipped in 0.4 s', '0:1']);
  expect(tail.skipped).toBe(138);
});

test('a record that came twice is shown once', () => {
  const tail = addToTail(tailFrom([record(2)]), [record(2), record(3)], undefined);
  expect([keys(tail), tail.received]).toEqual([['0:3', '0:2'], 1]);
});

test('the oldest rows fall off the end', () => {
  const many = Array.from({ length: rowsMax + 5 }, (_, offset) => record(offset));
  const tail = addToTail(tailFrom([record(999_999)]), many, undefined);
  expect(tail.rows).toHaveLength(rowsMax);
  expect(tail.rows[0]?.key).toBe(`0:${rowsMax + 4}`);
});

test('a column shows its field digit for digit, and says where a record has none', () => {
  const [id = { name: 'id', numeric: true }] = columnsOf([{ path: 'id', name: 'id', type: 'long', optional: false, default: null, doc: null, symbols: [], tags: [], children: [] }]);
  expect([id.numeric, cellOf(record(1), id), cellOf(record(1, '{"other":1}'), id)]).toEqual([true, '9223372036854775807', undefined]);
});
