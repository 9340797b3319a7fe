import { expect, test } from 'vitest';
import { type Block, type Inline, parseMarkdown, safeHref } from './markdown';

const hrefs = (blocks: Block[]): string[] => {
  const found: string[] = [];
  const walk = (inlines: Inline[]) => {
    for (const one of inlines) {
      if (one.kind === 'link') found.push(one.href);
      if ('children' in one) walk(one.children);
    }
  };
  const visit = (block: Block) => {
    if (block.kind === 'quote') block.children.forEach(visit);
    else if (block.kind === 'list') block.items.forEach(walk);
    else if ('children' in block) walk(block.children);
  };
  blocks.forEach(visit);
  return found;
};

test('what people write is understood', () => {
  expect(parseMarkdown('# Fills\n\nOne *fill* on **one** `venue`.\nSee [the wiki](https://wiki.example/a?b=1).\n\n- one\n- two\n\n> said\n\n```\nraw <b>\n```')).toEqual([
    { kind: 'heading', children: [{ kind: 'text', text: 'Fills' }] },
    {
      kind: 'paragraph',
      children: [
        { kind: 'text', text: 'One ' },
        { kind: 'em', children: [{ kind: 'text', text: 'fill' }] },
        { kind: 'text', text: ' on ' },
        { kind: 'strong', children: [{ kind: 'text', text: 'one' }] },
        { kind: 'text', text: ' ' },
        { kind: 'code', text: 'venue' },
        { kind: 'text', text: '. See ' },
        { kind: 'link', href: 'https://wiki.example/a?b=1', children: [{ kind: 'text', text: 'the wiki' }] },
        { kind: 'text', text: '.' },
      ],
    },
    { kind: 'list', ordered: false, items: [[{ kind: 'text', text: 'one' }], [{ kind: 'text', text: 'two' }]] },
    { kind: 'quote', children: [{ kind: 'paragraph', children: [{ kind: 'text', text: 'said' }] }] },
    { kind: 'code', text: 'raw <b>' },
  ]);
});

test('a link leads to the web or nowhere', () => {
  for (const bad of ['javascript:alert(1)', 'JaVaScRiPt:alert(1)', ' javascript:alert(1)', 'java\nscript:alert(1)', 'data:text/html,<script>', 'vbscript:x', '//evil.example', '/etc', 'file:///etc/passwd', 'https://user:pass@evil.example/', 'https://a.example\\@evil.example', 'https://a.example/"onmouseover=alert(1)', 'mailto:<script>']) {
    expect(safeHref(bad), bad).toBeUndefined();
    expect(hrefs(parseMarkdown(`[click](${bad}) and ![picture](${bad}) and <${bad}>`)).filter((href) => !href.startsWith('http')), bad).toEqual([]);
  }
  expect(safeHref('https://wiki.example/a_(b)')).toBe('https://wiki.example/a_(b)');
});

test('raw HTML is text', () => {
  const html = '<img src=x onerror=alert(1)> <script>alert(1)</script>';
  expect(parseMarkdown(html)).toEqual([{ kind: 'paragraph', children: [{ kind: 'text', text: html }] }]);
});

test('names with underscores stay names', () => {
  expect(parseMarkdown('trade_id and order_id_2')).toEqual([{ kind: 'paragraph', children: [{ kind: 'text', text: 'trade_id and order_id_2' }] }]);
});

test('nesting bombs end, and keep every letter', () => {
  for (const bomb of ['['.repeat(10_000), '*a'.repeat(5_000), '>'.repeat(10_000), '`'.repeat(9_999), '**'.repeat(5_000), '[a]('.repeat(2_500), '_('.repeat(5_000), '- '.repeat(5_000), '\\'.repeat(10_000)]) {
    const deep = (value: unknown): number => (Array.isArray(value) ? Math.max(0, ...value.map(deep)) : typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(deep)) : 0);
    expect(deep(parseMarkdown(bomb))).toBeLessThan(16);
  }
});
