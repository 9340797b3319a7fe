import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { answer, api, type Schemas } from '../api/client';
import type { paths } from '../api/schema';
import { State } from '../design/Badge';
import { Button } from '../design/Button';
import { ApiCallButton } from '../design/ApiCallButton';
import { CopyButton, toast } from '../design/parts';
import tableStyles from '../design/table.module.css';
import { count, plural } from '../format/quantity';
import { exact, exactUtc } from '../format/time';
import { useLive } from '../live/hooks';
import styles from './Activity.module.css';
import { type ActivitySearch, auditQueryText } from './activity_search';
import { ErrorPage } from './errors';
import { Empty, Page } from './Page';

const outcomes = { done: 'agreed', refused: 'blocks', failed: 'broken', started: 'waiting' } as const;

/** Every change and every refusal, with the call that does the same. New entries wait until they are asked for. */
const route = getRouteApi('/activity');

export default function Activity() {
  const search = route.useSearch();
  const client = useQueryClient();
  const [waiting, setWaiting] = useState(0);
  const audit = useInfiniteQuery({
    queryKey: ['audit', search],
    queryFn: ({ pageParam }) => auditPage(search, 100, pageParam),
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
        <>
          {waiting > 0 && (
            <Button onClick={show}>
              {count(waiting)} new – show
            </Button>
          )}
          <Export search={search} />
          <ApiCallButton method="GET" path={`/api/v1/audit${auditQueryText(search) && `?${auditQueryText(search)}`}`} />
        </>
      }
    >
      <Filters search={search} total={first?.total} />
      {first?.entries.length === 0 && auditQueryText(search) !== '' && (
        <Empty title="No entry matches">Drop a filter to see more: the newest 10,000 entries are kept.</Empty>
      )}
      {first?.entries.length === 0 && auditQueryText(search) === '' && <Empty title="Nothing has happened yet">Publishing, editing, unpublishing, and creating or deleting topics are written down here, refusals too.</Empty>}
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

type AuditSearch = NonNullable<paths['/api/v1/audit']['get']['parameters']['query']>;

/** Words that the server does not know come back as its refusal: it names those that there are. */
function auditPage(search: ActivitySearch, limit: number, cursor: string) {
  const query = { ...Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)), limit, ...(cursor ? { cursor } : {}) } as AuditSearch;
  return answer(api.GET('/api/v1/audit', { params: { query } }));
}

const actions = ['product.publish', 'product.edit', 'product.unpublish', 'topic.create', 'topic.delete', 'schema.register', 'schema.delete', 'schema.configure'];
const outcomeWords = ['done', 'refused', 'failed', 'started'];

function Filters({ search, total }: { search: ActivitySearch; total: number | undefined }) {
  const navigate = route.useNavigate();
  const change = (next: ActivitySearch) => void navigate({ search: { ...search, ...next }, replace: true });
  const apply = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? '').trim() || undefined;
    change({ principal: text('principal'), subject: text('subject') });
  };
  return (
    <form className={styles.filters} role="search" aria-label="Which entries" key={`${search.principal} ${search.subject}`} onSubmit={apply}>
      <select aria-label="What" value={search.action ?? ''} onChange={(event) => change({ action: event.target.value || undefined })}>
        <option value="">everything</option>
        {[...new Set([...actions, ...(search.action ? [search.action] : [])])].map((word) => (
          <option key={word} value={word}>
            {word.replace('.', ': ')}
          </option>
        ))}
      </select>
      <select aria-label="Outcome" value={search.outcome ?? ''} onChange={(event) => change({ outcome: event.target.value || undefined })}>
        <option value="">any outcome</option>
        {outcomeWords.map((word) => (
          <option key={word}>{word}</option>
        ))}
      </select>
      <input name="principal" aria-label="Who" placeholder="who: User:mkovac" defaultValue={search.principal ?? ''} />
      <input name="subject" aria-label="About" placeholder="about: product:execution/stocktrades" defaultValue={search.subject ?? ''} />
      <Button type="submit">Filter</Button>
      {total !== undefined && <span className="muted small">{plural(total, 'entry', 'entries')}</span>}
    </form>
  );
}

const exportMax = 10_000;

/** All entries that match, as JSON lines: as many as are kept. */
function Export({ search }: { search: ActivitySearch }) {
  const [busy, setBusy] = useState(false);
  const download = async () => {
    setBusy(true);
    try {
      const lines: string[] = [];
      let cursor = '';
      do {
        const page = await auditPage(search, 500, cursor);
        lines.push(...page.entries.map((entry) => JSON.stringify(entry)));
        cursor = page.next_cursor ?? '';
      } while (cursor && lines.length < exportMax);
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([`${lines.join('\n')}\n`], { type: 'application/x-ndjson' }));
      link.download = 'activity.jsonl';
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      toast({ tone: 'ok', title: `${plural(lines.length, 'entry', 'entries')} downloaded`, text: cursor ? `At most ${count(exportMax)} at a time: narrow the filter for the rest.` : 'That is all that match.' });
    } catch (error) {
      toast({ tone: 'bad', title: 'Not downloaded', text: error instanceof Error ? error.message : String(error) });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button icon={Download} busy={busy} onClick={() => void download()}>
      Export
    </Button>
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
