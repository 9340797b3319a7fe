import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { queryOptions } from '@tanstack/react-query';
import { UserX } from 'lucide-react';
import { answer, api } from '../api/client';
import { inboxQuery } from '../api/inbox';
import { buttonClass } from '../design/Button';
import { Icon } from '../design/Icon';
import { plural } from '../format/quantity';
import { useLive } from '../live/hooks';
import styles from './Directory.module.css';
import { ErrorPage } from './errors';
import { HandOver } from './HandOver';
import { splitProduct } from './inbox/words';
import { Empty, Page, Section } from './Page';
import { TeamCard } from './TeamCard';

const route = getRouteApi('/domains/$domain');

export const domainQuery = (domain: string) =>
  queryOptions({
    queryKey: ['directory', 'domain', domain],
    queryFn: () => answer(api.GET('/api/v1/domains/{domain}', { params: { path: { domain } } })),
  });

/** One domain: its teams and how to reach them, its products, and those that have lost their owner. */
export default function Domain() {
  const { domain } = route.useParams();
  const client = useQueryClient();
  const query = useQuery(domainQuery(domain));
  const inbox = useQuery(inboxQuery('all'));
  useLive(['directory', 'products'], () => void client.invalidateQueries({ queryKey: ['directory'] }));
  if (query.isError) return <ErrorPage error={query.error} actions={<Link to="/domains" className={buttonClass()}>All domains</Link>} />;
  if (!query.data) return <div role="status" aria-label="Loading the domain" />;
  const { domain: shown, teams, products, orphans } = query.data;
  const open = (inbox.data?.items ?? []).filter((item) => item.domain === domain && (item.state === 'waiting' || item.state === 'answered'));
  return (
    <Page title={shown.display_name} lead={shown.description ?? undefined}>
      {orphans.length > 0 && (
        <Section title="Without an owner" note="their team has left the directory; any team of this domain takes them over, or a governor hands them on">
          <ul className={styles.orphans}>
            {orphans.map((orphan) => (
              <li key={orphan.product}>
                <Icon of={UserX} size={14} />
                <Link to="/products/$domain/$name/overview" params={splitProduct(orphan.product)} className="mono">
                  {splitProduct(orphan.product).name}
                </Link>
                <span className="muted">was @{orphan.owner}</span>
                <HandOver product={orphan.product} teams={shown.teams} />
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section title="Teams" note={plural(teams.length, 'team')}>
        {teams.length === 0 && <Empty title="No team belongs to this domain">Write one under teams of {shown.name} in the directory file.</Empty>}
        <div className={styles.teams}>
          {teams.map((team) => (
            <TeamCard key={team.name} team={team} marked={false} />
          ))}
        </div>
      </Section>
      {open.length > 0 && (
        <Section title="Open in the inbox" note={plural(open.length, 'conversation')}>
          <ul>
            {open.map((item) => (
              <li key={item.number} className={styles.line}>
                <Link to="/inbox/$number" params={{ number: String(item.number) }} search={{ view: 'all' }}>
                  {item.text.split('\n')[0]}
                </Link>
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section
        title="Products"
        note={plural(products.length, 'product')}
        link={
          <Link to="/explore" search={{ domain: [shown.name] }}>
            Search in them
          </Link>
        }
      >
        {products.length === 0 && <Empty title="Nothing is published in this domain">Publish shows the topics that wait for it.</Empty>}
        <ul className={styles.products}>
          {products.slice(0, 200).map((product) => (
            <li key={product} className={styles.line}>
              <Link to="/products/$domain/$name/overview" params={splitProduct(product)} className="mono">
                {splitProduct(product).name}
              </Link>
            </li>
          ))}
        </ul>
      </Section>
    </Page>
  );
}
