import { Check, CircleCheck, CircleX, Copy, Info, TriangleAlert, X } from 'lucide-react';
import { type FocusEvent, Fragment, type MouseEvent, type ReactNode, useEffect, useId, useRef, useState, useSyncExternalStore } from 'react';
import { createPortal } from 'react-dom';
import { Button, type ButtonProps } from './Button';
import { Icon, type IconShape } from './Icon';
import styles from './parts.module.css';

/** The name of a key. */
export function Kbd({ children }: { children: string }) {
  return <kbd className={styles.kbd}>{children}</kbd>;
}

/** A line that stands for text while it loads: the same box as the content, nothing for the first 200 ms. */
export function Bone({ width }: { width: number | string }) {
  return <span className={styles.bone} style={{ width }} />;
}

/** A team's or a person's initials. Decoration: the name stands beside it. */
export function Avatar({ name, form = 'small' }: { name: string; form?: 'small' | 'large' | 'round' | 'nobody' }) {
  const extra = { small: '', large: styles.avatarLarge, round: styles.avatarRound, nobody: `${styles.avatarRound} ${styles.nobody}` }[form];
  return (
    <span className={`${styles.avatar} ${extra}`} aria-hidden="true">
      {initials(name)}
    </span>
  );
}

/** "@execution-team" → "EX", "Mara Kovač" → "MK". */
export function initials(name: string) {
  const words = name.replace(/^@/, '').split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? words.map((word) => word[0]).join('') : (words[0] ?? '?');
  return letters.slice(0, 2).toUpperCase();
}

/** `text` with every hit of `query`'s words marked, case aside. */
export function Highlight({ text, query }: { text: string; query: string }) {
  const parts = splitHits(text, query);
  return parts.map((part, index) =>
    // Parts have no identity but their place.
    part.hit ? <mark key={index}>{part.text}</mark> : <Fragment key={index}>{part.text}</Fragment>,
  );
}

export function splitHits(text: string, query: string) {
  const words = query.trim().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [{ text, hit: false }];
  const pattern = new RegExp(`(${words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})`, 'gi');
  return text
    .split(pattern)
    .map((part, index) => ({ text: part, hit: index % 2 === 1 }))
    .filter((part) => part.text !== '');
}

export { styles as partStyles };

/** Buttons of which one is on. */
export function Segments<T extends string>({ label, value, onChange, options, small }: {
  label: string;
  value: T;
  onChange: (value: T) => void;
  options: { value: T; label: ReactNode; icon?: IconShape }[];
  small?: boolean;
}) {
  return (
    <div role="group" aria-label={label} className={`${styles.segments} ${small ? styles.smallSegments : ''}`}>
      {options.map((option) => (
        <button key={option.value} type="button" className={styles.segment} aria-pressed={option.value === value} onClick={() => onChange(option.value)}>
          {option.icon && <Icon of={option.icon} size={14} />}
          {option.label}
        </button>
      ))}
    </div>
  );
}

/** Copies `text`, and says so for two seconds. */
export function CopyButton({ text, children, ...rest }: { text: string | (() => string) } & Omit<ButtonProps, 'onClick' | 'icon'>) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    const value = typeof text === 'string' ? text : text();
    try {
      await navigator.clipboard.writeText(value);
      setCopied(true);
    } catch {
      toast({ tone: 'bad', title: 'Not copied', text: 'The browser does not let this page write to the clipboard. Select the text instead.' });
    }
  };
  return (
    <Button {...rest} icon={copied ? Check : Copy} onClick={copy}>
      {copied && children !== undefined ? 'Copied' : children}
    </Button>
  );
}

/** What something means exactly, on hover and on focus. The anchor is a stop for the keyboard. */
export function Tip({ text, children, plain }: { text: string; children: ReactNode; plain?: boolean }) {
  const id = useId();
  const [at, setAt] = useState<DOMRect>();
  const show = (event: MouseEvent | FocusEvent) => setAt(event.currentTarget.getBoundingClientRect());
  const hide = () => setAt(undefined);
  return (
    <>
      <span tabIndex={0} className={plain ? undefined : styles.tipAnchor} aria-describedby={at ? id : undefined} onMouseEnter={show} onMouseLeave={hide} onFocus={show} onBlur={hide} onKeyDown={(event) => event.key === 'Escape' && hide()}>
        {children}
      </span>
      {at && createPortal(<TipBox id={id} at={at} text={text} />, document.body)}
    </>
  );
}

function TipBox({ id, at, text }: { id: string; at: DOMRect; text: string }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const { width, height } = element.getBoundingClientRect();
    element.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
    element.style.top = `${at.bottom + height + 12 < innerHeight ? at.bottom + 6 : at.top - height - 6}px`;
  }, [at]);
  return (
    <div id={id} ref={box} role="tooltip" className={styles.tip}>
      {text}
    </div>
  );
}

export interface Toast {
  tone: 'ok' | 'warn' | 'bad' | 'info';
  title: string;
  text?: string;
  action?: { label: string; run: () => void };
}

const toastIcons: Record<Toast['tone'], IconShape> = { ok: CircleCheck, warn: TriangleAlert, bad: CircleX, info: Info };
const toastMax = 4;
let toasts: readonly (Toast & { id: number })[] = [];
let nextToast = 1;
const toastListeners = new Set<() => void>();

function setToasts(next: typeof toasts) {
  toasts = next;
  for (const listener of toastListeners) listener();
}

/** Says something at the bottom right for 6 s; what went wrong stays until it is closed. */
export function toast(message: Toast) {
  const id = nextToast++;
  setToasts([...toasts, { ...message, id }].slice(-toastMax));
  if (message.tone !== 'bad') setTimeout(() => dismissToast(id), 6000);
}

function dismissToast(id: number) {
  setToasts(toasts.filter((entry) => entry.id !== id));
}

function watchToasts(listener: () => void) {
  toastListeners.add(listener);
  return () => toastListeners.delete(listener);
}

export function Toasts() {
  const shown = useSyncExternalStore(watchToasts, () => toasts);
  return (
    <section className={styles.toasts} aria-label="Messages" aria-live="polite">
      {shown.map((entry) => (
        <ToastCard key={entry.id} {...entry} onClose={() => dismissToast(entry.id)} />
      ))}
    </section>
  );
}

export function ToastCard({ tone, title, text, action, onClose }: Toast & { onClose: () => void }) {
  return (
    <div className={styles.toast}>
      <span className={styles[tone]}>
        <Icon of={toastIcons[tone]} size={16} />
      </span>
      <div>
        <strong>{title}</strong>
        {text && <p>{text}</p>}
      </div>
      {action && (
        <Button small onClick={action.run}>
          {action.label}
        </Button>
      )}
      <Button kind="quiet" small icon={X} aria-label="Close this message" onClick={onClose} />
    </div>
  );
}
