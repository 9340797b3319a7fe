import { lazy, Suspense, useState } from 'react';
import styles from './Directory.module.css';

const OwnerCard = lazy(() => import('./OwnerCard'));

/** A team's name; pressed, it opens the ways to reach the team. */
export function OwnerName({ team, className }: { team: string; className?: string | undefined }) {
  const [open, setOpen] = useState(false);
  const button = (
    <button type="button" className={`${styles.owner} ${className ?? ''}`} onClick={() => setOpen(true)}>
      @{team}
    </button>
  );
  // The card is loaded when it is first wanted, and opens then.
  return open ? (
    <Suspense fallback={button}>
      <OwnerCard team={team} trigger={button} />
    </Suspense>
  ) : (
    button
  );
}
