import { expect, test } from 'vitest';
import { crumbsOf, places, settingsPlace } from './places';

test('the way to a record leads from Explore over its domain and product', () => {
  expect(crumbsOf('/products/execution/stocktrades/samples')).toEqual([
    { text: 'Explore', href: '/explore' },
    { text: 'execution', href: '/explore?domain=execution' },
    { text: 'stocktrades', href: '/products/execution/stocktrades/overview' },
    { text: 'Samples' },
  ]);
});

test('the last step is where we are and no link', () => {
  expect(crumbsOf('/publish/orders')).toEqual([{ text: 'Publish', href: '/publish' }, { text: 'orders' }]);
  expect(crumbsOf('/products/a/b/overview').at(-1)).toEqual({ text: 'b' });
});

test('every place has a letter of its own', () => {
  const letters = [...places, settingsPlace].map(({ letter }) => letter);
  expect(new Set(letters).size).toBe(letters.length);
});
