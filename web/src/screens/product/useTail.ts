import { useEffect, useRef, useState } from 'react';
import type { Schemas } from '../../api/client';
import { count, duration } from '../../format/quantity';
import { useLive } from '../../live/hooks';
import { addToTail, emptyTail, type Tail, tailFrom } from './tail';

export interface LiveTail {
  tail: Tail;
  paused: boolean;
  /** Why it ended by itself. */
  ended: string | undefined;
  toggle: () => void;
  /** For those who listen instead of look: how many came in the last 5 s. */
  summary: string;
}

/** Follows a product from its newest records on. Paused or hidden, rows stay and nothing is sent. */
export function useTail(product: string, start: Schemas['Samples'] | undefined): LiveTail {
  const [tail, setTail] = useState<Tail>(emptyTail);
  const [pausedAt, setPausedAt] = useState<number>();
  const [ended, setEnded] = useState<string>();
  const hidden = useHidden();
  const gap = useRef<string>(undefined);
  const on = start !== undefined && pausedAt === undefined && !hidden;

  useEffect(() => {
    if (start) setTail((before) => (before.rows.length === 0 ? tailFrom(start.records) : before));
  }, [start]);

  useEffect(() => {
    if (hidden) gap.current = 'not followed while this tab was hidden';
  }, [hidden]);

  useLive(on ? [`tail:${product}`] : [], (event) => {
    if (event.name === 'tail_ended') {
      setEnded(event.data.why);
      setPausedAt(Date.now());
    }
    if (event.name !== 'tail') return;
    const { records, skipped, skipped_ms } = event.data;
    const said = skipped > 0 ? `${count(skipped)} skipped in ${duration(skipped_ms)}, a burst above 50 a second` : gap.current;
    gap.current = undefined;
    setTail((before) => addToTail(before, records, said, skipped));
  });

  const toggle = () => {
    setEnded(undefined);
    if (pausedAt === undefined) setPausedAt(Date.now());
    else {
      gap.current = `paused for ${duration(Date.now() - pausedAt)}`;
      setPausedAt(undefined);
    }
  };
  return { tail, paused: pausedAt !== undefined, ended, toggle, summary: useSummary(tail.received) };
}

function useHidden() {
  const [hidden, setHidden] = useState(document.visibilityState === 'hidden');
  useEffect(() => {
    const follow = () => setHidden(document.visibilityState === 'hidden');
    document.addEventListener('visibilitychange', follow);
    return () => document.removeEventListener('visibilitychange', follow);
  }, []);
  return hidden;
}

function useSummary(received: number) {
  const [summary, setSummary] = useState('');
  const latest = useRef(received);
  latest.current = received;
  useEffect(() => {
    let told = latest.current;
    const timer = setInterval(() => {
      const fresh = latest.current - told;
      told = latest.current;
      setSummary(fresh > 0 ? `${fresh} new records` : '');
    }, 5000);
    return () => clearInterval(timer);
  }, []);
  return summary;
}
