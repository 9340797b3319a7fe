import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Terminal, User } from 'lucide-react';
import { meQuery, serverQuery } from '../../api/queries';
import { Icon } from '../../design/Icon';
import { Mark } from '../../design/icons';
import { CopyButton } from '../../design/parts';
import { plural } from '../../format/quantity';
import { CandidateTable } from '../publish/CandidateTable';
import { useCandidates } from '../publish/useCandidates';
import styles from './Explore.module.css';

/** Nothing is published yet: what a product is, and the three ways to the first one. */
export function FirstRun() {
  const { data: me } = useQuery(meQuery);
  const { data: server } = useQuery(serverQuery);
  const found = useCandidates().candidates;
  const kafka = server?.addresses.kafka[0] ?? '';
  return (
    <div className={styles.welcome}>
      <div className={styles.welcomeHead}>
        <Mark size={48} faded />
        <div>
          <h2>No data products yet</h2>
          <p>A data product is a topic, its schema and a promise that others can build on.</p>
        </div>
      </div>
      <div className={styles.steps}>
        <div className={styles.step}>
          <p>1</p>
          <div>
            <h3>Publish a topic you own</h3>
            <p>
              {found.length > 0
                ? `weft sees ${plural(found.length, 'topic')} in ${server?.cluster.name ?? 'the cluster'} that ${found.length === 1 ? 'is' : 'are'} no product yet. Choose one, say what an event means, promise what you can keep.`
                : `weft sees no topic in ${server?.cluster.name ?? 'the cluster'} yet. Point any Kafka client at ${kafka} and produce; the topic appears here.`}
            </p>
            {found.length > 0 && (
              <div>
                <CandidateTable topics={found} />
              </div>
            )}
          </div>
        </div>
        <div className={styles.step}>
          <p>2</p>
          <div>
            <h3>Or start the demo mesh</h3>
            <p>
              Three products with live events: <code>stocktrades</code>, <code>users</code>, <code>pageviews</code>. It runs beside this server, on a data folder of its own.
            </p>
          </div>
          <CopyButton text="weft demo">weft demo</CopyButton>
        </div>
        <div className={styles.step}>
          <p>3</p>
          <div>
            <h3>Or publish from the command line</h3>
            <p>Whatever this page does, the command line does too: good for scripts and for reviews.</p>
          </div>
          <CopyButton text="weft product publish --help">weft product publish --help</CopyButton>
        </div>
      </div>
      <p className={styles.hints}>
        <span>
          <Icon of={User} size={12} />
          {me?.kind === 'person' ? `You act as ${me.display_name}` : 'You are anonymous: choose whom to act as at the top right'}
        </span>
        <span>
          <Icon of={Terminal} size={12} />
          <Link to="/operations">all topics of the cluster</Link>
        </span>
      </p>
    </div>
  );
}
