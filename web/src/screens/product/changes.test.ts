import { expect, test } from 'vitest';
import { fieldText, fieldWord, lineDifference } from './changes';

test('fields are named in words', () => {
  expect(['tags[trading]', 'ports[api].address', 'attributes.cost_center', 'personal_data', 'sla', 'deprecation.ends_on'].map(fieldWord)).toEqual(['tag trading', 'port api: address', 'attribute cost_center', 'personal data', 'SLA tier', 'last day']);
  expect([null, 'a', 3, true, ['a', 'b']].map(fieldText)).toEqual(['', 'a', '3', 'true', 'a, b']);
});

test('lines that stayed are shown once', () => {
  expect(lineDifference('one\ntwo\nthree', 'one\n2\nthree\nfour').map(({ change, text }) => `${change} ${text}`)).toEqual(['same one', 'removed two', 'added 2', 'same three', 'added four']);
});
