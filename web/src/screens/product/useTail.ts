import { useEffect, useRef, useState } from 'react';
import type { Schemas } from '../../api/client';
import { count, duration } from '../../format/quantity';
import { useLive } from '../../live/hooks';
import { tailSubject } from '../../live/protocol';
import { addToTail, emptyTail, type Tail, tailFrom } from './tail';

export interface LiveTail {
  tail: Tail;
  paused: boolean;
  /** Why it ended by itself. */
  ended: string | undefined;
  toggle: () => void;
  /** Since it began: what the server read for the filter, and what of it matched. */
  scanned: number;
  matched: number;
  /** For those who listen instead of look: how many came in the last 5 s. */
  summary: string;
}

/** Follows a product, or those of its records that match, from the newest on. Paused or hidden, rows stay and nothing is sent. */
export function useTail(product: string, where: string | undefined, start: readonly Schemas['Record'][] | undefined): LiveTail {
  const [tail, setTail] = useState<Tail>(emptyTail);
  const [read, setRead] = useState({ scanned: 0, matched: 0 });
  const [pausedAt, setPausedAt] = useState<number>();
  const [ended, setEnded] = useState<string>();
  const hidden = useHidden();
  const gap = useRef<string>(undefined);
  const on = start !== undefined && pausedAt === undefined && !hidden;

  useEffect(() => {
    if (start) setTail((before) => (before.rows.length === 0 ? tailFrom(start) : before));
  }, [start]);

  useEffect(() => {
    if (hidden) gap.current = 'not followed while this tab was hidden';
  }, [hidden]);

  useLive(on ? [tailSubject(product, where)] : [], (event) => {
    if ((event.name === 'tail' || event.name === 'tail_ended') && event.data.where !== (where ?? '')) return;
    if (event.name === 'tail_ended') {
      setEnded(event.data.why);
      setPausedAt(Date.now());
    }
    if (event.name !== 'tail') return;
    const { records, skipped, skipped_ms, scanned, matched } = event.data;
    setRead((before) => ({ scanned: before.scanned + scanned, matched: before.matched + matched }));
    if (records.length === 0 && skipped === 0) return;
    const said = skipped > 0 ? `${count(skipped)} skipped in ${duration(skipped_ms)}, ${where === undefined ? 'a burst above 50 a second' : 'more than is shown or read in a second'}` : gap.current;
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
  return { tail, paused: pausedAt !== undefined, ended, ...read, toggle, summary: useSummary(tail.received) };
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
