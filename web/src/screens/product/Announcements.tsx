import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Megaphone } from 'lucide-react';
import type { Schemas } from '../../api/client';
import { productConversationsQuery } from '../../api/inbox';
import { Icon } from '../../design/Icon';
import { exact } from '../../format/time';
import { useLive } from '../../live/hooks';
import styles from '../inbox/Inbox.module.css';
import { ago, happens, isOver } from '../inbox/words';

/** What the owner announces and has not happened yet. */
export function Announcements({ domain, name }: { domain: string; name: string }) {
  const { data } = useQuery(productConversationsQuery(domain, name));
  const standing = (data?.conversations ?? []).filter(({ conversation }) => conversation.kind === 'announcement' && conversation.state === 'standing' && !isOver(conversation));
  return standing.map(({ conversation }) => <Announcement key={conversation.number} announcement={conversation} />);
}

/** Keeps a product's conversations as they are on the server. */
export function useConversationsLive(domain: string, name: string) {
  const client = useQueryClient();
  useLive(['inbox'], (event) => {
    if (event.name === 'reset' || (event.name === 'inbox' && event.data.product === `${domain}/${name}`)) void client.invalidateQueries({ queryKey: ['conversations', domain, name] });
  });
}

export function Announcement({ announcement }: { announcement: Schemas['Conversation'] }) {
  const when = happens(announcement);
  return (
    <div className={styles.announcement}>
      <Icon of={Megaphone} />
      <div>
        <p>{announcement.text}</p>
        <p className="small">
          {when && <strong>{when} · </strong>}
          {announcement.display_name},{' '}
          <time dateTime={announcement.time} title={exact(announcement.time)}>
            {ago(announcement.time)}
          </time>{' '}
          ·{' '}
          <Link to="/inbox/$number" params={{ number: String(announcement.number) }} search={{ view: 'all' }}>
            Open
          </Link>
        </p>
      </div>
    </div>
  );
}
