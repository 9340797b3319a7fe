export interface DiffLine {
  change: 'same' | 'added' | 'removed';
  text: string;
}

// Above this many pairs of lines the middle is shown as removed and added whole: a page must not stall.
const pairsMax = 4_000_000;

/** What became of `before`, line by line (longest common subsequence). */
export function diffLines(before: string, after: string): DiffLine[] {
  const from = before.split('\n');
  const to = after.split('\n');
  let head = 0;
  while (head < from.length && head < to.length && from[head] === to[head]) head += 1;
  let tail = 0;
  while (tail < from.length - head && tail < to.length - head && from[from.length - 1 - tail] === to[to.length - 1 - tail]) tail += 1;
  const lines = (texts: string[], change: DiffLine['change']) => texts.map((text): DiffLine => ({ change, text }));
  return [
    ...lines(from.slice(0, head), 'same'),
    ...middle(from.slice(head, from.length - tail), to.slice(head, to.length - tail)),
    ...lines(from.slice(from.length - tail), 'same'),
  ];
}

function middle(from: string[], to: string[]): DiffLine[] {
  if (from.length * to.length > pairsMax) {
    return [...from.map((text): DiffLine => ({ change: 'removed', text })), ...to.map((text): DiffLine => ({ change: 'added', text }))];
  }
  // common[i][j]: how many lines from[i…] and to[j…] have in common, in order.
  const width = to.length + 1;
  const common = new Uint32Array((from.length + 1) * width);
  for (let i = from.length - 1; i >= 0; i -= 1) {
    for (let j = to.length - 1; j >= 0; j -= 1) {
      common[i * width + j] = from[i] === to[j] ? (common[(i + 1) * width + j + 1] ?? 0) + 1 : Math.max(common[(i + 1) * width + j] ?? 0, common[i * width + j + 1] ?? 0);
    }
  }
  const out: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < from.length || j < to.length) {
    if (i < from.length && j < to.length && from[i] === to[j]) {
      out.push({ change: 'same', text: from[i] ?? '' });
      i += 1;
      j += 1;
    } else if (i < from.length && (j === to.length || (common[(i + 1) * width + j] ?? 0) >= (common[i * width + j + 1] ?? 0))) {
      out.push({ change: 'removed', text: from[i] ?? '' });
      i += 1;
    } else {
      out.push({ change: 'added', text: to[j] ?? '' });
      j += 1;
    }
  }
  return out;
}

/** Where a place of a text is, counted in characters from its start. */
export function offsetOf(text: string, line: number, column: number) {
  const lines = text.split('\n');
  const before = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  return Math.min(text.length, before + Math.min(column - 1, lines[line - 1]?.length ?? 0));
}
