// A small Markdown: paragraphs, headings, lists, quotes, code, emphasis, links. Everything else stays text as it was
// written: raw HTML is text, an address that is not http, https or mailto is text. Bounded in depth and linear in length.

export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'strong' | 'em'; children: Inline[] }
  | { kind: 'link'; href: string; children: Inline[] }
  | { kind: 'break' };

export type Block =
  | { kind: 'paragraph' | 'heading'; children: Inline[] }
  | { kind: 'list'; ordered: boolean; items: Inline[][] }
  | { kind: 'quote'; children: Block[] }
  | { kind: 'code'; text: string }
  | { kind: 'rule' };

const depthMax = 4;

/** An address that a link may lead to; undefined for javascript:, data: and all that. */
export function safeHref(text: string): string | undefined {
  if (!/^(https?:\/\/|mailto:)[^\s"'<>\\^`{|}\u0000-\u0020]+$/i.test(text)) return undefined;
  try {
    const url = new URL(text);
    return ['http:', 'https:', 'mailto:'].includes(url.protocol) && url.username === '' && url.password === '' ? url.href : undefined;
  } catch {
    return undefined;
  }
}

export function parseMarkdown(text: string): Block[] {
  return blocksOf(text.replaceAll('\r\n', '\n').split('\n'), 0);
}

const item = /^\s{0,3}(?:[-*+]|(\d{1,9})[.)])\s+(.*)$/;

function blocksOf(lines: string[], depth: number): Block[] {
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? '';
    const text = line.trim();
    if (text === '') {
      at++;
    } else if (text.startsWith('```')) {
      const code: string[] = [];
      for (at++; at < lines.length && !(lines[at] ?? '').trim().startsWith('```'); at++) code.push(lines[at] ?? '');
      at++;
      blocks.push({ kind: 'code', text: code.join('\n') });
    } else if (/^([-*_])(\s*\1){2,}$/.test(text)) {
      blocks.push({ kind: 'rule' });
      at++;
    } else if (/^#{1,6}\s/.test(text)) {
      blocks.push({ kind: 'heading', children: inlinesOf(text.replace(/^#+\s+/, '').replace(/\s+#+$/, ''), 0) });
      at++;
    } else if (text.startsWith('>') && depth < depthMax) {
      const quoted: string[] = [];
      for (; at < lines.length && (lines[at] ?? '').trim().startsWith('>'); at++) quoted.push((lines[at] ?? '').trim().slice(1).replace(/^ /, ''));
      blocks.push({ kind: 'quote', children: blocksOf(quoted, depth + 1) });
    } else if (item.test(line)) {
      const ordered = item.exec(line)?.[1] !== undefined;
      const items: string[] = [];
      for (; at < lines.length; at++) {
        const next = lines[at] ?? '';
        const found = item.exec(next);
        if (found) items.push(found[2] ?? '');
        else if (next.trim() !== '' && /^\s+/.test(next)) items.push(`${items.pop() ?? ''}\n${next.trim()}`);
        else break;
      }
      blocks.push({ kind: 'list', ordered, items: items.map((each) => inlinesOf(each, 0)) });
    } else {
      const paragraph: string[] = [];
      for (; at < lines.length; at++) {
        const next = lines[at] ?? '';
        if (next.trim() === '' || (paragraph.length > 0 && (next.trim().startsWith('```') || /^#{1,6}\s/.test(next.trim()) || item.test(next)))) break;
        paragraph.push(next);
      }
      blocks.push({ kind: 'paragraph', children: inlinesOf(paragraph.map((each) => each.replace(/\s+$/, (space) => (space.length > 1 ? '  ' : ''))).join('\n'), 0) });
    }
  }
  return blocks;
}

/** Where `mark` is closed, at most so far away that hostile text costs no more than its length. */
function closing(text: string, mark: string, from: number): number {
  const end = text.slice(from, from + 2000).indexOf(mark);
  return end <= 0 ? -1 : from + end;
}

function inlinesOf(text: string, depth: number): Inline[] {
  const out: Inline[] = [];
  let plain = '';
  const flush = () => {
    if (plain) out.push({ kind: 'text', text: plain });
    plain = '';
  };
  const push = (inline: Inline) => {
    flush();
    out.push(inline);
  };
  for (let at = 0; at < text.length; ) {
    const sign = text[at] ?? '';
    const two = text.slice(at, at + 2);
    if (sign === '\\' && /[\\`*_[\]()#>+.!~|-]/.test(text[at + 1] ?? '')) {
      plain += text[at + 1];
      at += 2;
      continue;
    }
    if (sign === '`') {
      const end = closing(text, '`', at + 1);
      if (end > 0) {
        push({ kind: 'code', text: text.slice(at + 1, end) });
        at = end + 1;
        continue;
      }
    } else if (depth < depthMax && (two === '**' || two === '__')) {
      const end = closing(text, two, at + 2);
      if (end > 0) {
        push({ kind: 'strong', children: inlinesOf(text.slice(at + 2, end), depth + 1) });
        at = end + 2;
        continue;
      }
    } else if (depth < depthMax && (sign === '*' || (sign === '_' && !/[\p{L}\p{N}]/u.test(text[at - 1] ?? '')))) {
      const end = closing(text, sign, at + 1);
      if (end > 0 && !/\s/.test(text[at + 1] ?? ' ') && !(sign === '_' && /[\p{L}\p{N}]/u.test(text[end + 1] ?? ''))) {
        push({ kind: 'em', children: inlinesOf(text.slice(at + 1, end), depth + 1) });
        at = end + 1;
        continue;
      }
    } else if (sign === '[' && depth < depthMax) {
      const middle = closing(text, '](', at + 1);
      const end = middle > 0 ? closing(text, ')', middle + 2) : -1;
      const href = end > 0 ? safeHref(text.slice(middle + 2, end).trim()) : undefined;
      if (href !== undefined) {
        push({ kind: 'link', href, children: inlinesOf(text.slice(at + 1, middle), depthMax) });
        at = end + 1;
        continue;
      }
    } else if (sign === 'h' && depth < depthMax && !/[\p{L}\p{N}]/u.test(text[at - 1] ?? '')) {
      const bare = /^https?:\/\/[^\s<>"'`\\^{|}]+/.exec(text.slice(at, at + 2000))?.[0].replace(/[.,;:!?)]+$/, '');
      const href = bare === undefined ? undefined : safeHref(bare);
      if (bare !== undefined && href !== undefined) {
        push({ kind: 'link', href, children: [{ kind: 'text', text: bare }] });
        at += bare.length;
        continue;
      }
    } else if (sign === '\n') {
      if (plain.endsWith('  ')) {
        plain = plain.trimEnd();
        push({ kind: 'break' });
      } else plain += ' ';
      at++;
      continue;
    }
    plain += sign;
    at++;
  }
  flush();
  return out;
}
