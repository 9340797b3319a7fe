import { concerns, type FromKeeper, type LiveEvent, type StreamState, type Wish } from './protocol';

/** The event stream as the keeper needs it, so that tests can stand in for the network. */
export interface Connection {
  /** Opens GET /api/v1/events; answers with what closes it. After `fail` no more comes from it. */
  open(on: { event: (event: LiveEvent, id: string) => void; fail: () => void }): () => void;
  /** PUT …/subscriptions. `gone`: the server does not know the stream (any more). */
  put(stream: string, wish: Wish): Promise<{ refused: { subject: string; why: string }[] } | 'gone'>;
  after(ms: number, run: () => void): () => void;
}

interface Tab {
  send: (message: FromKeeper) => void;
  subjects: Set<string>;
}

/** The server takes no longer list (openapi.yaml, Subscriptions). */
export const subjectsMax = 500;
const offlineAfterAttempts = 4;

/**
 * Keeps the browser's one event stream: adds up what all tabs listen to, hands each what concerns it, opens the stream
 * again when it breaks and then asks for what was missed. With no tab there is no stream.
 */
export class Keeper {
  private readonly tabs = new Map<number, Tab>();
  private nextTab = 1;
  private state: StreamState = 'connecting';
  private attempt = 0;
  private close: (() => void) | undefined;
  private cancelRetry: (() => void) | undefined;
  private stream: string | undefined;
  /** The newest sequence seen: what came after it is asked for when the stream opens again. */
  private lastSequence: string | undefined;
  /** Lists still to be put, in order, each with the sequence that its tab has seen. */
  private pending: (string | undefined)[] = [];
  private putting = false;

  constructor(private readonly connection: Connection) {}

  join(send: Tab['send']): number {
    const id = this.nextTab++;
    this.tabs.set(id, { send, subjects: new Set() });
    send({ kind: 'state', state: this.state, attempt: this.attempt });
    if (!this.close && !this.cancelRetry) this.connect();
    return id;
  }

  leave(id: number) {
    if (!this.tabs.delete(id)) return;
    if (this.tabs.size === 0) this.disconnect();
    else this.ask(undefined);
  }

  wish(id: number, { subjects, since }: Wish) {
    const tab = this.tabs.get(id);
    if (!tab) return;
    tab.subjects = new Set(subjects);
    this.ask(since);
  }

  /** Now and not at the next attempt: as somebody else, or because the network is back. */
  reopen() {
    if (this.tabs.size === 0) return;
    this.disconnect();
    this.connect();
  }

  private connect() {
    this.cancelRetry = undefined;
    this.close = this.connection.open({
      event: (event, id) => this.receive(event, id),
      fail: () => this.fail(),
    });
  }

  private disconnect() {
    this.close?.();
    this.cancelRetry?.();
    this.close = undefined;
    this.cancelRetry = undefined;
    this.stream = undefined;
  }

  private fail() {
    this.disconnect();
    if (this.tabs.size === 0) return;
    this.attempt += 1;
    this.tell(this.attempt >= offlineAfterAttempts ? 'offline' : 'reconnecting');
    const wait = Math.min(15_000, 500 * 2 ** (this.attempt - 1));
    this.cancelRetry = this.connection.after(wait, () => this.connect());
  }

  private receive(event: LiveEvent, id: string) {
    if (event.name === 'hello') {
      this.stream = event.data.stream;
      this.pending.unshift(this.lastSequence);
      this.lastSequence ??= event.data.sequence;
      this.attempt = 0;
      this.tell('live');
      void this.flush();
      return;
    }
    if (id) this.lastSequence = id;
    for (const tab of this.tabs.values()) {
      if (concerns(event, tab.subjects)) tab.send({ kind: 'event', event });
    }
  }

  private tell(state: StreamState) {
    this.state = state;
    for (const tab of this.tabs.values()) tab.send({ kind: 'state', state, attempt: this.attempt });
  }

  private ask(since: string | undefined) {
    // Equal sequences need one call: it puts everything that is wished by then.
    if (!this.pending.includes(since)) this.pending.push(since);
    void this.flush();
  }

  private async flush() {
    if (this.putting) return;
    this.putting = true;
    while (this.stream && this.pending.length > 0) {
      const stream = this.stream;
      const since = this.pending.shift();
      const subjects = this.allSubjects();
      const answer = await this.connection.put(stream, since === undefined ? { subjects } : { subjects, since });
      if (stream !== this.stream) continue;
      if (answer === 'gone') this.fail();
      else for (const { subject, why } of answer.refused) this.refuse(subject, why);
    }
    this.putting = false;
  }

  private allSubjects() {
    const all = new Set<string>();
    for (const tab of this.tabs.values()) for (const subject of tab.subjects) all.add(subject);
    return [...all].sort().slice(0, subjectsMax);
  }

  private refuse(subject: string, why: string) {
    for (const tab of this.tabs.values()) {
      if (tab.subjects.has(subject)) tab.send({ kind: 'refused', subject, why });
    }
  }
}
