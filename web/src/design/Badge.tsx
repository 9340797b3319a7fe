import type { ReactNode } from 'react';
import styles from './Badge.module.css';
import { Icon, type IconShape } from './Icon';
import { type StatusWord, status } from './status';

interface StateProps {
  of: StatusWord;
  /** Replaces the word, for example "deprecated, ends 31 Jan". */
  children?: ReactNode;
}

function classes(of: StatusWord, form: string | undefined, small = false) {
  const { tone, dashed, struck } = status[of];
  return [form, tone && styles[tone], dashed && styles.dashed, struck && styles.struck, small && 'small']
    .filter(Boolean)
    .join(' ');
}

/** A state in a header, or an exception anywhere: icon, word and colour in a box. */
export function Badge({ of, children }: StateProps) {
  return (
    <span className={classes(of, styles.badge)}>
      <Icon of={status[of].icon} size={12} />
      {children ?? status[of].word}
    </span>
  );
}

/** A state in a row: bare icon and word. */
export function State({ of, children, small }: StateProps & { small?: boolean }) {
  return (
    <span className={classes(of, styles.word, small)}>
      <Icon of={status[of].icon} size={small ? 12 : 14} />
      {children ?? status[of].word}
    </span>
  );
}

/** A neutral fact in a box, such as a tag. */
export function Chip({ icon, children }: { icon?: IconShape; children: ReactNode }) {
  return (
    <span className={styles.badge}>
      {icon && <Icon of={icon} size={12} />}
      {children}
    </span>
  );
}
