import { useEffect, useRef, useState } from 'react';
import { scanStep } from '../../api/queries';
import { addStep, matchesAtOnce, plannedScan, type Scan } from './scan';

const stepMatchesMax = 100;

/** A search of which the reader starts every stretch. It ends with the component, and with `stop`. */
export function useScan(domain: string, name: string, where: string | undefined) {
  const [scan, setScan] = useState<Scan>(plannedScan);
  const run = useRef<AbortController>(undefined);
  useEffect(() => () => run.current?.abort(), []);

  const start = async (from: string) => {
    run.current?.abort();
    const { signal } = (run.current = new AbortController());
    let now: Scan = { ...scan, state: 'running', error: undefined, cursor: from, before: scan.state === 'bound' ? scan.scanned.records : scan.before };
    const matchesMax = now.rows.length + matchesAtOnce;
    setScan(now);
    while (now.state === 'running' && now.cursor !== null) {
      try {
        const limit = Math.min(stepMatchesMax, matchesMax - now.rows.length);
        now = addStep(now, await scanStep(domain, name, where, now.cursor, limit, signal), matchesMax);
      } catch (error) {
        // What was found stays, and the cursor is as good as before.
        now = { ...now, state: 'failed', error };
      }
      if (signal.aborted) return;
      setScan(now);
    }
  };
  const stop = () => {
    run.current?.abort();
    setScan((before) => (before.state === 'running' ? { ...before, state: 'stopped' } : before));
  };
  return { scan, start: (cursor: string) => void start(cursor), stop };
}
