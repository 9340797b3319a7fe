import type { Schemas } from '../../api/client';
import { positionOf } from './position';

type TailRecord = Schemas['Record'];

/** A row of the samples: a record, or what was left out between two. Newest first. */
export type TailRow =
  | { kind: 'record'; key: string; record: TailRecord; isNew: boolean }
  | { kind: 'gap'; key: string; text: string };

export const rowsMax = 2000;

export interface Tail {
  rows: readonly TailRow[];
  skipped: number;
  received: number;
  nextGap: number;
}

export const emptyTail: Tail = { rows: [], skipped: 0, received: 0, nextGap: 1 };

/** Starts from what a read answered, newest first. */
export function tailFrom(records: readonly TailRecord[]): Tail {
  return { ...emptyTail, rows: records.map((record) => recordRow(record, false)) };
}

/** Puts `records` (oldest first) on top, with what was skipped before them said between. Old rows fall off the end. */
export function addToTail(tail: Tail, records: readonly TailRecord[], gap: string | undefined, skipped = 0): Tail {
  const known = new Set(tail.rows.map((row) => row.key));
  const fresh = records.filter((record) => !known.has(positionOf(record)));
  const top: TailRow[] = fresh.map((record) => recordRow(record, true)).reverse();
  if (gap !== undefined && tail.rows.length > 0) top.push({ kind: 'gap', key: `gap-${tail.nextGap}`, text: gap });
  return {
    rows: [...top, ...tail.rows].slice(0, rowsMax),
    skipped: tail.skipped + skipped,
    received: tail.received + fresh.length,
    nextGap: tail.nextGap + 1,
  };
}

function recordRow(record: TailRecord, isNew: boolean): TailRow {
  return { kind: 'record', key: positionOf(record), record, isNew };
}
