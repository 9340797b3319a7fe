import { useCallback, useRef, useState } from 'react';
import type { Schemas } from '../../api/client';
import { productsPage, type ProductFilter } from '../../api/queries';

type Hit = Schemas['ProductHit'];

/** What follows the first page of a search, a page at a time. A new search (`key`) begins without any. */
export function usePages(key: string, filter: ProductFilter, firstCursor: string | null) {
  const [pages, setPages] = useState<{ key: string; hits: Hit[]; cursor: string | null }>();
  const asked = useRef<string | undefined>(undefined);
  const mine = pages?.key === key ? pages : undefined;
  const cursor = mine ? mine.cursor : firstCursor;
  const more = useCallback(() => {
    if (!cursor || asked.current === cursor) return;
    asked.current = cursor;
    productsPage(filter, cursor).then(
      (page) => setPages((before) => ({ key, hits: [...(before?.key === key ? before.hits : []), ...page.hits], cursor: page.next_cursor })),
      // Asked again when the reader scrolls on.
      () => (asked.current = undefined),
    );
  }, [key, filter, cursor]);
  return { hits: mine?.hits ?? noHits, more: cursor ? more : undefined };
}

const noHits: Hit[] = [];
