import { serverConnection } from './connection';
import { Keeper } from './keeper';
import { concerns, type FromKeeper, type LiveEvent, type StreamState, type ToKeeper } from './protocol';
import workerUrl from './worker?sharedworker&url';

// A tab's side of the event stream: components say what they listen to, and hear what concerns them.

interface Listener {
  subjects: ReadonlySet<string>;
  hear: (event: LiveEvent) => void;
}

interface StreamStatus {
  state: StreamState;
  attempt: number;
}

const listeners = new Set<Listener>();
const statusListeners = new Set<() => void>();
let status: StreamStatus = { state: 'connecting', attempt: 0 };
let post: ((message: ToKeeper) => void) | undefined;
let wishPlanned = false;
let plannedSince: string | undefined;

/** Hears every event of `subjects` from the state numbered `since` on, until the returned function is called. */
export function listen(subjects: readonly string[], hear: (event: LiveEvent) => void, since?: string) {
  const listener: Listener = { subjects: new Set(subjects), hear };
  listeners.add(listener);
  planWish(since);
  return () => {
    listeners.delete(listener);
    planWish(undefined);
  };
}

/** The stream runs as whoever opened it: after a change of session it must open again. */
export function reopenStream() {
  post?.({ kind: 'reopen' });
}

export function watchStatus(listener: () => void) {
  statusListeners.add(listener);
  return () => statusListeners.delete(listener);
}

export function streamStatus() {
  return status;
}

/** One message for all that mounts or unmounts together. */
function planWish(since: string | undefined) {
  plannedSince ??= since;
  if (wishPlanned) return;
  wishPlanned = true;
  queueMicrotask(sendWish);
}

function sendWish() {
  const subjects = new Set<string>();
  for (const listener of listeners) for (const subject of listener.subjects) subjects.add(subject);
  post?.({ kind: 'wish', wish: { subjects: [...subjects], since: plannedSince } });
  wishPlanned = false;
  plannedSince = undefined;
}

function receive(message: FromKeeper) {
  if (message.kind === 'state') {
    status = { state: message.state, attempt: message.attempt };
    for (const listener of statusListeners) listener();
  } else if (message.kind === 'event') {
    for (const listener of [...listeners]) {
      if (concerns(message.event, listener.subjects)) listener.hear(message.event);
    }
  }
}

/** Called once, before anything listens. */
export function startLive() {
  if (typeof SharedWorker === 'undefined') startInPage();
  else startInWorker();
  window.addEventListener('online', reopenStream);
}

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): { createScriptURL(url: string): unknown };
}

function startInWorker() {
  // Under Trusted Types a worker's address must come from the one policy that the page is allowed (src/http/assets.h).
  const trusted = (window as { trustedTypes?: TrustedTypes }).trustedTypes;
  const policy = trusted?.createPolicy('weft-worker', { createScriptURL: (url) => url });
  const url = (policy?.createScriptURL(workerUrl) ?? workerUrl) as string;
  const { port } = new SharedWorker(url, { type: 'module', name: 'weft-live' });
  port.onmessage = (event: MessageEvent<FromKeeper>) => receive(event.data);
  post = (message) => port.postMessage(message);
  const lock = `weft-tab-${Math.random().toString(36).slice(2)}`;
  const join = () => {
    post?.({ kind: 'join', lock });
    planWish(undefined);
  };
  const takeLock = navigator.locks
    ? new Promise<void>((taken) => {
        void navigator.locks.request(lock, () => {
          taken();
          return new Promise(() => undefined);
        });
      })
    : Promise.resolve();
  void takeLock.then(join);
  window.addEventListener('pagehide', () => post?.({ kind: 'leave' }));
  window.addEventListener('pageshow', (event) => event.persisted && join());
}

/** Without SharedWorker: a stream of this tab's own, only while it is seen. */
function startInPage() {
  const keeper = new Keeper(serverConnection);
  let tab: number | undefined;
  post = (message) => {
    if (message.kind === 'reopen') keeper.reopen();
    else if (message.kind === 'wish' && tab !== undefined) keeper.wish(tab, message.wish);
  };
  const follow = () => {
    if (document.visibilityState === 'hidden') {
      if (tab !== undefined) keeper.leave(tab);
      tab = undefined;
    } else if (tab === undefined) {
      tab = keeper.join(receive);
      planWish(undefined);
    }
  };
  document.addEventListener('visibilitychange', follow);
  follow();
}
