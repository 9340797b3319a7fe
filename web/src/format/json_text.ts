// JSON as text, never through numbers of JavaScript: 64-bit integers and decimals are shown digit for digit.

export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'word';

export interface JsonNode {
  kind: JsonKind;
  /** As it stands in the text: a string with its quotes, a number digit for digit. */
  raw: string;
  entries: { key: string | undefined; value: JsonNode }[];
}

const depthMax = 200;

/** Reads one JSON text; undefined where it is none, or nested deeper than anybody reads. */
export function parseJsonText(text: string): JsonNode | undefined {
  const token = /\s*(?:([{}[\],:])|("(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null))/y;
  // The token that was read last: a mark, or a scalar.
  const at: { mark: string | undefined; scalar: JsonNode | undefined } = { mark: undefined, scalar: undefined };

  function next(): boolean {
    const match = token.exec(text);
    if (!match) return false;
    at.mark = match[1];
    const raw = match[2] ?? match[3] ?? match[4] ?? '';
    at.scalar = at.mark ? undefined : { kind: match[2] ? 'string' : match[3] ? 'number' : 'word', raw, entries: [] };
    return true;
  }

  function value(depth: number): JsonNode | undefined {
    if (at.scalar) return at.scalar;
    if (depth > depthMax || (at.mark !== '{' && at.mark !== '[')) return undefined;
    const node: JsonNode = { kind: at.mark === '{' ? 'object' : 'array', raw: '', entries: [] };
    const end = node.kind === 'object' ? '}' : ']';
    if (!next()) return undefined;
    if (isMark(end)) return node;
    for (;;) {
      let key: string | undefined;
      if (node.kind === 'object') {
        const name = at.scalar as JsonNode | undefined;
        if (name?.kind !== 'string' || !next() || !isMark(':') || !next()) return undefined;
        key = unquote(name.raw);
      }
      const item = value(depth + 1);
      if (!item) return undefined;
      node.entries.push({ key, value: item });
      if (!next()) return undefined;
      if (isMark(end)) return node;
      if (!isMark(',') || !next()) return undefined;
    }
  }

  function isMark(mark: string): boolean {
    return at.mark === mark;
  }

  if (!next()) return undefined;
  const root = value(0);
  return root && text.slice(token.lastIndex).trim() === '' ? root : undefined;
}

/** The text of a string without quotes and escapes; of anything else as it stands. */
export function unquote(raw: string): string {
  if (!raw.startsWith('"')) return raw;
  try {
    return JSON.parse(raw) as string;
  } catch {
    return raw.slice(1, -1);
  }
}

/** One line for a table cell. Avro's JSON writes a nullable value as {"type": value}; readers want the value. */
export function cellText(node: JsonNode): string {
  if (node.kind === 'string') return unquote(node.raw);
  if (node.kind === 'number' || node.kind === 'word') return node.raw;
  const only = node.entries[0];
  if (node.kind === 'object' && node.entries.length === 1 && only?.key && avroTypes.has(only.key)) return cellText(only.value);
  const inside = node.entries.map(({ key, value }) => (key === undefined ? '' : `${key}: `) + cellText(value)).join(', ');
  return node.kind === 'object' ? `{${inside}}` : `[${inside}]`;
}

const avroTypes = new Set(['string', 'int', 'long', 'float', 'double', 'boolean', 'bytes']);

export type JsonToken = { kind: 'key' | 'string' | 'number' | 'word' | 'plain'; text: string };

/** Pretty lines of coloured tokens, two spaces deep. */
export function prettyTokens(node: JsonNode): JsonToken[] {
  const tokens: JsonToken[] = [];
  const plain = (text: string) => tokens.push({ kind: 'plain', text });
  function write(at: JsonNode, indent: string) {
    if (at.kind !== 'object' && at.kind !== 'array') {
      tokens.push({ kind: at.kind, text: at.raw });
      return;
    }
    const [open, close] = at.kind === 'object' ? ['{', '}'] : ['[', ']'];
    if (at.entries.length === 0) {
      plain(`${open}${close}`);
      return;
    }
    plain(`${open}\n`);
    at.entries.forEach(({ key, value }, index) => {
      plain(`${indent}  `);
      if (key !== undefined) {
        tokens.push({ kind: 'key', text: JSON.stringify(key) });
        plain(': ');
      }
      write(value, `${indent}  `);
      plain(index < at.entries.length - 1 ? ',\n' : '\n');
    });
    plain(`${indent}${close}`);
  }
  write(node, '');
  return tokens;
}
