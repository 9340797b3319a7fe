import { Link } from '@tanstack/react-router';
import type { Schemas } from '../../api/client';
import { State } from '../../design/Badge';
import { buttonClass } from '../../design/Button';
import { Icon } from '../../design/Icon';
import { TopicLines } from '../../design/icons';
import tableStyles from '../../design/table.module.css';
import { historyShort } from '../../format/facts';
import { plural, rate } from '../../format/quantity';
import { useMetrics } from '../../live/hooks';
import styles from './Publish.module.css';

/** Topics that are no product, each with what stands in the way. */
export function CandidateTable({ topics }: { topics: Schemas['Topic'][] }) {
  const metrics = useMetrics(topics.map(({ name }) => `topic_metrics:${name}`));
  const firstReady = topics.find((topic) => topic.publishable)?.name;
  return (
    <div className={`${tableStyles.card} ${tableStyles.scroll}`}>
      <table className={tableStyles.table}>
        <thead>
          <tr>
            <th scope="col">Topic</th>
            <th scope="col">Domain</th>
            <th scope="col">Schema</th>
            <th scope="col" className={tableStyles.number}>
              Rate
            </th>
            <th scope="col">Kept</th>
            <th scope="col">
              <span className="visually-hidden">What to do</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {topics.map((topic) => {
            const { facts } = topic;
            const current = metrics.get(`topic_metrics:${topic.name}`)?.rate ?? facts.rate;
            const blocking = topic.findings.filter((finding) => finding.severity === 'blocks');
            return (
              <tr key={topic.name}>
                <td>
                  <span className={styles.topic}>
                    <Icon of={TopicLines} size={14} />
                    <span className="mono">{topic.name}</span>
                  </span>
                  {blocking.map((finding) => (
                    <p key={finding.rule} className={styles.why}>
                      {finding.message} {finding.fix}
                    </p>
                  ))}
                </td>
                <td>{topic.domain ?? <span className="muted">nobody’s</span>}</td>
                <td className="nowrap">{facts.schema ? <State of="passes">{`${{ AVRO: 'Avro', JSON: 'JSON', PROTOBUF: 'Protobuf' }[facts.schema.format]} v${facts.schema.version}`}</State> : <State of="warns">no schema</State>}</td>
                <td className={tableStyles.number}>{current ? rate(current.records_per_second) : '–'}</td>
                <td className="muted">
                  {facts.partitions === null ? '' : plural(facts.partitions, 'partition')}
                  {facts.history ? `, ${historyShort(facts.history)}` : ''}
                </td>
                <td className={tableStyles.number}>
                  <Link to="/publish/$topic" params={{ topic: topic.name }} data-row-link className={buttonClass(topic.name === firstReady ? 'primary' : 'secondary', true)}>
                    {topic.publishable ? 'Add to mesh' : 'See what is missing'}
                  </Link>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
