import { expect, test } from 'vitest';
import { diffLines, offsetOf } from './lines';

test('a difference keeps common lines and names the others', () => {
  expect(diffLines('a\nb\nc\nd', 'a\nx\nc\nd\ne')).toEqual([
    { change: 'same', text: 'a' },
    { change: 'removed', text: 'b' },
    { change: 'added', text: 'x' },
    { change: 'same', text: 'c' },
    { change: 'same', text: 'd' },
    { change: 'added', text: 'e' },
  ]);
  expect(diffLines('a', 'a')).toEqual([{ change: 'same', text: 'a' }]);
});

test('a place is found, and one behind the end is the end', () => {
  expect(offsetOf('ab\ncd', 2, 2)).toBe(4);
  expect(offsetOf('ab\ncd', 1, 9)).toBe(2);
  expect(offsetOf('ab\ncd', 9, 1)).toBe(5);
});
