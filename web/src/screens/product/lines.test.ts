import { expect, test } from 'vitest';
import { compareLines, spread } from './lines';

const marks = (before: string, after: string) => compareLines(before, after).map(({ change, text }) => `${{ same: ' ', added: '+', removed: '-' }[change]}${text}`);

test('lines that stay are found between those that went and came', () => {
  expect(marks('a\nb\nc\nd', 'a\nx\nc\nd\ne')).toEqual([' a', '-b', '+x', ' c', ' d', '+e']);
  expect(marks('a', 'a')).toEqual([' a']);
  expect(marks('', 'a')).toEqual(['-', '+a']);
});

test('texts too large to compare are shown as replaced, not waited for', () => {
  const many = (of: string) => Array.from({ length: 3000 }, (_, line) => `${of}${line}`).join('\n');
  const lines = compareLines(many('a'), many('b'));
  expect(lines.length).toBe(6000);
  expect(lines[0]?.change).toBe('removed');
});

test('one line of JSON becomes many', () => {
  expect(spread('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}');
  expect(spread('message A {}')).toBe('message A {}');
});
