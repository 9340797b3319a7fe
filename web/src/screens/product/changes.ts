/** "ports[api].address" in words. */
export function fieldWord(field: string): string {
  const words: Record<string, string> = { sla: 'SLA tier', 'deprecation.ends_on': 'last day', 'deprecation.reason': 'reason', 'deprecation.successor': 'successor', 'support.title': 'support', 'support.url': 'support address' };
  const known = words[field];
  if (known) return known;
  const inList = /^(\w+)\[(.*)\](?:\.(.+))?$/s.exec(field);
  if (inList) {
    const [, list = '', name = '', member] = inList;
    const one = list.replace(/s$/, '');
    return member && member !== 'url' ? `${one} ${name}: ${member.replaceAll('_', ' ')}` : `${one} ${name}`;
  }
  const attribute = /^attributes\.(.+)$/.exec(field)?.[1];
  return attribute ? `attribute ${attribute}` : field.replaceAll('_', ' ');
}

export function fieldText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join(', ');
  return JSON.stringify(value, null, typeof value === 'object' ? 2 : undefined);
}

export interface Line {
  change: 'same' | 'added' | 'removed';
  text: string;
}

const linesMax = 400;

/** A difference by lines: the longest common ones stay. Texts of more lines are shown one after the other. */
export function lineDifference(before: string, after: string): Line[] {
  const [a, b] = [before.split('\n'), after.split('\n')];
  if (a.length > linesMax || b.length > linesMax) return [...a.map((text): Line => ({ change: 'removed', text })), ...b.map((text): Line => ({ change: 'added', text }))];
  // common[i][j]: how many lines a from i and b from j have in common.
  const common = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  const at = (i: number, j: number) => common[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) for (let j = b.length - 1; j >= 0; j--) (common[i] as Uint16Array)[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const lines: Line[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ change: 'same', text: a[i] ?? '' });
      i++;
      j++;
    } else if (i < a.length && (j >= b.length || at(i + 1, j) >= at(i, j + 1))) lines.push({ change: 'removed', text: a[i++] ?? '' });
    else lines.push({ change: 'added', text: b[j++] ?? '' });
  }
  return lines;
}
