import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { groupQuery } from '../api/queries';
import { ApiCallButton } from '../design/ApiCallButton';
import { buttonClass } from '../design/Button';
import tableStyles from '../design/table.module.css';
import { count, plural } from '../format/quantity';
import { exact } from '../format/time';
import { ErrorPage } from './errors';
import { Page, Section } from './Page';
import { ago, behind, groupState } from './product/consumers';

const route = getRouteApi('/operations/groups/$group');

/** One group: who is in it, and how far it is in every partition. */
export default function OperationsGroup() {
  const { group: name } = route.useParams();
  const query = useQuery(groupQuery(name));
  if (!query.data) {
    return query.isError ? (
      <ErrorPage
        error={query.error}
        actions={
          <Link to="/operations/groups" className={buttonClass()}>
            All groups
          </Link>
        }
      />
    ) : (
      <Page title={name}>
        <div role="status" aria-label="Loading the group" />
      </Page>
    );
  }
  const group = query.data;
  const now = new Date(query.dataUpdatedAt).toISOString();
  const clientOf = new Map(group.members.map((member) => [member.id, member]));
  const state = groupState({ state: group.state, protocol_type: group.protocol_type, lag: group.lag });
  return (
    <Page
      title={name}
      lead={`Consumer group, ${state.word}: ${plural(group.members.length, 'member')}, ${plural(group.topics_total, 'topic')}, ${behind(group.lag)}.`}
      actions={<ApiCallButton method="GET" path={`/api/v1/groups/${encodeURIComponent(name)}`} />}
    >
      <Section title="Members">
        {group.members.length === 0 ? (
          <p className="muted">Nobody is in the group now; its committed offsets are kept.</p>
        ) : (
          <section className={`${tableStyles.card} ${tableStyles.scroll}`} aria-label="Members" tabIndex={0}>
            <table className={tableStyles.table}>
              <thead>
                <tr>
                  <th scope="col">Client id</th>
                  <th scope="col">Host</th>
                  <th scope="col">Member id</th>
                  <th scope="col" className={tableStyles.number}>Partitions</th>
                </tr>
              </thead>
              <tbody>
                {group.members.map((member) => (
                  <tr key={member.id}>
                    <td className="mono">{member.client_id}</td>
                    <td className="mono">{member.host}</td>
                    <td className="mono small">
                      {member.id}
                      {member.instance_id && <span className="muted"> instance {member.instance_id}</span>}
                    </td>
                    <td className={tableStyles.number}>{count(member.partitions_total)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        )}
      </Section>
      <Section title="Partitions" note={plural(group.partitions.length, 'partition')}>
        <section className={`${tableStyles.card} ${tableStyles.scroll}`} aria-label="Partitions" tabIndex={0}>
          <table className={tableStyles.table}>
            <thead>
              <tr>
                <th scope="col">Topic</th>
                <th scope="col" className={tableStyles.number}>Partition</th>
                <th scope="col" className={tableStyles.number}>Committed</th>
                <th scope="col" className={tableStyles.number}>End</th>
                <th scope="col" className={tableStyles.number}>Last commit</th>
                <th scope="col" className={tableStyles.number}>Behind</th>
                <th scope="col">Read by</th>
              </tr>
            </thead>
            <tbody>
              {group.partitions.map((each) => (
                <tr key={`${each.topic} ${each.partition}`}>
                  <td className="mono">{each.topic}</td>
                  <td className={tableStyles.number}>{each.partition}</td>
                  <td className={tableStyles.number}>{each.committed === null ? '–' : count(each.committed)}</td>
                  <td className={tableStyles.number}>{each.high_watermark === null ? 'gone' : count(each.high_watermark)}</td>
                  <td className={tableStyles.number} title={each.committed_at ? exact(each.committed_at) : undefined}>
                    {each.committed_at ? ago(each.committed_at, now) : 'never'}
                  </td>
                  <td className={tableStyles.number}>{behind(each.lag)}</td>
                  <td className="mono small">{(each.member !== null && clientOf.get(each.member)?.client_id) || <span className="muted">nobody</span>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </Section>
    </Page>
  );
}
