import { useSyncExternalStore } from 'react';

// What one reader prefers, on this browser only. public/theme.js reads the first two before the first paint.

const defaults = { theme: 'system', density: 'comfortable', keys: 'on', pins: '' };
export type PreferenceName = keyof typeof defaults;

const listeners = new Set<() => void>();
const memory = new Map<string, string>();

function read(name: PreferenceName): string {
  try {
    return localStorage.getItem(`weft.${name}`) ?? defaults[name];
  } catch {
    return memory.get(name) ?? defaults[name];
  }
}

export function setPreference(name: PreferenceName, value: string) {
  memory.set(name, value);
  try {
    localStorage.setItem(`weft.${name}`, value);
  } catch {
    // No storage here: the choice holds until the page is left.
  }
  apply();
  for (const listener of listeners) listener();
}

function apply() {
  const { dataset } = document.documentElement;
  const theme = read('theme');
  if (theme === 'light' || theme === 'dark') dataset.theme = theme;
  else delete dataset.theme;
  if (read('density') === 'compact') dataset.density = 'compact';
  else delete dataset.density;
}

function watch(listener: () => void) {
  const changedElsewhere = () => {
    apply();
    listener();
  };
  listeners.add(listener);
  window.addEventListener('storage', changedElsewhere);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', changedElsewhere);
  };
}

export function usePreference(name: PreferenceName): string {
  return useSyncExternalStore(watch, () => read(name));
}

export function preference(name: PreferenceName): string {
  return read(name);
}

/** Products that this reader wants at hand: "domain/name". */
export function usePins(): string[] {
  return usePreference('pins').split(' ').filter(Boolean);
}

export function togglePin(product: string) {
  const pins = read('pins').split(' ').filter(Boolean);
  setPreference('pins', (pins.includes(product) ? pins.filter((pin) => pin !== product) : [...pins, product]).join(' '));
}

/** What is on screen now, when the choice is the system's. */
export function darkNow(): boolean {
  const theme = read('theme');
  return theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
}
