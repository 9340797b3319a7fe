/** Rows are drawn in blocks of so many, so that scrolling by a row draws nothing new. */
const block = 10;

export interface Range {
  first: number;
  /** Exclusive. */
  last: number;
}

/** Which rows of a list lie in the window or near it. `top`: where the list begins, from the window's top edge. */
export function visibleRange(count: number, rowHeight: number, top: number, windowHeight: number): Range {
  const first = Math.floor(-top / rowHeight / block) * block - block;
  const last = Math.ceil((windowHeight - top) / rowHeight / block) * block + block;
  return { first: Math.min(Math.max(0, first), count), last: Math.max(0, Math.min(count, last)) };
}
