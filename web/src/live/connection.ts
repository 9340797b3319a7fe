import type { Connection } from './keeper';
import { eventNames, type LiveEvent } from './protocol';

/** The keeper's connection to the server of this page, from a worker or from a page. */
export const serverConnection: Connection = {
  open(on) {
    // EventSource would reconnect by itself, with its own pauses and without saying so: the keeper does that.
    const source = new EventSource('/api/v1/events');
    for (const name of eventNames) {
      source.addEventListener(name, (message: MessageEvent<string>) => {
        on.event({ name, data: JSON.parse(message.data) } as LiveEvent, message.lastEventId);
      });
    }
    source.onerror = () => {
      source.close();
      on.fail();
    };
    return () => source.close();
  },

  async put(stream, wish) {
    try {
      const response = await fetch(`/api/v1/events/${encodeURIComponent(stream)}/subscriptions`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(wish),
      });
      if (response.ok) return await response.json();
      // A list that the server refuses as a whole would be refused again: only a lost stream is worth a new one.
      return response.status === 404 || response.status >= 500 ? 'gone' : { refused: [] };
    } catch {
      return 'gone';
    }
  },

  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
