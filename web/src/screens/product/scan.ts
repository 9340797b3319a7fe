import type { Schemas } from '../../api/client';
import { bytes, count, plural } from '../../format/quantity';
import { exactUtc } from '../../format/time';
import { positionOf } from './position';
import type { TailRow } from './tail';

// A search through records, as far as it has come.

export interface Scan {
  state: 'planned' | 'running' | 'stopped' | 'full' | 'bound' | 'done' | 'failed';
  rows: readonly TailRow[];
  scanned: Schemas['Scanned'];
  /** Records that had been read when the bound in force began. */
  before: number;
  /** Time of the record looked at last. */
  at: string | null;
  /** Where to go on. */
  cursor: string | null;
  error?: unknown;
}

export const plannedScan: Scan = { state: 'planned', rows: [], scanned: { records: 0, bytes: 0, unreadable: 0 }, before: 0, at: null, cursor: null };

/** So many matches come by themselves; more are asked for. */
export const matchesAtOnce = 500;

/** What one more step found. `matchesMax`: rows after which it waits for the reader. */
export function addStep(scan: Scan, step: Schemas['ScanStep'], matchesMax: number): Scan {
  const found: TailRow[] = step.records.map((record) => ({ kind: 'record', key: positionOf(record), record, isNew: false }));
  const rows = [...scan.rows, ...found];
  const full = step.ended === null && rows.length >= matchesMax;
  return {
    ...scan,
    state: step.ended === 'bound' ? 'bound' : step.ended === null ? (full ? 'full' : scan.state) : 'done',
    rows,
    scanned: {
      records: scan.scanned.records + step.scanned.records,
      bytes: scan.scanned.bytes + step.scanned.bytes,
      unreadable: scan.scanned.unreadable + step.scanned.unreadable,
    },
    at: step.at ?? scan.at,
    cursor: step.cursor,
  };
}

/** "Reads at most 100,000 records, about 12 MB, of 3 partitions": said before anything is read. */
export function boundText(plan: Schemas['ScanPlan']): string {
  if (plan.cursor === null) return 'Nothing is held in this range';
  const { bound, bytes_estimate: estimate } = plan;
  const size = estimate === null || estimate > bound.bytes ? `, ${bytes(bound.bytes)} at most,` : `, about ${bytes(estimate)},`;
  const left = plan.partitions_left_out > 0 ? ` (${count(plan.partitions_left_out)} more are left out)` : '';
  return `Reads at most ${plural(bound.records, 'record')}${size} of ${plural(plan.partitions, 'partition')}${left}`;
}

/** How far it has come, for the line above the rows. */
export function progressText(scan: Scan, plan: Schemas['ScanPlan'] | undefined): string[] {
  const said = [
    `${plural(scan.scanned.records, 'record')} read, ${bytes(scan.scanned.bytes)}`,
    `${count(scan.rows.length)} match`,
  ];
  if (scan.scanned.unreadable > 0) said.push(`${count(scan.scanned.unreadable)} do not decode: nobody knows whether they match`);
  if (scan.at && scan.state !== 'done') said.push(`${plan?.newest_first ? 'back to' : 'up to'} ${exactUtc(scan.at)}`);
  return said;
}
