import { expect, test } from 'vitest';
import { initials, splitHits } from './parts';
import { sparkPath } from './Sparkline';

test('initials are two letters of a team or of a person', () => {
  expect(['@execution-team', 'Mara Kovač', 'x'].map(initials)).toEqual(['EX', 'MK', 'X']);
});

test('hits are found whatever their case, and what looks like a pattern is none', () => {
  expect(splitHits('Sum of quantity', 'QUANT')).toEqual([{ text: 'Sum of ', hit: false }, { text: 'quant', hit: true }, { text: 'ity', hit: false }]);
  expect(splitHits('lines[].quantity', '[].')).toContainEqual({ text: '[].', hit: true });
});

test('a sparkline touches the top with its most and the bottom with zero', () => {
  const { line, end } = sparkPath([0, 10, 5], 82, 18);
  expect(line).toBe('M0 16L39.5 2.5L79 9.3');
  expect(end).toEqual([79, 9.3]);
});

test('a silent line lies on the bottom', () => {
  expect(sparkPath([0, 0], 82, 18).line).toBe('M0 16L79 16');
});
