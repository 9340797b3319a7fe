import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { serverQuery, topicsQuery } from '../api/queries';
import { State } from '../design/Badge';
import tableStyles from '../design/table.module.css';
import { historyShort } from '../format/facts';
import { bytes, count, plural, rate } from '../format/quantity';
import { exact, exactUtc } from '../format/time';
import { useLive, useMetrics } from '../live/hooks';
import styles from './Operations.module.css';
import { ErrorPage } from './errors';
import { ApiCallButton } from '../design/ApiCallButton';
import { OperationsPage } from './OperationsPage';
import { Empty, Section } from './Page';
import { sortTopics, type TopicColumn } from './topic_sort';

const route = getRouteApi('/operations');

/** The engine room: the server's addresses and the cluster's topics; groups and storage have tabs of their own. */
export default function Operations() {
  const client = useQueryClient();
  const search = route.useSearch();
  const topics = useQuery(topicsQuery(false));
  const server = useQuery(serverQuery);
  useLive(['topics'], (event) => event.name !== 'metrics' && void client.invalidateQueries({ queryKey: ['topics'] }), topics.data?.sequence);
  const metrics = useMetrics((topics.data?.topics ?? []).map(({ name }) => `topic_metrics:${name}`));
  const failed = topics.error ?? server.error;
  if (failed) return <ErrorPage error={failed} />;
  const addresses = server.data?.addresses;
  const rows = sortTopics(
    (topics.data?.topics ?? []).map((topic) => {
      const live = metrics.get(`topic_metrics:${topic.name}`);
      return {
        topic,
        held: live?.offsets_held ?? topic.facts.offsets_held,
        bytes: (live?.size ?? topic.facts.size)?.bytes ?? null,
        rate: (live?.rate ?? topic.facts.rate)?.records_per_second ?? null,
      };
    }),
    search,
  );
  return (
    <OperationsPage actions={<ApiCallButton method="GET" path="/api/v1/topics" command="weft topic list" />} lead={<>The cluster’s topics and how to reach it. Creating and deleting is done by <code>weft topic</code> or any Kafka tool; figures for your monitoring are at <a href="/metrics">/metrics</a>.</>}>
      {server.data && addresses && (
        <dl className={styles.facts}>
          <dt>weft</dt>
          <dd>
            {server.data.version}, running since <span title={exact(server.data.started_at)}>{exactUtc(server.data.started_at).slice(0, 16)} UTC</span>
          </dd>
          <dt>Cluster</dt>
          <dd>
            {server.data.cluster.name} <code>{server.data.cluster.cluster_id}</code>
          </dd>
          <dt>Kafka</dt>
          <dd className="mono">{addresses.kafka.join(', ')}</dd>
          <dt>Registry</dt>
          <dd className="mono">{addresses.registry ?? 'off'}</dd>
        </dl>
      )}
      <Section title="Topics" note={topics.data && plural(topics.data.total, 'topic')}>
        {topics.data?.topics.length === 0 && <Empty title="No topic yet">Produce to a new topic with any Kafka client, or: weft topic create NAME</Empty>}
        {topics.data && topics.data.topics.length > 0 && (
          <section className={`${tableStyles.card} ${tableStyles.scroll}`} aria-label="Topics" tabIndex={0}>
            <table className={tableStyles.table}>
              <thead>
                <tr>
                  <SortHead by="name">Topic</SortHead>
                  <th scope="col">Product</th>
                  <SortHead by="partitions" number>Partitions</SortHead>
                  <SortHead by="records" number>Records held</SortHead>
                  <SortHead by="size" number>Size</SortHead>
                  <SortHead by="rate" number>Rate</SortHead>
                  <th scope="col">Kept</th>
                </tr>
              </thead>
              <tbody>
                {rows.map(({ topic, held, bytes: size, rate: current }) => {
                  const { facts } = topic;
                  const [domain = '', name = ''] = topic.product?.split('/') ?? [];
                  return (
                    <tr key={topic.name}>
                      <td className="mono">{topic.name}</td>
                      <td>
                        {topic.product ? (
                          <Link to="/products/$domain/$name/overview" params={{ domain, name }} className="mono">
                            {topic.product}
                          </Link>
                        ) : topic.internal ? (
                          <span className="muted">internal</span>
                        ) : (
                          <Link to="/publish/$topic" params={{ topic: topic.name }}>
                            <State of="draft">not published</State>
                          </Link>
                        )}
                      </td>
                      <td className={tableStyles.number}>{facts.partitions ?? '–'}</td>
                      <td className={tableStyles.number}>{held === null ? '–' : count(held)}</td>
                      <td className={tableStyles.number}>{size === null ? '–' : bytes(size)}</td>
                      <td className={tableStyles.number}>{current === null ? '–' : rate(current)}</td>
                      <td className="muted">{facts.history ? historyShort(facts.history) : ''}</td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </section>
        )}
      </Section>
    </OperationsPage>
  );
}

/** A column that sorts: once up, again down. */
function SortHead({ by, number, children }: { by: TopicColumn; number?: boolean; children: string }) {
  const { sort = 'name', order } = route.useSearch();
  const navigate = route.useNavigate();
  const active = sort === by;
  const down = active && order === undefined;
  return (
    <th scope="col" className={number ? tableStyles.number : undefined} aria-sort={active ? (order === 'down' ? 'descending' : 'ascending') : undefined}>
      <button type="button" className={styles.sort} onClick={() => void navigate({ search: { sort: by === 'name' ? undefined : by, order: down ? 'down' : undefined }, replace: true })}>
        {children}
        {active ? (order === 'down' ? ' ↓' : ' ↑') : ''}
      </button>
    </th>
  );
}
