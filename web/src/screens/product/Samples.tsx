import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Pause, Play } from 'lucide-react';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { Schemas } from '../../api/client';
import { samplesQuery, schemaQuery } from '../../api/queries';
import { State } from '../../design/Badge';
import { Button } from '../../design/Button';
import { Pulse } from '../../design/icons';
import { Kbd, Segments } from '../../design/parts';
import { count, plural, rate } from '../../format/quantity';
import { useKeys } from '../../frame/keys';
import { useStreamStatus } from '../../live/hooks';
import { ErrorPage, ErrorNote } from '../errors';
import { Empty } from '../Page';
import { useRowKeys } from '../useRowKeys';
import { columnsOf } from './columns';
import { useProduct } from './ProductFrame';
import { type From, openPosition, parseFrom, positionOf, type SamplesSearch } from './position';
import { DownloadButton, RecordPanel } from './RecordPanel';
import { RecordTable } from './RecordTable';
import styles from './Samples.module.css';
import { rowsMax, type TailRow } from './tail';
import { useTail } from './useTail';

const route = getRouteApi('/products/$domain/$name/samples');
const pageRows = 100;

export default function Samples() {
  const search = route.useSearch();
  const from = parseFrom(search.from);
  // Each way of reading is a list of its own: it starts empty and keeps its own place.
  return from.kind === 'live' ? <LiveSamples search={search} /> : <ReadSamples key={search.from} search={search} from={from} />;
}

function useSamplesPage(search: SamplesSearch) {
  const { domain, name } = route.useParams();
  const navigate = route.useNavigate();
  const schema = useQuery(schemaQuery(domain, name));
  const go = (next: SamplesSearch, replace = false) => void navigate({ search: next, replace });
  const close = () => go({ ...search, record: parseFrom(search.from).kind === 'offset' ? 'none' : undefined, show: undefined });
  const place = openPosition(search);
  const open = (record: Schemas['Record']) => {
    const key = positionOf(record);
    if (place && positionOf(place) === key) close();
    // Walking from row to row is one step of the way back.
    else go({ ...search, record: key }, place !== undefined);
  };
  useRowKeys();
  useKeys(place ? { Escape: close } : {});
  return { domain, name, columns: columnsOf(schema.data?.fields), go, close, open, place };
}

function LiveSamples({ search }: { search: SamplesSearch }) {
  const page = useSamplesPage(search);
  const { detail, metrics } = useProduct();
  const start = useQuery({ ...samplesQuery(page.domain, page.name, 'newest', 50), refetchOnMount: 'always', gcTime: 0 });
  const { tail, paused, ended, toggle, summary } = useTail(detail.product.id, start.data);
  const { state } = useStreamStatus();
  useKeys({ Space: toggle });
  const current = metrics?.rate ?? detail.product.facts.rate;

  if (start.isError) return <ErrorPage error={start.error} {...(isForbidden(start.error) ? { title: 'You may see this product, but not its records' } : {})} />;
  return (
    <Layout search={search} page={page} rows={tail.rows}>
      <div className={styles.status}>
        {paused ? <State of="paused" small>{ended ? `Stopped: ${ended}` : 'Paused, rows stay'}</State> : <State of={state === 'connecting' ? 'live' : state} small>{state === 'live' ? 'Live' : undefined}</State>}
        {current && <span>{rate(current.records_per_second)}</span>}
        <span>shows at most 50/s</span>
        <span>{count(tail.skipped)} skipped</span>
        <span>keeps {count(rowsMax)} rows · stops after 15 min</span>
      </div>
      <p className="visually-hidden" role="status">
        {paused ? '' : summary}
      </p>
      <RowsOrWhy rows={tail.rows} loading={start.isPending} page={page} />
      <div className={styles.foot}>
        <Button kind="primary" small icon={paused ? Play : Pause} onClick={toggle}>
          {paused ? 'Go on' : 'Pause'}
        </Button>
        <Kbd>Space</Kbd>
        <span>{paused ? 'Nothing is sent meanwhile. Going on says how long it was.' : 'Paused rows stay. New rows come in at the top, nothing re-sorts.'}</span>
        <span className={styles.end}>
          <DownloadRows rows={tail.rows} name={page.name} />
        </span>
      </div>
    </Layout>
  );
}

function ReadSamples({ search, from }: { search: SamplesSearch; from: Exclude<From, { kind: 'live' }> }) {
  const page = useSamplesPage(search);
  const [limit, setLimit] = useState(pageRows);
  const read = useQuery({ ...samplesQuery(page.domain, page.name, search.from ?? 'newest', limit), placeholderData: (before) => before });
  if (read.isError && !read.data) return <ErrorPage error={read.error} {...(isForbidden(read.error) ? { title: 'You may see this product, but not its records' } : {})} />;
  const records = read.data?.records ?? [];
  const rows: TailRow[] = records.map((record) => ({ kind: 'record', key: positionOf(record), record, isNew: false }));
  const last = records[records.length - 1];
  const full = records.length >= limit;
  return (
    <Layout search={search} page={page} rows={rows}>
      <div className={styles.status}>
        <span>
          {from.kind === 'newest' ? 'Newest first' : from.kind === 'offset' ? `Partition ${from.partition} from offset ${count(from.offset)}, oldest first` : `From ${from.time}, oldest first`}
        </span>
        <span>{plural(records.length, 'record')}</span>
        {read.data?.complete === false && <span>a bound of 1 MiB or 5 s ended it first</span>}
        <Bounds partitions={read.data?.partitions ?? []} only={from.kind === 'offset' ? from.partition : undefined} />
      </div>
      <RowsOrWhy rows={rows} loading={read.isPending} page={page} />
      {read.isError && <ErrorNote error={read.error} />}
      <div className={styles.foot}>
        {from.kind === 'offset' && (
          <>
            <Button small onClick={() => page.go({ from: `offset:${from.partition}:${Math.max(0, from.offset - pageRows)}`, record: 'none' })}>
              {pageRows} before
            </Button>
            {last && (
              <Button small onClick={() => page.go({ from: `offset:${from.partition}:${last.offset + 1}`, record: 'none' })}>
                {pageRows} after
              </Button>
            )}
          </>
        )}
        {from.kind !== 'offset' && full && limit < 500 && (
          <Button small busy={read.isFetching} onClick={() => setLimit(Math.min(500, limit + pageRows))}>
            Show {Math.min(pageRows, 500 - limit)} more
          </Button>
        )}
        <Button small icon={Pulse} onClick={() => page.go({})}>
          Follow live
        </Button>
        <span className={styles.end}>
          <DownloadRows rows={rows} name={page.name} />
        </span>
      </div>
    </Layout>
  );
}

type SamplesPage = ReturnType<typeof useSamplesPage>;

function Layout({ search, page, rows, children }: { search: SamplesSearch; page: SamplesPage; rows: readonly TailRow[]; children: ReactNode }) {
  const { place } = page;
  const known = place && rows.find((row) => row.key === positionOf(place));
  return (
    <div className={styles.samples} data-open={place !== undefined}>
      <div className={styles.list}>
        <Controls search={search} page={page} />
        {children}
      </div>
      {place && (
        <RecordPanel
          key={positionOf(place)}
          domain={page.domain}
          name={page.name}
          place={place}
          known={known?.kind === 'record' ? known.record : undefined}
          show={search.show}
          onShow={(show) => page.go({ ...search, show }, true)}
          onClose={page.close}
        />
      )}
    </div>
  );
}

function RowsOrWhy({ rows, loading, page }: { rows: readonly TailRow[]; loading: boolean; page: SamplesPage }) {
  const { detail } = useProduct();
  if (rows.length > 0) return <RecordTable rows={rows} columns={page.columns} open={page.place && positionOf(page.place)} onOpen={page.open} />;
  if (loading) return <div className={styles.scroll} role="status" aria-label="Loading records" />;
  return (
    <div className={styles.scroll}>
      <Empty title="No record here">
        Nothing is held at this place of <code>{detail.product.port.topic}</code>. What is produced next appears under Live by itself:{' '}
        <code>weft produce {detail.product.port.topic}</code>
      </Empty>
    </div>
  );
}

/** What each partition holds, so that a seek has something to aim at. */
function Bounds({ partitions, only }: { partitions: Schemas['PartitionBounds'][]; only: number | undefined }) {
  const shown = partitions.filter(({ partition }) => only === undefined || partition === only).slice(0, 3);
  return (
    <span className="mono">
      {shown.map(({ partition, log_start, high_watermark }) => `${partition}: ${count(log_start)}–${count(Math.max(log_start, high_watermark - 1))}`).join('   ')}
      {only === undefined && partitions.length > shown.length ? `   +${partitions.length - shown.length}` : ''}
    </span>
  );
}

type Mode = From['kind'];

/** Where to read from. Time and offset ask for theirs before anything is read. */
function Controls({ search, page }: { search: SamplesSearch; page: SamplesPage }) {
  const from = parseFrom(search.from);
  const [asking, setAsking] = useState<'time' | 'offset'>();
  const mode: Mode = asking ?? from.kind;
  const choose = (next: Mode) => {
    setAsking(next === 'time' || next === 'offset' ? next : undefined);
    if (next === 'live') page.go({});
    if (next === 'newest') page.go({ from: 'newest' });
  };
  const seek = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setAsking(undefined);
    if (mode === 'offset') page.go({ from: `offset:${Number(form.get('partition'))}:${Number(form.get('offset'))}` });
    else page.go({ from: `time:${String(form.get('time')).trim()}` });
  };
  return (
    <div className={styles.controls}>
      <Segments
        label="Where to read from"
        value={mode}
        onChange={choose}
        options={[
          { value: 'live', label: 'Live', icon: Pulse },
          { value: 'newest', label: 'Newest' },
          { value: 'time', label: 'From time' },
          { value: 'offset', label: 'From offset' },
        ]}
      />
      {(mode === 'offset' || mode === 'time') && (
        <form className={styles.seek} onSubmit={seek} key={`${mode} ${search.from}`}>
          {mode === 'offset' ? (
            <>
              <input name="partition" aria-label="Partition" inputMode="numeric" pattern="\d{1,10}" required placeholder="partition" defaultValue={from.kind === 'offset' ? from.partition : 0} />
              <input name="offset" aria-label="Offset" inputMode="numeric" pattern="\d{1,16}" required placeholder="offset" defaultValue={from.kind === 'offset' ? from.offset : ''} />
            </>
          ) : (
            <input
              name="time"
              className={styles.time}
              aria-label="Time, as 2026-11-24T09:41:00Z"
              required
              pattern="\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+\-]\d{2}:\d{2})"
              title="As 2026-11-24T09:41:00Z"
              placeholder="2026-11-24T09:41:00Z"
              defaultValue={from.kind === 'time' ? from.time : `${new Date(Date.now() - 60_000).toISOString().slice(0, 19)}Z`}
            />
          )}
          <Button type="submit">Go</Button>
        </form>
      )}
    </div>
  );
}

function DownloadRows({ rows, name }: { rows: readonly TailRow[]; name: string }) {
  return <DownloadButton file={`${name}.jsonl`} records={() => rows.flatMap((row) => (row.kind === 'record' ? [row.record] : []))} />;
}

function isForbidden(error: unknown) {
  return typeof error === 'object' && error !== null && 'problem' in error && (error.problem as Schemas['Problem']).status === 403;
}
