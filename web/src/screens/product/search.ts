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
