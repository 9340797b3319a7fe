import { one, oneOf, type RawSearch } from '../../frame/search';
import { type SnippetKind, snippetKinds } from './snippets';

export interface SchemaSearch {
  version?: number | undefined;
  show?: 'text' | undefined;
  find?: string | undefined;
}

export function readSchemaSearch(raw: RawSearch): SchemaSearch {
  const version = Number(one(raw.version));
  return { version: Number.isInteger(version) && version > 0 ? version : undefined, show: oneOf(raw.show, ['text'] as const), find: one(raw.find) };
}

export interface UseSearch {
  with?: SnippetKind | undefined;
  /** "host:port" of the Kafka listener that was chosen. */
  listener?: string | undefined;
}

export function readUseSearch(raw: RawSearch): UseSearch {
  return { with: oneOf(raw.with, snippetKinds), listener: one(raw.listener) };
}

export interface ChangesSearch {
  from?: number | undefined;
  to?: number | undefined;
}

/** As the address has it, or as the router has read it before. */
const version = (value: unknown) => (/^[1-9]\d{0,8}$/.test(String(Array.isArray(value) ? value[0] : value)) ? Number(value) : undefined);

/** Which two versions are compared. */
export function readChangesSearch(raw: RawSearch): ChangesSearch {
  return { from: version(raw.from), to: version(raw.to) };
}
