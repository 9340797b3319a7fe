import type { Schemas } from '../../api/client';
import { draftOf, toInput } from './draft';

/** What a draft changes of the product it started from, field by field. */
export function changesOf(product: Schemas['Product'], input: Schemas['ProductInput']): Schemas['FieldChange'][] {
  const before = toInput(draftOf(product)) as unknown as Record<string, unknown>;
  const after = input as unknown as Record<string, unknown>;
  const changes: Schemas['FieldChange'][] = [];
  for (const field of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [was, is] = [before[field], after[field]];
    if (JSON.stringify(was) === JSON.stringify(is)) continue;
    changes.push({ field, change: was === undefined ? 'added' : is === undefined ? 'removed' : 'changed', before: was ?? null, after: is ?? null });
  }
  return changes;
}
