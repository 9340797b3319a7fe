import { CircleHelp, Megaphone, PackageSearch } from 'lucide-react';
import type { Schemas } from '../../api/client';
import type { IconShape } from '../../design/Icon';
import type { StatusWord } from '../../design/status';
import { day } from '../../format/time';

type Conversation = Schemas['Conversation'];

export const kinds: Record<Schemas['ConversationKind'], { word: string; icon: IconShape }> = {
  question: { word: 'Question', icon: CircleHelp },
  ask: { word: 'Data wanted', icon: PackageSearch },
  announcement: { word: 'Announcement', icon: Megaphone },
};

/** "now", "8 min", "3 h", "2 d", then the day. */
export function ago(time: string, now = Date.now()) {
  const minutes = Math.floor((now - Date.parse(time)) / 60_000);
  if (minutes < 1) return 'now';
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h`;
  if (minutes < 7 * 24 * 60) return `${Math.floor(minutes / (24 * 60))} d`;
  return day(time);
}

/** What it is about: the product's name, or where data is wanted. */
export function about({ product, domain }: Conversation) {
  return product ? product.slice(product.indexOf('/') + 1) : (domain ?? 'any domain');
}

export function stateOf(conversation: Conversation): { of: StatusWord; words: string } {
  const { state, ended, display_name, teams, waits_for_you } = conversation;
  if (ended) {
    const of: StatusWord = ended.how === 'declined' ? 'objects' : ended.how === 'withdrawn' ? 'no_answer' : 'agreed';
    return { of, words: ended.how };
  }
  if (state === 'standing') return { of: 'info', words: 'announced' };
  if (waits_for_you) return { of: 'waiting', words: 'waiting for you' };
  if (state === 'answered') return { of: 'waiting', words: `answered, waiting for ${display_name}` };
  return { of: 'waiting', words: teams.length === 1 ? `waiting for @${teams[0]}` : 'waiting for an answer' };
}

/** "5 Dec 2026, 08:00 – 10:00 UTC" */
export function happens({ happens_from, happens_until }: Conversation) {
  const clock = (time: string) => new Date(time).toISOString().slice(11, 16);
  if (!happens_from && !happens_until) return undefined;
  if (!happens_from) return `until ${day(happens_until as string)}, ${clock(happens_until as string)} UTC`;
  if (!happens_until) return `from ${day(happens_from)}, ${clock(happens_from)} UTC`;
  const sameDay = day(happens_from) === day(happens_until);
  return `${day(happens_from)}, ${clock(happens_from)} – ${sameDay ? '' : `${day(happens_until)}, `}${clock(happens_until)} UTC`;
}

export function isOver({ happens_until }: Conversation, now = Date.now()) {
  return happens_until !== null && Date.parse(happens_until) < now;
}

export function splitProduct(id: string) {
  const slash = id.indexOf('/');
  return { domain: id.slice(0, slash), name: id.slice(slash + 1) };
}
