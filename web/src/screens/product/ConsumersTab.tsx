import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { AppWindow, ChevronDown, ChevronRight } from 'lucide-react';
import type { Schemas } from '../../api/client';
import { consumersQuery } from '../../api/queries';
import { ApiCallButton } from '../../design/ApiCallButton';
import { buttonClass } from '../../design/Button';
import { Icon } from '../../design/Icon';
import tableStyles from '../../design/table.module.css';
import { count, plural } from '../../format/quantity';
import { clockUtc, exact } from '../../format/time';
import { ErrorNote, ErrorPage } from '../errors';
import { Empty, Section } from '../Page';
import { ago, behind, groupState, isFarBehind } from './consumers';
import styles from './Consumers.module.css';

const route = getRouteApi('/products/$domain/$name/consumers');

/** Who reads the topic, as the broker sees it; lag is as of the last look, a few seconds ago. */
export default function ConsumersTab() {
  const { domain, name } = route.useParams();
  const { group: open } = route.useSearch();
  const query = useQuery(consumersQuery(domain, name));
  if (!query.data) return query.isError ? <ErrorPage error={query.error} /> : <div role="status" aria-label="Loading who reads" />;
  const { consumers } = query.data;
  const { groups, clients, writers } = consumers;
  return (
    <div className={styles.page}>
      {query.isError && <ErrorNote error={query.error} retry={() => void query.refetch()} />}
      <Section
        title="Groups"
        note={`${plural(consumers.groups_total, 'group')} with members or committed offsets, as of ${clockUtc(consumers.measured_at).slice(0, 8)} UTC`}
        link={<ApiCallButton method="GET" path={`/api/v1/products/${domain}/${name}/consumers`} command={`weft consumers ${domain}/${name}`} />}
      >
        {groups.length === 0 ? (
          <Empty
            title={consumers.groups_listed ? 'No group reads this product' : 'Looking for groups…'}
            actions={
              <Link to="/products/$domain/$name/use" params={{ domain, name }} search={{}} className={buttonClass()}>
                Use it
              </Link>
            }
          >
            A consumer group is here from its first commit or member on, whatever client it uses. Nothing has to be registered.
          </Empty>
        ) : (
          <Groups groups={groups} open={open} measuredAt={consumers.measured_at} />
        )}
        {consumers.groups_total > groups.length && groups.length > 0 && (
          <p className="small muted">
            {count(consumers.groups_total - groups.length)} more groups: <code>weft consumers</code> shows the same first {groups.length}; ask the broker for the rest.
          </p>
        )}
      </Section>
      <Section title="Without a group" note="seen reading since the broker started">
        {clients.length === 0 ? <p className="muted">Nobody: every client that was seen reading is a member of a group.</p> : <Clients label="Clients that read without a group" clients={clients} measuredAt={consumers.measured_at} />}
      </Section>
      <Section title="Writers" note="seen writing since the broker started">
        {writers.length === 0 ? <p className="muted">Nobody was seen writing through the Kafka protocol.</p> : <Clients label="Writers" clients={writers} measuredAt={consumers.measured_at} />}
      </Section>
      {consumers.unknown.map((one) => (
        <p key={one.fact} className="small muted">
          {one.fact} not known: {one.why}
        </p>
      ))}
    </div>
  );
}

function Groups({ groups, open, measuredAt }: { groups: Schemas['ConsumerGroup'][]; open: string | undefined; measuredAt: string }) {
  return (
    <section className={tableStyles.scroll} aria-label="Groups" tabIndex={0}>
      <table className={`${tableStyles.table} ${styles.table}`}>
        <thead>
          <tr>
            <th scope="col">Group</th>
            <th scope="col">State</th>
            <th scope="col" className={tableStyles.number}>Members</th>
            <th scope="col">Read by</th>
            <th scope="col" className={tableStyles.number}>Last commit</th>
            <th scope="col" className={tableStyles.number}>Behind</th>
            <th scope="col" className={tableStyles.number}>Seen since</th>
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <Group key={group.group} group={group} open={group.group === open} measuredAt={measuredAt} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Group({ group, open, measuredAt }: { group: Schemas['ConsumerGroup']; open: boolean; measuredAt: string }) {
  const readers = [...new Set(group.members.map((member) => `${member.client_id} @ ${member.host}`))];
  const state = groupState(group);
  return (
    <>
      <tr data-open={open || undefined}>
        <td className="mono nowrap">
          <Link from={route.id} to="." search={open ? {} : { group: group.group }} aria-expanded={open} className={styles.name} replace resetScroll={false}>
            <Icon of={open ? ChevronDown : ChevronRight} size={12} />
            {group.group}
          </Link>
        </td>
        <td className={state.tone === 'warn' ? styles.warn : undefined}>{state.word}</td>
        <td className={tableStyles.number}>{group.members.length}</td>
        <td className="mono small">{readers.length === 0 ? <span className="muted">nobody now</span> : readers.slice(0, 2).join(', ') + (readers.length > 2 ? ` and ${readers.length - 2} more` : '')}</td>
        <td className={tableStyles.number} title={group.last_commit ? exact(group.last_commit) : undefined}>
          {group.last_commit ? ago(group.last_commit, measuredAt) : 'never'}
        </td>
        <td className={`${tableStyles.number} ${isFarBehind(group) ? styles.warn : ''}`}>{behind(group.lag)}</td>
        <td className={tableStyles.number} title={exact(group.since)}>
          {ago(group.since, measuredAt)}
        </td>
      </tr>
      {open && (
        <tr className={styles.detail}>
          <td colSpan={7}>
            <Partitions group={group} measuredAt={measuredAt} />
          </td>
        </tr>
      )}
    </>
  );
}

function Partitions({ group, measuredAt }: { group: Schemas['ConsumerGroup']; measuredAt: string }) {
  const clientOf = new Map(group.members.map((member) => [member.id, member]));
  return (
    <table className={`${tableStyles.table} ${styles.partitions}`} aria-label={`Partitions of ${group.group}`}>
      <thead>
        <tr>
          <th scope="col" className={tableStyles.number}>Partition</th>
          <th scope="col" className={tableStyles.number}>Committed</th>
          <th scope="col" className={tableStyles.number}>End</th>
          <th scope="col" className={tableStyles.number}>Behind</th>
          <th scope="col" className={tableStyles.number}>Committed</th>
          <th scope="col">Member</th>
        </tr>
      </thead>
      <tbody>
        {group.partitions.map((each) => {
          const member = each.member === null ? undefined : clientOf.get(each.member);
          const lost = each.committed !== null && each.committed < each.log_start ? each.log_start - each.committed : 0;
          return (
            <tr key={each.partition}>
              <td className={tableStyles.number}>{each.partition}</td>
              <td className={tableStyles.number}>{each.committed === null ? '–' : count(each.committed)}</td>
              <td className={tableStyles.number}>{count(each.high_watermark)}</td>
              <td className={tableStyles.number}>
                {behind(each.lag)}
                {lost > 0 && <span className={styles.warn}>, {count(lost)} of them no longer held</span>}
              </td>
              <td className={tableStyles.number} title={each.committed_at ? exact(each.committed_at) : undefined}>
                {each.committed_at ? ago(each.committed_at, measuredAt) : 'never'}
              </td>
              <td className="mono small">
                {member ? `${member.client_id} @ ${member.host}` : <span className="muted">nobody</span>}
                {member?.instance_id && <span className="muted"> instance {member.instance_id}</span>}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Clients({ label, clients, measuredAt }: { label: string; clients: Schemas['ObservedClient'][]; measuredAt: string }) {
  return (
    <section className={tableStyles.scroll} aria-label={label} tabIndex={0}>
      <table className={`${tableStyles.table} ${styles.table}`}>
        <thead>
          <tr>
            <th scope="col">Client id</th>
            <th scope="col">Principal</th>
            <th scope="col">Host</th>
            <th scope="col" className={tableStyles.number}>First seen</th>
            <th scope="col" className={tableStyles.number}>Last seen</th>
          </tr>
        </thead>
        <tbody>
          {clients.map((client) => (
            <tr key={`${client.client_id} ${client.principal} ${client.host}`}>
              <td className="mono">
                <span className={styles.name}>
                  <Icon of={AppWindow} size={12} />
                  {client.client_id || 'no client id'}
                </span>
              </td>
              <td>{client.principal}</td>
              <td className="mono">{client.host}</td>
              <td className={tableStyles.number} title={exact(client.first_seen)}>
                {ago(client.first_seen, measuredAt)}
              </td>
              <td className={tableStyles.number} title={exact(client.last_seen)}>
                {ago(client.last_seen, measuredAt)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
