import { Activity, Compass, Server, ShieldCheck, SlidersHorizontal, SquareTerminal, Upload, Users } from 'lucide-react';
import type { IconShape } from '../design/Icon';
import { Branches } from '../design/icons';

export interface Place {
  to: '/explore' | '/create' | '/publish' | '/govern' | '/lineage' | '/domains' | '/activity' | '/operations' | '/settings';
  name: string;
  icon: IconShape;
  /** After g. */
  letter: string;
}

/** The left menu, in its order. */
export const places: readonly Place[] = [
  { to: '/explore', name: 'Explore', icon: Compass, letter: 'e' },
  { to: '/create', name: 'Create', icon: SquareTerminal, letter: 'c' },
  { to: '/publish', name: 'Publish', icon: Upload, letter: 'p' },
  { to: '/govern', name: 'Govern', icon: ShieldCheck, letter: 'v' },
  { to: '/lineage', name: 'Lineage', icon: Branches, letter: 'l' },
  { to: '/domains', name: 'Domains', icon: Users, letter: 'd' },
  { to: '/activity', name: 'Activity', icon: Activity, letter: 'a' },
  { to: '/operations', name: 'Operations', icon: Server, letter: 'o' },
];

export const settingsPlace: Place = { to: '/settings', name: 'Settings', icon: SlidersHorizontal, letter: 's' };

export interface Crumb {
  text: string;
  /** Absent: where we are. */
  href?: string;
}

const tabNames: Record<string, string> = { schema: 'Schema', samples: 'Samples', consumers: 'Consumers', questions: 'Questions', changes: 'Changes', use: 'Use it' };

/** Where a path is, from the menu down. */
export function crumbsOf(pathname: string): Crumb[] {
  const [area, ...rest] = pathname.split('/').filter(Boolean).map(decodeURIComponent);
  if (area === 'products') {
    const [domain = '', name = '', tab = ''] = rest;
    const crumbs: Crumb[] = [
      { text: 'Explore', href: '/explore' },
      { text: domain, href: `/explore?domain=${encodeURIComponent(domain)}` },
      { text: name, href: `/products/${encodeURIComponent(domain)}/${encodeURIComponent(name)}/overview` },
    ];
    if (tabNames[tab]) crumbs.push({ text: tabNames[tab] });
    return endHere(crumbs);
  }
  if (area === 'publish' && rest.length === 2) {
    const [domain = '', name = ''] = rest;
    return endHere([{ text: 'Publish', href: '/publish' }, { text: domain, href: `/explore?domain=${encodeURIComponent(domain)}` }, { text: name }]);
  }
  if (area === 'inbox') return endHere([{ text: 'Inbox', href: '/inbox' }, ...rest.map((number) => ({ text: number }))]);
  const place = [...places, settingsPlace].find(({ to }) => to === `/${area}`);
  const first: Crumb = place ? { text: place.name, href: place.to } : { text: area === 'design' ? 'Components' : 'Not found' };
  return endHere([first, ...rest.map((text) => ({ text }))]);
}

function endHere(crumbs: Crumb[]): Crumb[] {
  return crumbs.map((crumb, index) => (index === crumbs.length - 1 ? { text: crumb.text } : crumb));
}
