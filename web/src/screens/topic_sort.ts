import type { Schemas } from '../api/client';
import { oneOf, type RawSearch } from '../frame/search';

const columns = ['name', 'partitions', 'records', 'size', 'rate'] as const;
export type TopicColumn = (typeof columns)[number];

export interface TopicSort {
  sort?: TopicColumn | undefined;
  order?: 'down' | undefined;
}

export function readTopicSort(raw: RawSearch): TopicSort {
  return { sort: oneOf(raw.sort, columns), order: oneOf(raw.order, ['down'] as const) };
}

export interface TopicFigures {
  topic: Schemas['Topic'];
  held: number | null;
  bytes: number | null;
  rate: number | null;
}

/** What is not known stands at the end, whichever way it goes. */
export function sortTopics(rows: readonly TopicFigures[], { sort = 'name', order }: TopicSort): TopicFigures[] {
  const value = (row: TopicFigures) => ({ name: row.topic.name, partitions: row.topic.facts.partitions, records: row.held, size: row.bytes, rate: row.rate })[sort];
  const sign = order === 'down' ? -1 : 1;
  return [...rows].sort((one, other) => {
    const a = value(one);
    const b = value(other);
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
    return a === b ? one.topic.name.localeCompare(other.topic.name) : a < b ? -sign : sign;
  });
}
