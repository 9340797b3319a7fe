import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { AppWindow } from 'lucide-react';
import type { Schemas } from '../../api/client';
import { consumersQuery } from '../../api/queries';
import { Icon } from '../../design/Icon';
import tableStyles from '../../design/table.module.css';
import { plural } from '../../format/quantity';
import { exact } from '../../format/time';
import { ErrorNote } from '../errors';
import { Section } from '../Page';
import { ago, behind, groupState, isFarBehind } from './consumers';
import styles from './Consumers.module.css';
import productStyles from './Product.module.css';

const groupsMax = 6;

/** The first few readers; the Consumers tab has all of them. */
export function OverviewConsumers({ product }: { product: Schemas['Product'] }) {
  const { domain, name } = product;
  const query = useQuery(consumersQuery(domain, name));
  if (!query.data) return query.isError ? <ErrorNote error={query.error} retry={() => void query.refetch()} /> : null;
  const { groups, clients, groups_total, measured_at } = query.data.consumers;
  const alone = clients.length > 0 ? ` · ${plural(clients.length, 'client')} without a group` : '';
  return (
    <Section
      title="Consumers"
      note={`${plural(groups_total, 'group')}${alone}`}
      link={
        <Link to="/products/$domain/$name/consumers" params={{ domain, name }} search={{}}>
          {groups_total > groupsMax ? `All ${groups_total}` : 'Open consumers'}
        </Link>
      }
    >
      {groups.length === 0 ? (
        <p className="muted">No group reads this product yet.</p>
      ) : (
        <section aria-label="Consumers" tabIndex={0} style={{ overflowX: 'auto' }}>
          <table className={`${tableStyles.table} ${productStyles.plain}`}>
            <thead className="visually-hidden">
              <tr>
                <th scope="col">Group</th>
                <th scope="col">State</th>
                <th scope="col">Last commit</th>
                <th scope="col">Behind</th>
              </tr>
            </thead>
            <tbody>
              {groups.slice(0, groupsMax).map((group) => (
                <tr key={group.group}>
                  <td className="mono">
                    <Link to="/products/$domain/$name/consumers" params={{ domain, name }} search={{ group: group.group }} className={styles.name}>
                      <Icon of={AppWindow} size={14} />
                      {group.group}
                    </Link>
                  </td>
                  <td className="muted">{groupState(group).word}</td>
                  <td className={tableStyles.number} title={group.last_commit ? exact(group.last_commit) : undefined}>
                    {group.last_commit ? ago(group.last_commit, measured_at) : 'never'}
                  </td>
                  <td className={`${tableStyles.number} ${isFarBehind(group) ? styles.warn : ''}`}>{behind(group.lag)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </Section>
  );
}
