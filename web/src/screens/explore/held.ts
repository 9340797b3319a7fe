import type { Schemas } from '../../api/client';

type Hit = Schemas['ProductHit'];

export interface Held {
  rows: { hit: Hit; gone: boolean }[];
  /** Matches that are not on screen yet. */
  waiting: number;
}

/**
 * Nothing moves under the reader: rows on screen keep their places, get their newest content, and say when they are
 * gone; what is new waits to be shown. `complete`: `latest` is all that matches, so that what is not in it is gone.
 */
export function holdPlaces(shown: readonly Hit[], latest: readonly Hit[], complete = true): Held {
  const byId = new Map(latest.map((hit) => [hit.product.id, hit]));
  const rows = shown.map((hit) => {
    const newest = byId.get(hit.product.id);
    byId.delete(hit.product.id);
    return { hit: newest ?? hit, gone: complete && newest === undefined };
  });
  return { rows, waiting: byId.size };
}
