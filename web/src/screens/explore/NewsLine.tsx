import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { BellRing } from 'lucide-react';
import { newsQuery } from '../../api/inbox';
import { meQuery } from '../../api/queries';
import { Icon } from '../../design/Icon';
import { plural } from '../../format/quantity';
import { ago } from '../inbox/words';
import styles from './NewsLine.module.css';

/** One line for who returns: what others changed on what they follow since they were last here. */
export function NewsLine() {
  const { data: me } = useQuery(meQuery);
  const { data } = useQuery({ ...newsQuery, enabled: me?.kind === 'person' });
  if (!data || data.total === 0) return null;
  return (
    <p className={styles.line} role="status">
      <Icon of={BellRing} size={14} />
      <span>
        <strong>
          {plural(data.total, 'change')} on {plural(data.products, 'product')}
        </strong>{' '}
        you follow{data.since ? ` since you last looked, ${ago(data.since)}${ago(data.since) === 'now' ? '' : ' ago'}` : ''}
      </span>
      <Link to="/inbox" search={{ view: 'news' }}>
        See what
      </Link>
    </p>
  );
}
