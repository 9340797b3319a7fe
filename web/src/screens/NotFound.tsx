import { Link, useRouterState } from '@tanstack/react-router';
import { SearchX } from 'lucide-react';
import { buttonClass } from '../design/Button';
import { Icon } from '../design/Icon';
import styles from './errors.module.css';
import { PageHeading } from './PageHeading';

export function NotFound() {
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  return (
    <div className={styles.page}>
      <p className={styles.kind}>
        <Icon of={SearchX} size={14} />
        404, not found
      </p>
      <PageHeading className={styles.title}>There is no page here</PageHeading>
      <p className="prose">
        No screen of weft has the address <code>{pathname}</code>.
      </p>
      <p className="prose">Check the link, or search for what it should have shown.</p>
      <div className={styles.actions}>
        <Link to="/explore" className={buttonClass('primary')}>
          Go to Explore
        </Link>
      </div>
    </div>
  );
}
