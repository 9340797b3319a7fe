import type { Schemas } from '../../api/client';

export interface InboxSearch {
  view?: 'sent' | 'all' | 'news';
  kind?: Schemas['ConversationKind'];
}

/** What the address says; anything else is as if it were not there. */
export function readInboxSearch({ view, kind }: Record<string, string>): InboxSearch {
  const out: InboxSearch = {};
  if (view === 'sent' || view === 'all' || view === 'news') out.view = view;
  if (kind === 'question' || kind === 'ask' || kind === 'announcement') out.kind = kind;
  return out;
}
