import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Pause, Play } from 'lucide-react';
import { useState } from 'react';
import type { Schemas } from '../../api/client';
import { samplesQuery } from '../../api/queries';
import { State } from '../../design/Badge';
import { Button } from '../../design/Button';
import { Pulse } from '../../design/icons';
import { Kbd } from '../../design/parts';
import { count, plural, rate } from '../../format/quantity';
import { useKeys } from '../../frame/keys';
import { useStreamStatus } from '../../live/hooks';
import { ErrorNote } from '../errors';
import { Empty } from '../Page';
import { useProduct } from './ProductFrame';
import { type From, isScan, parseFrom, positionOf, type SamplesSearch } from './position';
import { ScanSamples } from './ScanSamples';
import { DownloadRows, RowsOrWhy, SamplesError, SamplesLayout, type SamplesPage, useSamplesPage } from './SamplesFrame';
import styles from './Samples.module.css';
import { rowsMax, type TailRow } from './tail';
import { useTail } from './useTail';

const route = getRouteApi('/products/$domain/$name/samples');
const pageRows = 100;
const noRecords: readonly Schemas['Record'][] = [];

export default function Samples() {
  const search = route.useSearch();
  const page = useSamplesPage(search);
  return (
    <SamplesLayout search={search} page={page}>
      <Reading search={search} page={page} />
    </SamplesLayout>
  );
}

/** Each way of reading is a list of its own: it starts empty and keeps its own place. */
function Reading({ search, page }: { search: SamplesSearch; page: SamplesPage }) {
  const from = parseFrom(search.from);
  if (from.kind === 'live') return <LiveSamples key={search.where} search={search} page={page} />;
  if (isScan(search)) return <ScanSamples key={`${search.from} ${search.until} ${search.where}`} search={search} page={page} />;
  return <ReadSamples key={search.from} search={search} page={page} from={from} />;
}

function LiveSamples({ search, page }: { search: SamplesSearch; page: SamplesPage }) {
  const { detail, metrics } = useProduct();
  const start = useQuery({ ...samplesQuery(page.domain, page.name, 'newest', 50), refetchOnMount: 'always', gcTime: 0 });
  const { tail, paused, ended, scanned, matched, toggle, summary } = useTail(detail.product.id, search.where, search.where ? noRecords : start.data?.records);
  const { state } = useStreamStatus();
  useKeys({ Space: toggle });
  const current = metrics?.rate ?? detail.product.facts.rate;

  if (start.isError) return <SamplesError error={start.error} />;
  return (
    <>
      <div className={styles.status}>
        {paused ? <State of="paused" small>{ended ? `Stopped: ${ended}` : 'Paused, rows stay'}</State> : <State of={state === 'connecting' ? 'live' : state} small>{state === 'live' ? (search.where ? 'Live, filter runs on the server' : 'Live') : undefined}</State>}
        {current && <span>{rate(current.records_per_second)}</span>}
        {search.where && (
          <span>
            {count(matched)} match of {count(scanned)} read, at most 20,000/s
          </span>
        )}
        <span>shows at most 50/s</span>
        <span>{count(tail.skipped)} skipped</span>
        <span>keeps {count(rowsMax)} rows · stops after 15 min</span>
      </div>
      <p className="visually-hidden" role="status">
        {paused ? '' : summary}
      </p>
      <RowsOrWhy rows={tail.rows} loading={start.isPending} page={page} why={search.where && <NoMatchYet where={search.where} scanned={scanned} />} />
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
    </>
  );
}

function ReadSamples({ search, page, from }: { search: SamplesSearch; page: SamplesPage; from: Exclude<From, { kind: 'live' }> }) {
  const [limit, setLimit] = useState(pageRows);
  const read = useQuery({ ...samplesQuery(page.domain, page.name, search.from ?? 'newest', limit), placeholderData: (before) => before });
  if (read.isError && !read.data) return <SamplesError error={read.error} />;
  const records = read.data?.records ?? [];
  const rows: TailRow[] = records.map((record) => ({ kind: 'record', key: positionOf(record), record, isNew: false }));
  const last = records[records.length - 1];
  const full = records.length >= limit;
  return (
    <>
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
        <Button small icon={Pulse} onClick={() => page.go({ where: search.where })}>
          Follow live
        </Button>
        <span className={styles.end}>
          <DownloadRows rows={rows} name={page.name} />
        </span>
      </div>
    </>
  );
}

function NoMatchYet({ where, scanned }: { where: string; scanned: number }) {
  return (
    <Empty title="No match yet">
      <code>{where}</code> has been held against {plural(scanned, 'new record')}. What matches appears here by itself. For those that are there already, choose Newest.
    </Empty>
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

