import { one, oneOf, type RawSearch } from '../../frame/search';

// Where the reader stands in a product's records, as it is written in the address.

export type From =
  | { kind: 'live' }
  | { kind: 'newest' }
  | { kind: 'offset'; partition: number; offset: number }
  | { kind: 'time'; time: string };

export interface SamplesSearch {
  from?: string | undefined;
  /** "offset:partition:offset" or "time:…": the first record that is not read. */
  until?: string | undefined;
  /** Which records: a filter as `where` of GET …/samples/scan. */
  where?: string | undefined;
  /** "partition:offset" of the open record; "none" when a permalink's record was closed. */
  record?: string | undefined;
  show?: 'raw' | 'headers' | undefined;
}

export function readSamplesSearch(raw: RawSearch): SamplesSearch {
  return {
    from: one(raw.from),
    until: readUntil(one(raw.until)),
    where: one(one(raw.where)?.replace(/\s+/g, ' ').trim()),
    record: one(raw.record),
    show: oneOf(raw.show, ['raw', 'headers'] as const),
  };
}

function readUntil(text: string | undefined) {
  const until = parseFrom(text);
  return until.kind === 'offset' || until.kind === 'time' ? text : undefined;
}

/** Whether the server has to look through records to answer: then it says first how many. */
export function isScan(search: SamplesSearch) {
  return parseFrom(search.from).kind !== 'live' && (search.where !== undefined || search.until !== undefined);
}

/** What cannot be understood is live: the page must always show something. */
export function parseFrom(text: string | undefined): From {
  if (text === 'newest') return { kind: 'newest' };
  const offset = /^offset:(\d{1,10}):(\d{1,16})$/.exec(text ?? '');
  if (offset) return { kind: 'offset', partition: Number(offset[1]), offset: Number(offset[2]) };
  const time = /^time:(.+)$/.exec(text ?? '')?.[1];
  if (time !== undefined && !Number.isNaN(Date.parse(time))) return { kind: 'time', time };
  return { kind: 'live' };
}

export function positionOf(record: { partition: number; offset: number }): string {
  return `${record.partition}:${record.offset}`;
}

export function parsePosition(text: string | undefined): { partition: number; offset: number } | undefined {
  const match = /^(\d{1,10}):(\d{1,16})$/.exec(text ?? '');
  return match ? { partition: Number(match[1]), offset: Number(match[2]) } : undefined;
}

/** The record that is open: a permalink opens its own. */
export function openPosition(search: SamplesSearch) {
  if (search.record === 'none') return undefined;
  const named = parsePosition(search.record);
  if (named) return named;
  const from = parseFrom(search.from);
  return from.kind === 'offset' && !isScan(search) ? { partition: from.partition, offset: from.offset } : undefined;
}

/** The address of one record, for ever: it does not depend on what else is on screen. */
export function permalink(domain: string, name: string, { partition, offset }: { partition: number; offset: number }): string {
  return `/products/${encodeURIComponent(domain)}/${encodeURIComponent(name)}/samples?from=offset:${partition}:${offset}`;
}
