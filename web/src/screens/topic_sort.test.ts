import { expect, test } from 'vitest';
import { sortTopics, type TopicFigures } from './topic_sort';

const row = (name: string, bytes: number | null) => ({ topic: { name, facts: { partitions: 1 } }, held: null, bytes, rate: null }) as unknown as TopicFigures;
const names = (rows: TopicFigures[]) => rows.map(({ topic }) => topic.name);

test('topics sort by any figure, and what is not known stands last both ways', () => {
  const rows = [row('b', 5), row('c', null), row('a', 9)];
  expect(names(sortTopics(rows, {}))).toEqual(['a', 'b', 'c']);
  expect(names(sortTopics(rows, { sort: 'size' }))).toEqual(['b', 'a', 'c']);
  expect(names(sortTopics(rows, { sort: 'size', order: 'down' }))).toEqual(['a', 'b', 'c']);
  expect(names(sortTopics(rows, { order: 'down' }))).toEqual(['c', 'b', 'a']);
});
