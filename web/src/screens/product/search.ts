import { one, oneOf, type RawSearch } from '../../frame/search';

export interface SchemaSearch {
  /** Two versions to compare; without them the newest with the one before. The fields are those of `to`. */
  from?: number | undefined;
  to?: number | undefined;
  /** How their difference is shown. */
  diff?: 'text' | undefined;
  show?: 'text' | undefined;
  find?: string | undefined;
}

export function readSchemaSearch(raw: RawSearch): SchemaSearch {
  const version = (text: string | undefined) => (/^\d{1,9}$/.test(text ?? '') && Number(text) > 0 ? Number(text) : undefined);
  return { from: version(one(raw.from)), to: version(one(raw.to)), diff: oneOf(raw.diff, ['text'] as const), show: oneOf(raw.show, ['text'] as const), find: one(raw.find) };
}

export interface UseSearch {
  /** The language, as the server names it. */
  with?: string | undefined;
  /** "host:port" of the Kafka listener that was chosen. */
  listener?: string | undefined;
}

export function readUseSearch(raw: RawSearch): UseSearch {
  return { with: one(raw.with), listener: one(raw.listener) };
}

export interface ConsumersSearch {
  /** The group that is open. */
  group?: string | undefined;
}

export function readConsumersSearch(raw: RawSearch): ConsumersSearch {
  return { group: one(raw.group) };
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
