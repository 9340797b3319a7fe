import { expect, test } from 'vitest';
import { asCurl } from './api_call';

test('a call is a command that a shell takes as it is', () => {
  expect(asCurl({ method: 'GET', path: '/api/v1/products/a/b?q=x&y=1' }, 'http://127.0.0.1:8080')).toBe("curl -sS 'http://127.0.0.1:8080/api/v1/products/a/b?q=x&y=1'");
  expect(asCurl({ method: 'PUT', path: '/x', headers: { 'If-Match': '"3"' }, body: { name: "it's" } }, '')).toBe(
    `curl -sS -X PUT '/x' \\\n  -H 'If-Match: "3"' \\\n  -H 'Content-Type: application/json' \\\n  -d '{\n  "name": "it'\\''s"\n}'`,
  );
});
