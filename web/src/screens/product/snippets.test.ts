import { expect, test } from 'vitest';
import type { Schemas } from '../../api/client';
import { snippetKinds, snippetsFor } from './snippets';

const product = { id: 'execution/stocktrades', name: 'stocktrades', ports: [{ kind: 'stream', topic: 'exec.stocktrades.v1' }] } as Schemas['Product'];

test('every snippet names the real topic and the real addresses', () => {
  for (const kind of snippetKinds) {
    const text = snippetsFor(kind, product, '10.0.0.2:9092', 'http://10.0.0.1:8081').map((snippet) => snippet.text).join('\n');
    expect(text, kind).toContain('exec.stocktrades.v1');
    expect(text, kind).toContain('10.0.0.2:9092');
    expect(text, kind).not.toContain('undefined');
    if (kind !== 'weft') expect(text, kind).toContain('http://10.0.0.1:8081');
  }
});
