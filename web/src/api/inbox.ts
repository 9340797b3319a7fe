import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { answer, api, type Schemas } from './client';

// Questions, asks, announcements, and what a person follows.

export const inboxQuery = (view: Schemas['InboxView'], kind?: Schemas['ConversationKind']) =>
  queryOptions({
    queryKey: ['inbox', view, kind ?? ''],
    queryFn: () => answer(api.GET('/api/v1/inbox', { params: { query: { view, ...(kind ? { kind } : {}) } } })),
  });

/** How much waits, for the top bar. */
export const inboxCountQuery = queryOptions({
  queryKey: ['inbox', 'count'],
  queryFn: () => answer(api.GET('/api/v1/inbox', { params: { query: { limit: 1 } } })),
});

export const conversationQuery = (number: string) =>
  queryOptions({
    queryKey: ['conversation', number],
    queryFn: () => answer(api.GET('/api/v1/inbox/{number}', { params: { path: { number } } })),
  });

export const productConversationsQuery = (domain: string, name: string) =>
  queryOptions({
    queryKey: ['conversations', domain, name],
    queryFn: () => answer(api.GET('/api/v1/products/{domain}/{name}/conversations', { params: { path: { domain, name } } })),
  });

export const followsQuery = queryOptions({ queryKey: ['personal', 'follows'], queryFn: () => answer(api.GET('/api/v1/me/follows')) });
export const newsQuery = queryOptions({ queryKey: ['personal', 'news'], queryFn: () => answer(api.GET('/api/v1/me/news')) });

/** What a change of a conversation makes old. */
export async function refreshConversations(client: QueryClient) {
  await Promise.all(
    ['inbox', 'conversation', 'conversations', 'personal'].map((kind) => client.invalidateQueries({ queryKey: [kind] })),
  );
}

export async function follow(client: QueryClient, domain: string, name: string, on: boolean) {
  const path = { params: { path: { domain, name } } };
  await answer(on ? api.PUT('/api/v1/products/{domain}/{name}/follow', path) : api.DELETE('/api/v1/products/{domain}/{name}/follow', path));
  await client.invalidateQueries({ queryKey: ['personal'] });
}
