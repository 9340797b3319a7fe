import { keepPreviousData, QueryClient, queryOptions } from '@tanstack/react-query';
import { answer, api, Refusal, type Schemas } from './client';

// What the screens read. Keys begin with the kind of thing, so that a change names what to fetch again.

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // State is kept current by events (live/), not by age.
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      retry: (count, error) => !(error instanceof Refusal && error.problem.status < 500) && count < 2,
    },
  },
});

export type ProductFilter = {
  q?: string;
  domain?: string[];
  quality?: Schemas['Quality'][];
  sla?: Schemas['SlaTier'][];
  lifecycle?: Schemas['Lifecycle'][];
  tag?: string[];
  history?: Schemas['HistoryKind'][];
  match?: Schemas['MatchIn'][];
  owner?: string[];
  sensitivity?: Schemas['Sensitivity'][];
  format?: string[];
  cluster?: string[];
  region?: string[];
  sort?: Schemas['ProductSort'];
};
/** Products of one answer: a screenful and some more. */
export const pageSize = 50;

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: () => answer(api.GET('/api/v1/me')),
  staleTime: Number.POSITIVE_INFINITY,
});

export const serverQuery = queryOptions({
  queryKey: ['server'],
  queryFn: () => answer(api.GET('/api/v1/server')),
  staleTime: Number.POSITIVE_INFINITY,
});

export const peopleQuery = queryOptions({ queryKey: ['directory', 'people'], queryFn: () => answer(api.GET('/api/v1/people')) });
export const teamsQuery = queryOptions({ queryKey: ['directory', 'teams'], queryFn: () => answer(api.GET('/api/v1/teams')) });
export const domainsQuery = queryOptions({ queryKey: ['directory', 'domains'], queryFn: () => answer(api.GET('/api/v1/domains')) });

export const productsQuery = (filter: ProductFilter) =>
  queryOptions({
    queryKey: ['products', filter],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/products', { params: { query: { ...filter, limit: pageSize } }, signal })),
    placeholderData: keepPreviousData,
  });

/** The page of the same search that begins at `cursor`. */
export function productsPage(filter: ProductFilter, cursor: string) {
  return answer(api.GET('/api/v1/products', { params: { query: { ...filter, limit: pageSize, cursor } } }));
}

export const savedSearchesQuery = queryOptions({
  queryKey: ['saved-searches'],
  queryFn: () => answer(api.GET('/api/v1/me/searches')),
});

export const productQuery = (domain: string, name: string) =>
  queryOptions({
    queryKey: ['product', domain, name],
    queryFn: () => answer(api.GET('/api/v1/products/{domain}/{name}', { params: { path: { domain, name } } })),
    // Whether ports answer is no event.
    refetchInterval: ({ state }) => ((state.data?.health.length ?? 0) > 0 ? 15_000 : false),
  });

export const schemaQuery = (domain: string, name: string, version?: number) =>
  queryOptions({
    queryKey: ['schema', domain, name, version ?? 'newest'],
    queryFn: () =>
      answer(
        api.GET('/api/v1/products/{domain}/{name}/schema', {
          params: { path: { domain, name }, query: version === undefined ? {} : { version } },
        }),
      ),
    placeholderData: keepPreviousData,
  });

/** Asked again while somebody looks: lag is never older than a few seconds. */
export const consumersQuery = (domain: string, name: string) =>
  queryOptions({
    queryKey: ['consumers', domain, name],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/products/{domain}/{name}/consumers', { params: { path: { domain, name } }, signal })),
    staleTime: 2_000,
    refetchInterval: 5_000,
  });

export const differenceQuery = (domain: string, name: string, from: number, to: number) =>
  queryOptions({
    queryKey: ['schema', domain, name, 'difference', from, to],
    queryFn: () => answer(api.GET('/api/v1/products/{domain}/{name}/schema/difference', { params: { path: { domain, name }, query: { from, to } } })),
    placeholderData: keepPreviousData,
  });

export const groupsQuery = (cursor?: string) =>
  queryOptions({
    queryKey: ['groups', cursor ?? ''],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/groups', { params: { query: { limit: 100, ...(cursor ? { cursor } : {}) } }, signal })),
    refetchInterval: 5_000,
  });

export const groupQuery = (group: string) =>
  queryOptions({
    queryKey: ['group', group],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/groups/{group}', { params: { path: { group } }, signal })),
    refetchInterval: 5_000,
  });

export const snippetsQuery = (domain: string, name: string, listener?: string) =>
  queryOptions({
    queryKey: ['snippets', domain, name, listener ?? ''],
    queryFn: () => answer(api.GET('/api/v1/products/{domain}/{name}/snippets', { params: { path: { domain, name }, query: given({ listener }) } })),
    placeholderData: keepPreviousData,
  });

export const samplesQuery = (domain: string, name: string, from: string, limit: number) =>
  queryOptions({
    queryKey: ['samples', domain, name, from, limit],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/products/{domain}/{name}/samples', { params: { path: { domain, name }, query: { from, limit } }, signal }),
      ),
    staleTime: 0,
  });

export interface ScanRange {
  from: string;
  until?: string | undefined;
  where?: string | undefined;
  /** Where a search that ended goes on. */
  cursor?: string | undefined;
}

export const planQuery = (domain: string, name: string, range: ScanRange) =>
  queryOptions({
    queryKey: ['plan', domain, name, range],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/products/{domain}/{name}/samples/plan', { params: { path: { domain, name }, query: given(range) }, signal })),
    staleTime: 5_000,
  });

export function scanStep(domain: string, name: string, where: string | undefined, cursor: string, limit: number, signal: AbortSignal) {
  return answer(
    api.GET('/api/v1/products/{domain}/{name}/samples/scan', { params: { path: { domain, name }, query: { ...given({ where }), cursor, limit } }, signal }),
  );
}

/** Only what is there: a query string has no undefined. */
function given<T extends object>(query: T) {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as { [Name in keyof T]: Exclude<T[Name], undefined> };
}

export const recordQuery = (domain: string, name: string, partition: number, offset: number) =>
  queryOptions({
    queryKey: ['record', domain, name, partition, offset],
    queryFn: () =>
      answer(
        api.GET('/api/v1/products/{domain}/{name}/records/{partition}/{offset}', {
          params: { path: { domain, name, partition, offset } },
        }),
      ),
    // A record never changes.
    staleTime: Number.POSITIVE_INFINITY,
  });

export const topicsQuery = (candidate: boolean) =>
  queryOptions({
    queryKey: ['topics', candidate],
    queryFn: () => answer(api.GET('/api/v1/topics', { params: { query: candidate ? { candidate } : {} } })),
  });

export const topicQuery = (topic: string) =>
  queryOptions({
    queryKey: ['topic', topic],
    queryFn: () => answer(api.GET('/api/v1/topics/{topic}', { params: { path: { topic } } })),
  });

export const checkQuery = (draft: Schemas['ProductDraft']) =>
  queryOptions({
    queryKey: ['check', draft],
    queryFn: ({ signal }) => answer(api.POST('/api/v1/products/check', { body: draft, signal })),
    placeholderData: keepPreviousData,
    staleTime: 5_000,
  });

export const auditQuery = (cursor?: string) =>
  queryOptions({
    queryKey: ['audit', cursor ?? ''],
    queryFn: () => answer(api.GET('/api/v1/audit', { params: { query: { limit: 100, ...(cursor ? { cursor } : {}) } } })),
  });

export const settingsQuery = queryOptions({ queryKey: ['settings'], queryFn: () => answer(api.GET('/api/v1/settings')) });
