import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { answer, api } from '../api/client';
import { ApiCallButton } from '../design/ApiCallButton';
import { Button } from '../design/Button';
import tableStyles from '../design/table.module.css';
import { count, plural } from '../format/quantity';
import { exact } from '../format/time';
import { ErrorPage } from './errors';
import { OperationsPage } from './OperationsPage';
import { Empty } from './Page';
import { ago, behind, groupState } from './product/consumers';
import styles from './Operations.module.css';

/** Every consumer group of the cluster, with how far behind it is. */
export default function OperationsGroups() {
  const query = useInfiniteQuery({
    queryKey: ['groups'],
    queryFn: ({ pageParam, signal }) => answer(api.GET('/api/v1/groups', { params: { query: { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } }, signal })),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: 10_000,
  });
  if (query.isError && !query.data) return <ErrorPage error={query.error} />;
  const groups = query.data?.pages.flatMap((page) => page.groups) ?? [];
  const now = new Date(query.dataUpdatedAt).toISOString();
  return (
    <OperationsPage lead="Groups that have members or committed offsets, by name. Behind is the number of offsets between what was committed and the end." actions={<ApiCallButton method="GET" path="/api/v1/groups?limit=100" />}>
      {query.data && groups.length === 0 && (
        <Empty title="No consumer group yet">A group is here from its first member or commit on: <code>kcat -G my-group TOPIC</code>, or any program that Use it shows.</Empty>
      )}
      {groups.length > 0 && (
        <section className={`${tableStyles.card} ${tableStyles.scroll}`} aria-label="Groups" tabIndex={0}>
          <table className={tableStyles.table}>
            <thead>
              <tr>
                <th scope="col">Group</th>
                <th scope="col">State</th>
                <th scope="col" className={tableStyles.number}>Members</th>
                <th scope="col">Topics</th>
                <th scope="col" className={tableStyles.number}>Last commit</th>
                <th scope="col" className={tableStyles.number}>Behind</th>
              </tr>
            </thead>
            <tbody>
              {groups.map((group) => (
                <tr key={group.group}>
                  <td className="mono">
                    <Link to="/operations/groups/$group" params={{ group: group.group }} data-row-link>
                      {group.group}
                    </Link>
                  </td>
                  <td>{groupState({ state: group.state, protocol_type: group.protocol_type, lag: group.lag }).word}</td>
                  <td className={tableStyles.number}>{count(group.members_total)}</td>
                  <td className="mono small">
                    {group.topics.slice(0, 2).join(', ')}
                    {group.topics_total > 2 && ` and ${group.topics_total - 2} more`}
                  </td>
                  <td className={tableStyles.number} title={group.last_commit ? exact(group.last_commit) : undefined}>
                    {group.last_commit ? ago(group.last_commit, now) : 'never'}
                  </td>
                  <td className={`${tableStyles.number} ${group.members_total === 0 && (group.lag ?? 0) > 0 ? styles.warn : ''}`}>{behind(group.lag)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {query.hasNextPage ? (
        <p>
          <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show 100 more
          </Button>
        </p>
      ) : (
        groups.length > 0 && <p className="small muted">{plural(groups.length, 'group')}, that is all of them.</p>
      )}
    </OperationsPage>
  );
}
