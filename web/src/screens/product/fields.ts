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

export interface FieldChange {
  change: 'added' | 'changed' | 'removed';
  path: string;
  text: string;
}

/** What differs between two versions, by path. Whom it breaks is the server's to say, not ours. */
export function compareFields(before: readonly Field[], after: readonly Field[]): FieldChange[] {
  const old = new Map(flatten(before).map(({ field }) => [field.path, field]));
  const changes: FieldChange[] = [];
  for (const { field } of flatten(after)) {
    const previous = old.get(field.path);
    old.delete(field.path);
    if (!previous) changes.push({ change: 'added', path: field.path, text: describe(field) });
    else if (previous.type !== field.type) changes.push({ change: 'changed', path: field.path, text: `${previous.type} → ${field.type}` });
    else if (previous.default !== field.default) changes.push({ change: 'changed', path: field.path, text: `default ${previous.default ?? 'none'} → ${field.default ?? 'none'}` });
  }
  for (const field of old.values()) changes.push({ change: 'removed', path: field.path, text: describe(field) });
  return changes;
}

function describe(field: Field) {
  return field.default === null ? field.type : `${field.type}, default ${field.default}`;
}
