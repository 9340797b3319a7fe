import { useQuery } from '@tanstack/react-query';
import { Search, Square } from 'lucide-react';
import type { Schemas } from '../../api/client';
import { streamOf } from '../../api/ports';
import { planQuery } from '../../api/queries';
import { Button } from '../../design/Button';
import { Pulse } from '../../design/icons';
import { count, plural } from '../../format/quantity';
import { exactUtc } from '../../format/time';
import { useKeys } from '../../frame/keys';
import { ErrorNote } from '../errors';
import { Empty } from '../Page';
import { useProduct } from './ProductFrame';
import { parseFrom, type SamplesSearch } from './position';
import { DownloadRows, RowsOrWhy, SamplesError, type SamplesPage } from './SamplesFrame';
import styles from './Samples.module.css';
import { boundText, progressText, type Scan } from './scan';
import { useScan } from './useScan';

/** Looks through records on the server. What it may read is said first; the reader begins, stops, and lets it go on. */
export function ScanSamples({ search, page }: { search: SamplesSearch; page: SamplesPage }) {
  const { detail } = useProduct();
  const { scan, start, stop } = useScan(page.domain, page.name, search.where);
  const range = { from: search.from ?? 'newest', until: search.until, where: search.where };
  const plan = useQuery({ ...planQuery(page.domain, page.name, range), retry: false });
  const rest = useQuery({ ...planQuery(page.domain, page.name, { ...range, cursor: scan.cursor ?? undefined }), enabled: scan.state === 'bound' });
  const running = scan.state === 'running';
  const next = scan.state === 'planned' ? plan.data?.cursor : scan.state === 'bound' ? rest.data?.cursor : scan.cursor;
  const begin = () => next && start(next);
  const said = footText(scan, rest.data);
  useKeys(running ? { Space: stop } : {});

  if (plan.isError) {
    const refused = 'problem' in plan.error && (plan.error.problem as Schemas['Problem']).status === 422;
    if (!refused) return <SamplesError error={plan.error} />;
  }
  return (
    <>
      <div className={styles.status} data-scan>
        <strong>{stateText(scan, plan.data, rest.data)}</strong>
        {scan.state !== 'planned' && progressText(scan, plan.data).map((text) => <span key={text.replace(/[\d,.:-]+/g, '')}>{text}</span>)}
      </div>
      <p className="visually-hidden" role="status">
        {running || scan.state === 'planned' ? '' : `${stateText(scan, plan.data, rest.data)}. ${count(scan.rows.length)} match.`}
      </p>
      {running && plan.data && (
        <progress className={styles.progress} aria-label="Records read of the bound" max={plan.data.bound.records} value={scan.scanned.records - scan.before} />
      )}
      {plan.isError && <ErrorNote error={plan.error} />}
      {scan.error !== undefined && <ErrorNote error={scan.error} />}
      <RowsOrWhy rows={scan.rows} loading={running || plan.isPending} page={page} why={<Nothing search={search} scan={scan} plan={plan.data} topic={streamOf(detail.product)?.topic ?? ''} onBegin={begin} />} />
      <div className={styles.foot}>
        {running ? (
          <Button small icon={Square} onClick={stop}>
            Stop
          </Button>
        ) : (
          next &&
          scan.state !== 'planned' && (
            <Button small icon={Search} onClick={begin}>
              {scan.state === 'failed' ? 'Try again' : 'Go on'}
            </Button>
          )
        )}
        {said && <span>{said}</span>}
        <Button small icon={Pulse} onClick={() => page.go({ where: search.where })}>
          Follow live
        </Button>
        <span className={styles.end}>
          <DownloadRows rows={scan.rows} name={page.name} />
        </span>
      </div>
    </>
  );
}

function stateText(scan: Scan, plan: Schemas['ScanPlan'] | undefined, rest: Schemas['ScanPlan'] | undefined) {
  switch (scan.state) {
    case 'planned':
      return plan ? `${boundText(plan)}, ${plan.newest_first ? 'newest first' : 'oldest first'}` : 'Asking how much there is to read';
    case 'running':
      return 'Searching on the server';
    case 'stopped':
      return 'Stopped';
    case 'full':
      return `Waits after ${count(scan.rows.length)} matches`;
    case 'bound':
      return rest ? `Ended at its bound, ${plural(rest.offsets, 'record')} of the range not read` : 'Ended at its bound';
    case 'done':
      return 'Everything in the range is read';
    case 'failed':
      return 'Broken off';
  }
}

function footText(scan: Scan, rest: Schemas['ScanPlan'] | undefined) {
  if (scan.state === 'planned') return 'Nothing is read before you start it.';
  if (scan.state === 'bound') return rest ? `${boundText(rest)} more` : '';
  if (scan.state === 'running') return 'Rows stay when you stop.';
  return scan.cursor ? 'Goes on where it was.' : '';
}

/** What stands there while there is no row. */
function Nothing({ search, scan, plan, topic, onBegin }: { search: SamplesSearch; scan: Scan; plan: Schemas['ScanPlan'] | undefined; topic: string; onBegin: () => void }) {
  if (scan.state === 'planned' && plan?.cursor) {
    return (
      <Empty
        title="Nothing is read yet"
        actions={
          <Button kind="primary" icon={Search} onClick={onBegin}>
            Search {plural(plan.bound.records, 'record')}
          </Button>
        }
      >
        {rangeText(search)} of <code>{topic}</code>
        {search.where && (
          <>
            {' '}
            where <code>{search.where}</code>
          </>
        )}
        .
      </Empty>
    );
  }
  if (scan.state === 'running' || !plan) return undefined;
  if (!plan.cursor) return <Empty title="Nothing is held here">No record of {topic} stands in this range: choose an earlier one.</Empty>;
  return (
    <Empty title={search.where ? `No record matches ${search.where}` : 'No record in this range'}>
      {plural(scan.scanned.records, 'record')} read{scan.at ? `, the last from ${exactUtc(scan.at)}` : ''}. Text is compared letter by letter; <code>value contains …</code> looks everywhere.
    </Empty>
  );
}

function rangeText(search: SamplesSearch) {
  const from = parseFrom(search.from);
  const until = parseFrom(search.until);
  const end = until.kind === 'offset' ? ` to before ${count(until.offset)}` : until.kind === 'time' ? ` to before ${until.time}` : '';
  if (from.kind === 'offset') return `Partition ${from.partition} from offset ${count(from.offset)}${end}`;
  if (from.kind === 'time') return `From ${from.time}${end}`;
  return 'From the newest record backwards';
}
