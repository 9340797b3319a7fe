import { expect, test } from 'vitest';
import { visibleRange } from './visible';

test('a short list is drawn whole', () => {
  expect(visibleRange(12, 79, 200, 900)).toEqual({ first: 0, last: 12 });
});

test('of a long list only what is near the window is drawn', () => {
  expect(visibleRange(10_000, 79, 200, 900)).toEqual({ first: 0, last: 20 });
  const far = visibleRange(10_000, 79, -79 * 5_000, 900);
  expect(far.first).toBeLessThanOrEqual(5_000 - 10);
  expect(far.last).toBeGreaterThanOrEqual(5_012);
  expect(far.last - far.first).toBeLessThan(60);
});

test('a list scrolled past its end, or empty, has nothing to draw', () => {
  expect(visibleRange(5, 79, -10_000, 900)).toEqual({ first: 5, last: 5 });
  expect(visibleRange(0, 79, 0, 900)).toEqual({ first: 0, last: 0 });
});
