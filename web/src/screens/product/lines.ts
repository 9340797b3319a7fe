export interface Line {
  change: 'same' | 'added' | 'removed';
  text: string;
}

/** Beyond this many pairs of lines the middle is shown as replaced whole. */
const pairsMax = 4_000_000;

/** What differs between two texts, line by line: removed lines stand before those that replace them. */
export function compareLines(before: string, after: string): Line[] {
  const a = before.split('\n');
  const b = after.split('\n');
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const same = (lines: string[]): Line[] => lines.map((text) => ({ change: 'same', text }));
  return [
    ...same(a.slice(0, start)),
    ...middle(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...same(a.slice(a.length - end)),
  ];
}

function middle(a: string[], b: string[]): Line[] {
  const removed = (lines: string[]): Line[] => lines.map((text) => ({ change: 'removed', text }));
  const added = (lines: string[]): Line[] => lines.map((text) => ({ change: 'added', text }));
  if (a.length * b.length > pairsMax) return [...removed(a), ...added(b)];
  // Longest common subsequence: how many lines are the same from here to the end.
  const width = b.length + 1;
  const common = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number) => common[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) common[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  }
  const lines: Line[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ change: 'same', text: a[i] ?? '' });
      i += 1;
      j += 1;
    } else if (i < a.length && (j === b.length || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ change: 'removed', text: a[i] ?? '' });
      i += 1;
    } else {
      lines.push({ change: 'added', text: b[j] ?? '' });
      j += 1;
    }
  }
  return lines;
}

/** JSON with one member a line, so that lines can be compared; other texts as they are. */
export function spread(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
