import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { meQuery, productsQuery, serverQuery } from '../../api/queries';
import { State } from '../../design/Badge';
import { buttonClass } from '../../design/Button';
import { CopyButton } from '../../design/parts';
import tableStyles from '../../design/table.module.css';
import { plural, rate } from '../../format/quantity';
import { day } from '../../format/time';
import { useLive, useMetrics } from '../../live/hooks';
import { useRowKeys } from '../useRowKeys';
import { ErrorNote, ErrorPage } from '../errors';
import { Empty, Page, Section } from '../Page';
import { CandidateTable } from './CandidateTable';
import { useCandidates } from './useCandidates';

/** What of my domains could be a product, and what already is. */
export default function Candidates() {
  const client = useQueryClient();
  const { data: me } = useQuery(meQuery);
  const { data: server } = useQuery(serverQuery);
  const topics = useCandidates();
  useRowKeys();
  useLive(
    ['topics', 'products'],
    (event) => {
      if (event.name === 'metrics') return;
      void client.invalidateQueries({ queryKey: ['topics'] });
      void client.invalidateQueries({ queryKey: ['products'] });
    },
    topics.data?.sequence,
  );
  if (topics.isError) return <ErrorPage error={topics.error} />;
  const anonymous = me?.kind === 'anonymous';
  const candidates = topics.candidates;
  const example = `weft produce orders --bootstrap ${server?.addresses.kafka[0] ?? ''}`;
  return (
    <Page
      title="Publish"
      lead={
        anonymous
          ? 'You are anonymous: you see what could be published, and publishing needs a name. Choose whom to act as at the top right.'
          : `Topics of ${me && me.domains.length > 0 ? me.domains.join(', ') : 'nobody'}, and those that are nobody’s. A product is a topic, its schema and a promise.`
      }
    >
      <Section title="Topics that are no product yet" note={topics.data && plural(candidates.length, 'topic')}>
        {candidates.length > 0 ? (
          <CandidateTable topics={candidates} />
        ) : (
          topics.isSuccess && (
            <Empty title="Nothing waits to be published" actions={<CopyButton text={example}><span style={{ whiteSpace: 'normal', overflowWrap: 'anywhere' }}>{example}</span></CopyButton>}>
              Every topic {anonymous ? 'of the cluster' : 'of your domains'} is a product already, or there is none. Produce to a new topic with any Kafka client and it appears here.
            </Empty>
          )
        )}
      </Section>
      {me && me.domains.length > 0 && <MyProducts domains={me.domains} teams={me.teams} />}
    </Page>
  );
}

function MyProducts({ domains, teams }: { domains: string[]; teams: string[] }) {
  const products = useQuery(productsQuery({ domain: domains, lifecycle: ['live', 'deprecated', 'retired'] }));
  const hits = products.data?.hits ?? [];
  const metrics = useMetrics(hits.map(({ product }) => `metrics:${product.id}`));
  return (
    <Section title="Products of my domains" note={products.data && plural(products.data.total, 'product')}>
      {products.isError && <ErrorNote error={products.error} retry={() => void products.refetch()} />}
      {hits.length === 0 && products.isSuccess && <p className="muted">None yet.</p>}
      {hits.length > 0 && (
        <div className={`${tableStyles.card} ${tableStyles.scroll}`}>
          <table className={tableStyles.table}>
            <thead>
              <tr>
                <th scope="col">Product</th>
                <th scope="col">Owner</th>
                <th scope="col">Quality</th>
                <th scope="col">SLA</th>
                <th scope="col" className={tableStyles.number}>
                  Rate
                </th>
                <th scope="col">State</th>
                <th scope="col">
                  <span className="visually-hidden">What to do</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {hits.map(({ product }) => {
                const current = metrics.get(`metrics:${product.id}`)?.rate ?? product.facts.rate;
                return (
                  <tr key={product.id}>
                    <td>
                      <Link to="/products/$domain/$name/overview" params={{ domain: product.domain, name: product.name }} className="mono" data-row-link>
                        {product.id}
                      </Link>
                    </td>
                    <td>@{product.owner}</td>
                    <td>
                      <State of={product.quality} />
                    </td>
                    <td>
                      <State of={`tier${product.sla}`} />
                    </td>
                    <td className={tableStyles.number}>{current ? rate(current.records_per_second) : '–'}</td>
                    <td>
                      <State of={product.lifecycle} />
                      {product.deprecation?.ends_on && <small className="muted"> until {day(`${product.deprecation.ends_on}T00:00:00Z`)}</small>}
                    </td>
                    <td className={tableStyles.number}>
                      {teams.includes(product.owner) && product.lifecycle !== 'retired' && (
                        <Link to="/publish/$domain/$name" params={{ domain: product.domain, name: product.name }} className={buttonClass('secondary', true)}>
                          Edit
                        </Link>
                      )}
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}
