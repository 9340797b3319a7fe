import type { Schemas } from '../../api/client';
import { cellText, type JsonNode, parseJsonText } from '../../format/json_text';
import { isJson } from '../../format/payload';

export interface Column {
  name: string;
  numeric: boolean;
}

/** One column per top-level field; without a schema one for the whole value. */
export function columnsOf(fields: readonly Schemas['Field'][] | undefined): Column[] {
  if (!fields || fields.length === 0) return [{ name: 'value', numeric: false }];
  return fields.map(({ name, type }) => ({ name, numeric: /^(int|long|float|double|decimal)\b/.test(type) && !type.includes('timestamp') }));
}

const parsed = new WeakMap<object, JsonNode | undefined>();

/** The cell of a column; undefined when this record has no such field. */
export function cellOf(record: Schemas['Record'], column: Column): string | undefined {
  const { value } = record;
  if (!value) return undefined;
  const node = nodeOf(value);
  if (node?.kind !== 'object') return column.name === 'value' ? value.text : undefined;
  const entry = node.entries.find(({ key }) => key === column.name);
  return entry ? cellText(entry.value) : undefined;
}

function nodeOf(payload: Schemas['Payload']): JsonNode | undefined {
  if (!isJson(payload)) return undefined;
  if (!parsed.has(payload)) parsed.set(payload, parseJsonText(payload.text));
  return parsed.get(payload);
}
