export interface GovernSearch {
  /** The rule whose products are listed. */
  rule?: string;
}

export function readGovernSearch(raw: Record<string, string>): GovernSearch {
  return raw.rule ? { rule: raw.rule } : {};
}

export interface HistorySearch {
  version?: number;
}

export function readHistorySearch(raw: Record<string, string>): HistorySearch {
  const version = Number(raw.version);
  return raw.version !== undefined && Number.isInteger(version) && version >= 0 ? { version } : {};
}
