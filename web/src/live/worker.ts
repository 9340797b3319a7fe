import { serverConnection } from './connection';
import { Keeper } from './keeper';
import type { FromKeeper, ToKeeper } from './protocol';

// The SharedWorker: one event stream for all tabs of this browser. With a stream per tab the seventh tab would never
// load, as a browser opens six connections to one HTTP/1.1 server.

const keeper = new Keeper(serverConnection);

(globalThis as unknown as { onconnect: (event: MessageEvent) => void }).onconnect = (event) => {
  const port = event.ports[0] as MessagePort;
  const send = (message: FromKeeper) => port.postMessage(message);
  let tab: number | undefined;
  const leave = () => {
    if (tab !== undefined) keeper.leave(tab);
    tab = undefined;
  };
  port.onmessage = ({ data }: MessageEvent<ToKeeper>) => {
    if (data.kind === 'join') {
      leave();
      const joined = keeper.join(send);
      tab = joined;
      // A port never says that its tab is gone; the lock it holds becomes free when it is.
      void navigator.locks?.request(data.lock, () => keeper.leave(joined));
    } else if (data.kind === 'leave') leave();
    else if (data.kind === 'reopen') keeper.reopen();
    else if (tab !== undefined) keeper.wish(tab, data.wish);
  };
};
