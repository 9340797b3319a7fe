import type { Schemas } from '../../api/client';
import { count, duration } from '../../format/quantity';

type Group = Schemas['ConsumerGroup'];

/** "now", "12 min ago": how long before `now`. */
export function ago(time: string, now: string): string {
  const ms = Date.parse(now) - Date.parse(time);
  return ms < 5_000 ? 'now' : `${duration(ms)} ago`;
}

/** "310 behind": offsets between the committed position and the end. */
export function behind(lag: number | null): string {
  return lag === null ? 'no commit yet' : `${count(lag)} behind`;
}

/** Nobody reads, and there is something to read; or members do, and are far away. Colour only, the number says how much. */
export function isFarBehind(group: Group): boolean {
  return (group.lag ?? 0) > (group.members.length === 0 ? 0 : 10_000);
}

const words: Record<string, string> = {
  Stable: 'reading',
  PreparingRebalance: 'sharing out partitions',
  CompletingRebalance: 'sharing out partitions',
  Dead: 'gone',
};

export function groupState(group: Pick<Group, 'state' | 'protocol_type' | 'lag'>): { word: string; tone?: 'warn' } {
  if (group.state === 'Empty') return { word: group.protocol_type === 'consumer' ? 'stopped' : 'commits only', ...((group.lag ?? 0) > 0 ? { tone: 'warn' as const } : {}) };
  return { word: words[group.state] ?? group.state };
}
