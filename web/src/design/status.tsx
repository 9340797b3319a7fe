import {
  Ban,
  Building2,
  Check,
  CircleCheck,
  CircleDashed,
  CircleX,
  Clock,
  Droplet,
  Eye,
  Globe,
  Hand,
  Info,
  Key,
  Lock,
  Mail,
  Minus,
  Pause,
  Pencil,
  Plus,
  RefreshCw,
  ShieldCheck,
  SquareDashed,
  Sunset,
  TriangleAlert,
  User,
} from 'lucide-react';
import type { IconShape } from './Icon';
import { Pulse, TierBars } from './icons';

export interface Status {
  word: string;
  icon: IconShape;
  /** Absent: neutral. */
  tone?: 'ok' | 'warn' | 'bad' | 'info' | 'accent' | 'badOutline';
  dashed?: boolean;
  struck?: boolean;
}

const tier = (rank: 1 | 2 | 3): Status => ({
  word: `Tier ${rank}`,
  icon: ({ size }) => <TierBars tier={rank} size={Number(size)} />,
});

const states = {
  authoritative: { word: 'authoritative', icon: ShieldCheck, tone: 'ok' },
  curated: { word: 'curated', icon: Check, tone: 'info' },
  raw: { word: 'raw', icon: Droplet, tone: 'warn' },
  tier1: tier(1),
  tier2: tier(2),
  tier3: tier(3),
  draft: { word: 'draft', icon: CircleDashed, dashed: true },
  in_review: { word: 'in review', icon: Eye, tone: 'info' },
  live: { word: 'live', icon: Pulse, tone: 'ok' },
  deprecated: { word: 'deprecated', icon: Sunset, tone: 'warn' },
  retired: { word: 'retired', icon: Ban, struck: true },
  kept: { word: 'kept', icon: CircleCheck, tone: 'ok' },
  at_risk: { word: 'at risk', icon: TriangleAlert, tone: 'warn' },
  broken: { word: 'broken', icon: CircleX, tone: 'bad' },
  no_data: { word: 'no data', icon: SquareDashed },
  fresh: { word: 'fresh', icon: Pulse },
  late: { word: 'late', icon: TriangleAlert, tone: 'warn' },
  silent: { word: 'silent', icon: CircleX, tone: 'bad' },
  blocks: { word: 'blocks', icon: CircleX, tone: 'bad' },
  warns: { word: 'warns', icon: TriangleAlert, tone: 'warn' },
  info: { word: 'info', icon: Info, tone: 'info' },
  excepted: { word: 'excepted', icon: ShieldCheck, dashed: true },
  passes: { word: 'passes', icon: Check, tone: 'ok' },
  public: { word: 'public', icon: Globe },
  internal: { word: 'internal', icon: Building2 },
  confidential: { word: 'confidential', icon: Lock, tone: 'warn' },
  personal: { word: 'personal data', icon: User, tone: 'badOutline' },
  reconnecting: { word: 'reconnecting', icon: RefreshCw, tone: 'warn' },
  paused: { word: 'paused', icon: Pause },
  offline: { word: 'offline', icon: CircleX, tone: 'bad' },
  added: { word: 'added', icon: Plus, tone: 'ok' },
  changed: { word: 'changed', icon: Pencil, tone: 'warn' },
  removed: { word: 'removed', icon: Minus, tone: 'bad' },
  agreed: { word: 'agreed', icon: CircleCheck, tone: 'ok' },
  needs_time: { word: 'needs time', icon: Clock, tone: 'warn' },
  objects: { word: 'objects', icon: Hand, tone: 'bad' },
  no_answer: { word: 'no answer', icon: Mail },
  can_read: { word: 'can read', icon: Key, tone: 'accent' },
  waiting: { word: 'waiting', icon: Clock, tone: 'info' },
  none: { word: 'none', icon: Lock },
} satisfies Record<string, Status>;

export type StatusWord = keyof typeof states;

/** The closed list of states that the UI can show, each with the one word, icon and colour it always has. */
export const status: Record<StatusWord, Status> = states;
