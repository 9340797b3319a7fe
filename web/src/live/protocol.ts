import type { Schemas } from '../api/client';

// What tabs and the keeper of the event stream say to each other; GET /api/v1/events is described in openapi.yaml.

export type StreamState = 'connecting' | 'live' | 'reconnecting' | 'offline';

export interface EventMap {
  hello: Schemas['HelloEvent'];
  reset: Schemas['ResetEvent'];
  product: Schemas['ProductEvent'];
  topic: Schemas['TopicEvent'];
  directory: Schemas['DirectoryEvent'];
  inbox: Schemas['InboxEvent'];
  audit: Schemas['AuditEntry'];
  rules: Schemas['RulesEvent'];
  metrics: Schemas['MetricsEvent'];
  tail: Schemas['TailEvent'];
  tail_ended: Schemas['TailEndedEvent'];
}
export type EventName = keyof EventMap;
export const eventNames: readonly EventName[] = [
  'hello',
  'reset',
  'product',
  'topic',
  'directory',
  'inbox',
  'audit',
  'rules',
  'metrics',
  'tail',
  'tail_ended',
];
export type LiveEvent = { [Name in EventName]: { name: Name; data: EventMap[Name] } }[EventName];

/** From a tab: everything it listens to now. `since` is the sequence of the state it shows. */
export interface Wish {
  subjects: string[];
  since?: string | undefined;
}

export type ToKeeper =
  | { kind: 'join'; lock: string }
  | { kind: 'wish'; wish: Wish }
  /** The session has changed: open the stream again as the new principal. */
  | { kind: 'reopen' }
  | { kind: 'leave' };

export type FromKeeper =
  | { kind: 'state'; state: StreamState; attempt: number }
  | { kind: 'event'; event: LiveEvent }
  | { kind: 'refused'; subject: string; why: string };

/** Whether an event belongs to somebody who listens to `subjects`. */
export function concerns(event: LiveEvent, subjects: ReadonlySet<string>): boolean {
  switch (event.name) {
    case 'hello':
      return false;
    case 'reset':
      return true;
    case 'product':
      return subjects.has('products') || subjects.has(`product:${event.data.product}`);
    case 'topic':
      return subjects.has('topics');
    case 'directory':
      return subjects.has('directory');
    case 'inbox':
      return subjects.has('inbox');
    case 'audit':
      return subjects.has('audit');
    case 'rules':
      return subjects.has('rules');
    case 'metrics':
      return event.data.rows.some((row) => subjects.has(row.subject));
    case 'tail':
    case 'tail_ended':
      return subjects.has(tailSubject(event.data.product, event.data.where));
  }
}

/** A product's new records, all or those that match a filter. */
export function tailSubject(product: string, where = ''): string {
  return where === '' ? `tail:${product}` : `tail:${product} where ${where}`;
}
