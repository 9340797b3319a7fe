import { expect, test } from 'vitest';
import { cellText, parseJsonText, prettyTokens } from './json_text';

const pretty = (text: string) => {
  const node = parseJsonText(text);
  return node && prettyTokens(node).map((token) => token.text).join('');
};

test('integers above 2^53 and long decimals stay digit for digit', () => {
  expect(pretty('{"id":9223372036854775807,"price":0.10000000000000000555}')).toBe('{\n  "id": 9223372036854775807,\n  "price": 0.10000000000000000555\n}');
});

test('empty containers take one line, nested ones are indented', () => {
  expect(pretty('{"a":[],"b":{"c":[1,true,null]}}')).toBe('{\n  "a": [],\n  "b": {\n    "c": [\n      1,\n      true,\n      null\n    ]\n  }\n}');
});

test('what is no JSON is no node, whatever is wrong with it', () => {
  for (const text of ['', '{', '[1,]', '{"a"}', '{"a":1,}', '1 2', 'nul', '"open', '{1:2}', ']']) expect(parseJsonText(text), text).toBeUndefined();
});

test('text nested deeper than anybody reads is refused instead of overflowing the stack', () => {
  expect(parseJsonText('['.repeat(100_000))).toBeUndefined();
});

test('a cell shows the value of a nullable field without its type', () => {
  const cells = parseJsonText('{"a":{"string":"x"},"b":{"mic":"XNAS"},"c":[1,2],"d":null,"e":"q\\"u"}');
  expect(cells?.entries.map(({ value }) => cellText(value))).toEqual(['x', '{mic: XNAS}', '[1, 2]', 'null', 'q"u']);
});
