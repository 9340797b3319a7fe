import type { Schemas } from '../api/client';
import { duration } from './quantity';
import { day } from './time';

type History = Schemas['History'];

/** "recent 7 days", "everything · 2021", "latest per key" */
export function historyShort(history: History): string {
  switch (history.kind) {
    case 'recent':
      return `recent ${historyWindow(history)}`;
    case 'latest_per_key':
      return 'latest per key';
    case 'everything':
      return history.since ? `everything · ${history.since.slice(0, 4)}` : 'everything';
  }
}

export function historyWord(history: History): string {
  return { recent: 'recent', latest_per_key: 'latest per key', everything: 'everything' }[history.kind];
}

/** What stands beside the word: how much is recent, or since when. */
export function historyDetail(history: History): string {
  if (history.kind === 'recent') return historyWindow(history);
  return history.since ? `since ${day(history.since)}` : 'no record yet';
}

function historyWindow({ retention_ms, retention_bytes }: History): string {
  const parts = [];
  if (retention_ms !== null) parts.push(duration(retention_ms));
  if (retention_bytes !== null) parts.push(`${Math.round(retention_bytes / 1e6)} MB a partition`);
  return parts.join(', ') || 'window';
}
