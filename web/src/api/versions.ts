import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { answer, api } from './client';

export const versionsQuery = (domain: string, name: string, cursor?: string) =>
  queryOptions({
    queryKey: ['versions', domain, name, cursor ?? ''],
    queryFn: () => answer(api.GET('/api/v1/products/{domain}/{name}/versions', { params: { path: { domain, name }, query: cursor ? { cursor } : {} } })),
    placeholderData: keepPreviousData,
  });

export const differenceQuery = (domain: string, name: string, from: number, to: number) =>
  queryOptions({
    queryKey: ['difference', domain, name, from, to],
    queryFn: () => answer(api.GET('/api/v1/products/{domain}/{name}/versions/{version}/difference', { params: { path: { domain, name, version: String(to) }, query: { from } } })),
    // Versions never change.
    staleTime: Number.POSITIVE_INFINITY,
  });

export const versionQuery = (domain: string, name: string, version: number) =>
  queryOptions({
    queryKey: ['version', domain, name, version],
    queryFn: () => answer(api.GET('/api/v1/products/{domain}/{name}/versions/{version}', { params: { path: { domain, name, version: String(version) } } })),
    staleTime: Number.POSITIVE_INFINITY,
  });
