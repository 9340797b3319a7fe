import { useLayoutEffect, useRef } from 'react';
import { preference } from '../design/settings';

export type KeyMap = Record<string, (event: KeyboardEvent) => void>;

const layers: { current: KeyMap }[] = [];
let leader: { key: string; until: number } | undefined;
const leaderMs = 1200;

/**
 * Keys that work while the caller is mounted; the newest layer is asked first. "g e" is g, then e. Single letters rest
 * while somebody types, while a dialog is open, and when the reader has switched them off (WCAG 2.1.4). They work from the
 * moment that the caller is on the page: a heading that takes the focus does not come before them.
 */
export function useKeys(map: KeyMap) {
  const layer = useRef(map);
  useLayoutEffect(() => {
    layer.current = map;
  });
  useLayoutEffect(() => {
    layers.push(layer);
    return () => {
      layers.splice(layers.indexOf(layer), 1);
    };
  }, []);
}

export function startKeys() {
  window.addEventListener('keydown', (event) => {
    const run = handlerFor(event);
    if (!run) return;
    event.preventDefault();
    run(event);
  });
}

function handlerFor(event: KeyboardEvent) {
  if (event.defaultPrevented || event.isComposing) return undefined;
  if (event.ctrlKey || event.metaKey) return find(`ctrl ${event.key.toLowerCase()}`);
  if (event.altKey) return undefined;
  const target = event.target as HTMLElement;
  if (event.key === 'Escape') return isOverlayOpen() ? undefined : find('Escape');
  if (isTyping(target) || isOverlayOpen() || preference('keys') === 'off') return undefined;
  // Space presses the button, and Enter follows the link, that has the focus.
  if ((event.key === ' ' || event.key === 'Enter') && target.closest('button, a, summary, [role="button"]')) return undefined;
  const key = event.key === ' ' ? 'Space' : event.key;
  if (leader && leader.until > event.timeStamp) {
    const run = find(`${leader.key} ${key}`);
    leader = undefined;
    if (run) return run;
  }
  if (key === 'g') {
    leader = { key, until: event.timeStamp + leaderMs };
    return undefined;
  }
  return find(key);
}

function find(key: string) {
  for (let index = layers.length - 1; index >= 0; index -= 1) {
    const run = layers[index]?.current[key];
    if (run) return run;
  }
  return undefined;
}

function isTyping(target: HTMLElement) {
  if (target.isContentEditable) return true;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

function isOverlayOpen() {
  return document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"]') !== null;
}
