import type { Schemas } from '../../api/client';

export type AttributeType = 'text' | 'number' | 'boolean' | 'date' | 'list';

/** An attribute while it is typed: what is typed stays text until it is sent. */
export interface AttributeRow {
  name: string;
  type: AttributeType;
  text: string;
}

export function rowOf(name: string, value: Schemas['AttributeValue']): AttributeRow {
  if (Array.isArray(value)) return { name, type: 'list', text: value.join(', ') };
  if (typeof value === 'number') return { name, type: 'number', text: String(value) };
  if (typeof value === 'boolean') return { name, type: 'boolean', text: String(value) };
  return { name, type: /^\d{4}-\d{2}-\d{2}$/.test(value) ? 'date' : 'text', text: value };
}

/** What is no number is sent as it was typed: the server says what it thinks of it. */
export function valueOf({ type, text }: AttributeRow): Schemas['AttributeValue'] {
  if (type === 'list') return text.split(',').map((each) => each.trim()).filter(Boolean);
  if (type === 'boolean') return text === 'true';
  if (type === 'number' && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
  return text;
}

export function attributesOf(rows: AttributeRow[]): Schemas['Attributes'] {
  return Object.fromEntries(rows.filter((row) => row.name.trim() !== '').map((row) => [row.name.trim(), valueOf(row)]));
}

export function shown(value: Schemas['AttributeValue']): string {
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return String(value);
}

export const portKinds: { kind: Schemas['PortKind']; text: string }[] = [
  { kind: 'rest', text: 'REST' },
  { kind: 'grpc', text: 'gRPC' },
  { kind: 'graphql', text: 'GraphQL' },
  { kind: 'table', text: 'Table' },
  { kind: 'object_store', text: 'Object store' },
];
export const portWord = (kind: string) => (kind === 'stream' ? 'Stream' : (portKinds.find((one) => one.kind === kind)?.text ?? kind));
