import { expect, test } from 'vitest';
import { bytes, count, duration, plural, rate } from './quantity';

test('a rate has at most three digits before its unit, and a thousands mark above', () => {
  expect([0, 0.0001, 0.02, 9.61, 42.4, 99.6, 1240.3, 1_234_567].map(rate)).toEqual(['0/s', '0.4/h', '1.2/min', '9.6/s', '42/s', '100/s', '1,240/s', '1,234,567/s']);
});

test('a negative or absent rate is zero', () => {
  expect(rate(-1)).toBe('0/s');
});

test('bytes climb to the next unit before they need four digits', () => {
  expect([0, 148, 999, 1000, 48_330_942, 999_600, 1_840_000_000_000].map(bytes)).toEqual(['0 B', '148 B', '999 B', '1 kB', '48.3 MB', '1 MB', '1.84 TB']);
});

test('a duration names at most two units', () => {
  expect([0, 400, 9_940, 94_000, 600_000, 3_600_000, 11_520_000, 604_800_000].map(duration)).toEqual(['0.0 s', '0.4 s', '9.9 s', '94 s', '10 min', '1 h', '3 h 12 m', '7 days']);
});

test('counts are grouped, and one is singular', () => {
  expect(count(48_330_942)).toBe('48,330,942');
  expect([plural(1, 'product'), plural(2, 'person', 'people')]).toEqual(['1 product', '2 people']);
});
