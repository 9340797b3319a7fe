import { readFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';
import { expect, test } from 'vitest';

test('the generated types are those of src/api/openapi.yaml (else: npm run generate)', async () => {
  const document = readFileSync('../src/api/openapi.yaml', 'utf8');
  const generated = astToString(await openapiTS(document));
  expect(readFileSync('src/api/schema.d.ts', 'utf8')).toContain(generated.trim());
});
