import type { Schemas } from '../../api/client';
import type { ProductFilter } from '../../api/queries';
import { many, one, oneOf, type RawSearch } from '../../frame/search';

export interface ExploreSearch {
  q?: string | undefined;
  match?: Schemas['MatchIn'][] | undefined;
  domain?: string[] | undefined;
  owner?: string[] | undefined;
  quality?: Schemas['Quality'][] | undefined;
  /** "1" to "3", as in the address. */
  sla?: string[] | undefined;
  lifecycle?: Schemas['Lifecycle'][] | undefined;
  history?: Schemas['HistoryKind'][] | undefined;
  tag?: string[] | undefined;
  sensitivity?: Schemas['Sensitivity'][] | undefined;
  format?: string[] | undefined;
  cluster?: string[] | undefined;
  region?: string[] | undefined;
  sort?: Schemas['ProductSort'] | undefined;
}

export type FacetName = keyof Schemas['Facets'];

const matches = ['name', 'domain', 'team', 'tag', 'attribute', 'description', 'field_name', 'field_doc'] as const;
export const sorts = ['best', 'name', 'rate', 'freshness', 'newest'] as const;

/** What an address says, without what it cannot mean. */
export function readExploreSearch(raw: RawSearch): ExploreSearch {
  return {
    q: one(raw.q),
    match: many(raw.match, matches),
    domain: many(raw.domain),
    owner: many(raw.owner),
    quality: many(raw.quality, ['authoritative', 'curated', 'raw'] as const),
    sla: many(raw.sla, ['1', '2', '3'] as const),
    lifecycle: many(raw.lifecycle, ['live', 'deprecated', 'retired'] as const),
    history: many(raw.history, ['everything', 'recent', 'latest_per_key'] as const),
    tag: many(raw.tag),
    format: many(raw.format),
    cluster: many(raw.cluster),
    region: many(raw.region),
    sort: oneOf(raw.sort, sorts),
  };
}

export function toFilter(search: ExploreSearch): ProductFilter {
  const { sla, ...rest } = search;
  const filter = { ...rest, sla: sla?.map(Number) as Schemas['SlaTier'][] | undefined };
  // Places to match in mean nothing without words.
  if (!filter.q) filter.match = undefined;
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

export const facetNames = ['match', 'domain', 'quality', 'sla', 'lifecycle', 'sensitivity', 'history', 'owner', 'tag', 'format', 'cluster', 'region'] as const satisfies readonly FacetName[];

export function isChecked(search: ExploreSearch, facet: FacetName, value: string): boolean {
  return (search[facet] as string[] | undefined)?.includes(value) ?? false;
}

export function toggled(search: ExploreSearch, facet: FacetName, value: string): ExploreSearch {
  const before = (search[facet] as string[] | undefined) ?? [];
  const after = before.includes(value) ? before.filter((item) => item !== value) : [...before, value];
  return { ...search, [facet]: after.length > 0 ? after : undefined };
}

/** How many filters are on, the words aside. */
export function filterCount(search: ExploreSearch): number {
  return facetNames.reduce((sum, facet) => sum + (search[facet]?.length ?? 0), 0);
}
