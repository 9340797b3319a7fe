import { expect, test } from 'vitest';
import { readMetrics, valueOf } from './metrics';

test('samples are found by name and labels, comments are none', () => {
  const samples = readMetrics('# HELP weft_x What\nweft_x{half="requests",port="a\\"b"} 12\nweft_x{half="answers"} 3\nweft_y 0.5\n');
  expect(samples.length).toBe(3);
  expect(valueOf(samples, 'weft_x', { half: 'answers' })).toBe(3);
  expect(valueOf(samples, 'weft_y')).toBe(0.5);
  expect(valueOf(samples, 'weft_z')).toBeUndefined();
});
