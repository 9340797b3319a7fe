import { useQuery } from '@tanstack/react-query';
import { settingsQuery, topicsQuery } from '../api/queries';
import { ApiCallButton } from '../design/ApiCallButton';
import tableStyles from '../design/table.module.css';
import { bytes, count, plural } from '../format/quantity';
import { ErrorPage } from './errors';
import { OperationsPage } from './OperationsPage';
import { Section } from './Page';
import { readMetrics, valueOf } from './metrics';

const metricsQuery = {
  queryKey: ['metrics'],
  queryFn: async () => {
    const answer = await fetch('/metrics');
    if (!answer.ok) throw new Error(`/metrics answered ${answer.status}`);
    return readMetrics(await answer.text());
  },
  refetchInterval: 5_000,
};

/** What the records take, topic by topic, and the bounds that storage works within. */
export default function OperationsStorage() {
  const topics = useQuery(topicsQuery(false));
  const settings = useQuery(settingsQuery);
  const metrics = useQuery(metricsQuery);
  const failed = topics.error ?? settings.error;
  if (failed) return <ErrorPage error={failed} />;
  const setting = (name: string) => settings.data?.settings.find((one) => one.name === name)?.value ?? undefined;
  const number = (name: string) => {
    const value = Number(setting(name));
    return Number.isFinite(value) && setting(name) !== undefined ? value : undefined;
  };
  const slots = number('journal_slot_count');
  const slotBytes = number('journal_slot_bytes');
  const memoryMax = number('client_memory_bytes_max');
  const requests = metrics.data && valueOf(metrics.data, 'weft_client_memory_bytes', { half: 'requests' });
  const answers = metrics.data && valueOf(metrics.data, 'weft_client_memory_bytes', { half: 'answers' });
  const sized = (topics.data?.topics ?? []).flatMap((topic) => (topic.facts.size ? [{ name: topic.name, partitions: topic.facts.partitions, ...topic.facts.size }] : [])).sort((a, b) => b.bytes - a.bytes);
  const total = sized.reduce((sum, topic) => sum + topic.bytes, 0);
  const segments = sized.reduce((sum, topic) => sum + topic.segments, 0);
  return (
    <OperationsPage lead="Where records are. Everything is in one data directory; the journal takes every write first, segments hold what is kept." actions={<ApiCallButton method="GET" path="/metrics" label="Metrics" />}>
      <Section title="Bounds" note="changed by settings">
        <section className={`${tableStyles.card} ${tableStyles.scroll}`} aria-label="Bounds" tabIndex={0}>
          <table className={tableStyles.table}>
            <thead>
              <tr>
                <th scope="col">What</th>
                <th scope="col" className={tableStyles.number}>Now</th>
                <th scope="col" className={tableStyles.number}>At most</th>
                <th scope="col">When it is reached</th>
              </tr>
            </thead>
            <tbody>
              <tr>
                <td>Journal</td>
                <td className={tableStyles.number}>reserved</td>
                <td className={tableStyles.number}>{slots && slotBytes ? bytes(slots * slotBytes) : '–'}</td>
                <td>
                  Writes wait until a slot is free: {slots && slotBytes ? `${count(slots)} slots of ${bytes(slotBytes)}, ` : ''}each is used again once what it holds stands in segments.
                </td>
              </tr>
              <tr>
                <td>Segments</td>
                <td className={tableStyles.number}>{topics.data ? bytes(total) : '–'}</td>
                <td className={tableStyles.number}>by retention</td>
                <td>{plural(segments, 'segment')}; each topic deletes or compacts by its own settings.</td>
              </tr>
              <tr>
                <td>Free disk</td>
                <td className={tableStyles.number}>weft doctor</td>
                <td className={tableStyles.number}>{number('disk_free_bytes_min') === undefined ? '–' : `${bytes(number('disk_free_bytes_min') ?? 0)} kept`}</td>
                <td>Below it, writing is refused and reading goes on.</td>
              </tr>
              <tr>
                <td>Memory for clients</td>
                <td className={tableStyles.number}>{requests === undefined || answers === undefined ? '–' : bytes(requests + answers)}</td>
                <td className={tableStyles.number}>{memoryMax === undefined ? '–' : bytes(memoryMax)}</td>
                <td>
                  {requests === undefined || answers === undefined ? '' : `${bytes(requests)} in requests, ${bytes(answers)} in answers. `}
                  Whoever needs more waits; nothing is dropped.
                </td>
              </tr>
            </tbody>
          </table>
        </section>
      </Section>
      <Section title="Topics by size" note={topics.data && `${plural(sized.length, 'topic')}, ${bytes(total)}`}>
        <section className={`${tableStyles.card} ${tableStyles.scroll}`} aria-label="Topics by size" tabIndex={0}>
          <table className={tableStyles.table}>
            <thead>
              <tr>
                <th scope="col">Topic</th>
                <th scope="col" className={tableStyles.number}>Size</th>
                <th scope="col" className={tableStyles.number}>Of all</th>
                <th scope="col" className={tableStyles.number}>Segments</th>
                <th scope="col" className={tableStyles.number}>Partitions</th>
              </tr>
            </thead>
            <tbody>
              {sized.map((topic) => (
                <tr key={topic.name}>
                  <td className="mono">{topic.name}</td>
                  <td className={tableStyles.number}>{bytes(topic.bytes)}</td>
                  <td className={tableStyles.number}>{total === 0 ? '–' : `${Math.round((topic.bytes / total) * 100)} %`}</td>
                  <td className={tableStyles.number}>{count(topic.segments)}</td>
                  <td className={tableStyles.number}>{topic.partitions ?? '–'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </Section>
    </OperationsPage>
  );
}
