import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { Schemas } from '../api/client';
import { listen, streamStatus, watchStatus } from './live';
import type { LiveEvent } from './protocol';

export function useStreamStatus() {
  return useSyncExternalStore(watchStatus, streamStatus);
}

/** Hears events while mounted. `since`: the sequence of the state on screen; with it nothing in between is missed. */
export function useLive(subjects: readonly string[], hear: (event: LiveEvent) => void, since?: string) {
  const latest = useRef(hear);
  const seen = useRef(since);
  useEffect(() => {
    latest.current = hear;
    seen.current = since;
  });
  const key = subjects.join('\n');
  useEffect(() => {
    if (key === '') return;
    return listen(key.split('\n'), (event) => latest.current(event), seen.current);
  }, [key]);
}

export type Metrics = Schemas['MetricsRow'] & { measured_at: string };

/** The newest metrics of each subject ("metrics:domain/name", "topic_metrics:name"), as they come. */
export function useMetrics(subjects: readonly string[]): ReadonlyMap<string, Metrics> {
  const [rows, setRows] = useState<ReadonlyMap<string, Metrics>>(new Map());
  useLive(subjects, (event) => {
    if (event.name !== 'metrics') return;
    const { rows: changed, measured_at } = event.data;
    setRows((before) => new Map([...before, ...changed.map((row) => [row.subject, { ...row, measured_at }] as const)]));
  });
  return rows;
}
