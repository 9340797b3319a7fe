import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api, type Schemas } from '../api/client';
import { State } from '../design/Badge';
import { Button } from '../design/Button';
import { CopyButton } from '../design/parts';
import tableStyles from '../design/table.module.css';
import { count } from '../format/quantity';
import { exact, exactUtc } from '../format/time';
import { useLive } from '../live/hooks';
import styles from './Activity.module.css';
import { ErrorPage } from './errors';
import { Empty, Page } from './Page';

const outcomes = { done: 'agreed', refused: 'blocks', failed: 'broken', started: 'waiting' } as const;

/** Every change and every refusal, with the call that does the same. New entries wait until they are asked for. */
export default function Activity() {
  const client = useQueryClient();
  const [waiting, setWaiting] = useState(0);
  const audit = useInfiniteQuery({
    queryKey: ['audit'],
    queryFn: ({ pageParam }) => answer(api.GET('/api/v1/audit', { params: { query: { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } } })),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const first = audit.data?.pages[0];
  useLive(
    first ? ['audit'] : [],
    (event) => {
      if (event.name === 'audit') setWaiting((before) => before + 1);
    },
    first?.sequence,
  );
  const show = () => {
    setWaiting(0);
    void client.resetQueries({ queryKey: ['audit'] });
  };
  if (audit.isError) return <ErrorPage error={audit.error} />;
  const entries = audit.data?.pages.flatMap((page) => page.entries) ?? [];
  return (
    <Page
      title="Activity"
      lead="Who did what, what was refused and why, with the API call behind it. The newest 10,000 entries are kept."
      actions={
        waiting > 0 && (
          <Button onClick={show}>
            {count(waiting)} new – show
          </Button>
        )
      }
    >
      {first?.entries.length === 0 && <Empty title="Nothing has happened yet">Publishing, editing, unpublishing, and creating or deleting topics are written down here, refusals too.</Empty>}
      {entries.length > 0 && (
        <section className={tableStyles.scroll} aria-label="Entries" tabIndex={0}>
          <table className={`${tableStyles.table} ${styles.table}`}>
            <thead>
              <tr>
                <th scope="col">Time, UTC</th>
                <th scope="col">Who</th>
                <th scope="col">What</th>
                <th scope="col">Outcome</th>
                <th scope="col">Audit id</th>
              </tr>
            </thead>
            <tbody>
              {entries.map((entry) => (
                <Entry key={entry.id} entry={entry} />
              ))}
            </tbody>
          </table>
        </section>
      )}
      {audit.hasNextPage && (
        <p>
          <Button busy={audit.isFetchingNextPage} onClick={() => void audit.fetchNextPage()}>
            Show 100 more
          </Button>
        </p>
      )}
    </Page>
  );
}

function Entry({ entry }: { entry: Schemas['AuditEntry'] }) {
  const { call } = entry;
  const text = [`${call.method} ${call.path}`, ...Object.entries(call.headers).map(([name, value]) => `${name}: ${value}`), ...(call.body ? ['', call.body] : [])].join('\n');
  return (
    <tr>
      <td className="mono nowrap" title={exact(entry.time)}>
        {exactUtc(entry.time).slice(0, 19)}
      </td>
      <td className="nowrap">{entry.display_name}</td>
      <td>
        {entry.summary}
        {entry.findings
          .filter((finding) => finding.severity === 'blocks')
          .map((finding) => (
            <p key={finding.rule + finding.field} className="small muted">
              {finding.title}: {finding.message} <code>{finding.rule}</code>
            </p>
          ))}
        <details className={styles.call}>
          <summary>API call</summary>
          <pre>{text}</pre>
          <CopyButton small text={text}>
            Copy
          </CopyButton>
        </details>
      </td>
      <td>
        <State of={outcomes[entry.outcome]}>{entry.outcome}</State>
      </td>
      <td className="mono">{entry.id}</td>
    </tr>
  );
}
