import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Schemas } from '../../api/client';
import { streamOf } from '../../api/ports';
import { consumersQuery } from '../../api/queries';
import { count, plural } from '../../format/quantity';
import styles from './Product.module.css';

const namedMax = 6;

/** Who reads it, as the broker sees it, for whoever takes something away. */
export function Readers({ product }: { product: Schemas['Product'] }) {
  const stream = streamOf(product);
  const { domain, name } = product;
  const query = useQuery({ ...consumersQuery(domain, name), enabled: stream !== undefined });
  if (!stream) return <p className="small muted">weft does not see who reads the addresses of its ports.</p>;
  if (query.isError) return <p className="small muted">Who reads it is not known now: {query.error.message}. Tell those who use it first.</p>;
  if (!query.data) return <p className="small muted" role="status">Looking who reads it…</p>;
  const { groups, groups_total, groups_listed, clients } = query.data.consumers;
  const readers = groups_total + clients.length;
  if (readers === 0)
    return (
      <p className="small muted">
        {groups_listed ? 'Nobody reads topic ' : 'Nobody was seen so far reading topic '}
        <code>{stream.topic}</code>: no group has members or committed offsets, and no client was seen.
      </p>
    );
  const names = [...groups.map((group) => group.group), ...clients.map((client) => client.client_id)];
  return (
    <section className={styles.readers} aria-label="Who reads it">
      <p>
        <strong>
          {plural(groups_total, 'group')} {clients.length > 0 && `and ${plural(clients.length, 'client')} without one `}
          {readers === 1 ? 'reads' : 'read'} it.
        </strong>{' '}
        They are not stopped by this, and weft does not tell them: <Link to="/products/$domain/$name/consumers" params={{ domain, name }} search={{}}>see who they are</Link>.
      </p>
      <ul>
        {names.slice(0, namedMax).map((reader) => (
          <li key={reader} className="mono">
            {reader}
          </li>
        ))}
        {readers > Math.min(namedMax, names.length) && <li className="muted">and {count(readers - Math.min(namedMax, names.length))} more</li>}
      </ul>
    </section>
  );
}
