import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { answer, api } from './client';

// The governors' document of rules: what it says, and what it does to every product.

export const rulesQuery = queryOptions({ queryKey: ['rules'], queryFn: () => answer(api.GET('/api/v1/rules')) });

export const rulesVersionsQuery = queryOptions({ queryKey: ['rules', 'versions'], queryFn: () => answer(api.GET('/api/v1/rules/versions')) });

export const rulesVersionQuery = (version: number) =>
  queryOptions({
    queryKey: ['rules', 'version', version],
    queryFn: () => answer(api.GET('/api/v1/rules/versions/{version}', { params: { path: { version: String(version) } } })),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const rulesCheckQuery = (text: string) =>
  queryOptions({
    queryKey: ['rules', 'check', text],
    queryFn: ({ signal }) => answer(api.POST('/api/v1/rules/check', { body: { text }, signal })),
    placeholderData: keepPreviousData,
  });

/** How the products are by the rules in force. */
export const complianceQuery = queryOptions({
  queryKey: ['rules', 'compliance'],
  queryFn: ({ signal }) => answer(api.POST('/api/v1/rules/trial', { body: { limit: 1 }, signal })),
});

/** One page of the products that do not just pass: of the rules in force, or of a text; of one rule, or of all. */
export function tryRules({ text, rule, cursor, limit = 20 }: { text?: string | undefined; rule?: string | undefined; cursor?: string | undefined; limit?: number }) {
  const body = { limit, ...(text === undefined ? {} : { text }), ...(rule === undefined ? {} : { rule }), ...(cursor === undefined ? {} : { cursor }) };
  return answer(api.POST('/api/v1/rules/trial', { body }));
}
