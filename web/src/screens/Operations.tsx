import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { serverQuery, topicsQuery } from '../api/queries';
import { State } from '../design/Badge';
import tableStyles from '../design/table.module.css';
import { historyShort } from '../format/facts';
import { bytes, count, plural, rate } from '../format/quantity';
import { exact, exactUtc } from '../format/time';
import { useLive, useMetrics } from '../live/hooks';
import styles from './Operations.module.css';
import { ErrorPage } from './errors';
import { Empty, Page, Section } from './Page';

/** The engine room, as far as there is one: the server's addresses and the cluster's topics. */
export default function Operations() {
  const client = useQueryClient();
  const topics = useQuery(topicsQuery(false));
  const server = useQuery(serverQuery);
  useLive(['topics'], (event) => event.name !== 'metrics' && void client.invalidateQueries({ queryKey: ['topics'] }), topics.data?.sequence);
  const metrics = useMetrics((topics.data?.topics ?? []).map(({ name }) => `topic_metrics:${name}`));
  const failed = topics.error ?? server.error;
  if (failed) return <ErrorPage error={failed} />;
  const addresses = server.data?.addresses;
  return (
    <Page title="Operations" lead={<>The cluster’s topics and how to reach it. Creating and deleting is done by <code>weft topic</code> or any Kafka tool; figures for your monitoring are at <a href="/metrics">/metrics</a>.</>}>
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
                  <th scope="col">Topic</th>
                  <th scope="col">Product</th>
                  <th scope="col" className={tableStyles.number}>Partitions</th>
                  <th scope="col" className={tableStyles.number}>Records held</th>
                  <th scope="col" className={tableStyles.number}>Size</th>
                  <th scope="col" className={tableStyles.number}>Rate</th>
                  <th scope="col">Kept</th>
                </tr>
              </thead>
              <tbody>
                {topics.data.topics.map((topic) => {
                  const live = metrics.get(`topic_metrics:${topic.name}`);
                  const { facts } = topic;
                  const size = live?.size ?? facts.size;
                  const held = live?.offsets_held ?? facts.offsets_held;
                  const current = live?.rate ?? facts.rate;
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
                      <td className={tableStyles.number}>{size ? bytes(size.bytes) : '–'}</td>
                      <td className={tableStyles.number}>{current ? rate(current.records_per_second) : '–'}</td>
                      <td className="muted">{facts.history ? historyShort(facts.history) : ''}</td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </section>
        )}
      </Section>
    </Page>
  );
}
