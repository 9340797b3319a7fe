import { expect, test } from 'vitest';
import type { Schemas } from '../../api/client';
import { findFields, flatten } from './fields';

const field = (path: string, type: string, children: Schemas['Field'][] = [], doc: string | null = null): Schemas['Field'] => ({
  path,
  name: path.split('.').at(-1) ?? path,
  type,
  optional: false,
  default: null,
  doc,
  symbols: [],
  tags: [],
  children,
});

test('a field that matches brings its parents with it', () => {
  const rows = flatten([field('price', 'int'), field('venue', 'record', [field('venue.mic', 'string', [], 'ISO 10383 market code'), field('venue.session', 'enum')])]);
  expect(findFields(rows, 'market').map((row) => row.field.path)).toEqual(['venue', 'venue.mic']);
});
