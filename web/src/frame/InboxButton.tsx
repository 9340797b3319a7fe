import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Inbox } from 'lucide-react';
import { inboxCountQuery, refreshConversations } from '../api/inbox';
import { meQuery } from '../api/queries';
import { Icon } from '../design/Icon';
import { useLive } from '../live/hooks';
import styles from './Shell.module.css';

/** How much waits for whoever looks, kept by events. */
export function InboxButton() {
  const client = useQueryClient();
  const { data: me } = useQuery(meQuery);
  const { data } = useQuery({ ...inboxCountQuery, enabled: me !== undefined });
  useLive(
    data ? ['inbox'] : [],
    (event) => {
      if (event.name === 'inbox' || event.name === 'reset') void refreshConversations(client);
    },
    data?.sequence,
  );
  const count = data?.counts.for_you ?? 0;
  return (
    <Link to="/inbox" search={{}} className={`${styles.round} ${styles.inbox}`} aria-label={count === 0 ? 'Inbox: nothing waits' : `Inbox: ${count} ${count === 1 ? 'waits' : 'wait'} for you`}>
      <Icon of={Inbox} />
      {count > 0 && <span className={styles.inboxCount}>{count > 99 ? '99+' : count}</span>}
    </Link>
  );
}
