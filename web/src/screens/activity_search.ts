import { one, type RawSearch } from '../frame/search';

/** Which entries are shown; the words are those of GET /api/v1/audit. */
export interface ActivitySearch {
  action?: string | undefined;
  outcome?: string | undefined;
  principal?: string | undefined;
  subject?: string | undefined;
}

export function readActivitySearch(raw: RawSearch): ActivitySearch {
  return { action: one(raw.action), outcome: one(raw.outcome), principal: one(raw.principal), subject: one(raw.subject) };
}

/** The same as the query of the API call; empty without any filter. */
export function auditQueryText(search: ActivitySearch): string {
  const given = Object.entries(search).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return new URLSearchParams(given).toString();
}
