import { type RefObject, useEffect, useState } from 'react';
import { type Range, visibleRange } from './visible';

/** The rows of `count` that are near the window, as it scrolls. Rows are all `rowHeight` high, below `body`'s top. */
export function useVisible(body: RefObject<HTMLElement | null>, count: number, rowHeight: number): Range {
  const [range, setRange] = useState(() => visibleRange(count, rowHeight, 0, innerHeight));
  useEffect(() => {
    const look = () => {
      if (!body.current) return;
      const next = visibleRange(count, rowHeight, body.current.getBoundingClientRect().top, innerHeight);
      setRange((before) => (before.first === next.first && before.last === next.last ? before : next));
    };
    look();
    // Whatever scrolls: the page, or the main area.
    document.addEventListener('scroll', look, { capture: true, passive: true });
    addEventListener('resize', look);
    return () => {
      document.removeEventListener('scroll', look, { capture: true });
      removeEventListener('resize', look);
    };
  }, [body, count, rowHeight]);
  return { first: Math.min(range.first, count), last: Math.min(range.last, count) };
}
