import type { ButtonHTMLAttributes, MouseEvent, ReactNode, Ref } from 'react';
import styles from './Button.module.css';
import { Icon, type IconShape } from './Icon';

export type ButtonKind = 'primary' | 'secondary' | 'quiet' | 'danger';

/** The look of a button, for links that act like one. */
export function buttonClass(kind: ButtonKind = 'secondary', small = false, iconOnly = false) {
  return [
    styles.button,
    kind !== 'secondary' && styles[kind],
    small && styles.small,
    iconOnly && styles.iconOnly,
  ]
    .filter(Boolean)
    .join(' ');
}

export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'disabled'> {
  kind?: ButtonKind;
  small?: boolean;
  icon?: IconShape;
  busy?: boolean;
  /** Keeps its place in the tab order and says why in its own words: a disabled button never is a riddle. */
  disabled?: boolean;
  ref?: Ref<HTMLButtonElement>;
  children?: ReactNode;
}

export function Button({ kind, small, icon, busy, disabled, children, className, onClick, ...rest }: ButtonProps) {
  const inert = disabled || busy;
  const swallow = (event: MouseEvent) => event.preventDefault();
  return (
    <button
      type="button"
      {...rest}
      className={[buttonClass(kind, small, children === undefined), className].filter(Boolean).join(' ')}
      aria-disabled={inert || undefined}
      aria-busy={busy || undefined}
      onClick={inert ? swallow : onClick}
    >
      {busy ? <Spinner /> : icon && <Icon of={icon} size={small ? 14 : 16} />}
      {children}
    </button>
  );
}

function Spinner() {
  return (
    <svg className={styles.spinner} width="16" height="16" viewBox="0 0 16 16" fill="none" aria-hidden="true">
      <path d="M13.5 8A5.5 5.5 0 1 1 8 2.5" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
    </svg>
  );
}
