import { expect, test } from 'vitest';
import { listenerFor } from './listener';

const addresses = ['127.0.0.1:9092', 'kafka.internal:9093', '10.0.0.7:9094', '[::1]:9095'];

test('the listener on the host that brought the reader here is the one to use', () => {
  expect(listenerFor(addresses, '10.0.0.7')).toBe('10.0.0.7:9094');
  expect(listenerFor(addresses, 'Kafka.Internal')).toBe('kafka.internal:9093');
  expect(listenerFor(addresses, '[::1]')).toBe('[::1]:9095');
});

test('from another machine nobody is sent to a loopback address while there is another', () => {
  expect(listenerFor(addresses, 'weft.example')).toBe('kafka.internal:9093');
  expect(listenerFor(['127.0.0.1:9092'], 'weft.example')).toBe('127.0.0.1:9092');
  expect(listenerFor(addresses, 'localhost')).toBe('127.0.0.1:9092');
  expect(listenerFor([], 'weft.example')).toBe('');
});

test('one that was chosen is kept as long as it is there', () => {
  expect(listenerFor(addresses, '10.0.0.7', 'kafka.internal:9093')).toBe('kafka.internal:9093');
  expect(listenerFor(addresses, '10.0.0.7', 'gone:1')).toBe('10.0.0.7:9094');
});
