import type { Schemas } from '../../api/client';

type Field = Schemas['Field'];

export interface FlatField {
  field: Field;
  depth: number;
}

/** The tree as rows, parents before children. */
export function flatten(fields: readonly Field[], depth = 0): FlatField[] {
  return fields.flatMap((field) => [{ field, depth }, ...flatten(field.children, depth + 1)]);
}

/** Rows whose path or meaning holds `text`, with their parents. */
export function findFields(rows: readonly FlatField[], text: string): FlatField[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [...rows];
  const hits = rows.filter(({ field }) => field.path.toLowerCase().includes(wanted) || (field.doc ?? '').toLowerCase().includes(wanted));
  return rows.filter((row) => hits.includes(row) || hits.some((hit) => hit.field.path.startsWith(`${row.field.path}.`) || hit.field.path.startsWith(`${row.field.path}[]`)));
}
