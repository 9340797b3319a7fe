import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef } from 'react';
import type { Schemas } from '../../api/client';
import { streamOf } from '../../api/ports';
import { schemaQuery } from '../../api/queries';
import { useKeys } from '../../frame/keys';
import { ErrorPage } from '../errors';
import { Empty } from '../Page';
import { useRowKeys } from '../useRowKeys';
import { columnsOf } from './columns';
import { openPosition, parseFrom, positionOf, type SamplesSearch } from './position';
import { useProduct } from './ProductFrame';
import { DownloadButton, RecordPanel } from './RecordPanel';
import { RecordTable } from './RecordTable';
import { SampleControls } from './SampleControls';
import styles from './Samples.module.css';
import type { TailRow } from './tail';

// What every way of reading samples has around its rows.

const route = getRouteApi('/products/$domain/$name/samples');

export function useSamplesPage(search: SamplesSearch) {
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
  // What is on screen, so that an open record need not be fetched again.
  const rows = useRef<readonly TailRow[]>([]);
  useRowKeys();
  useKeys(place ? { Escape: close } : {});
  return { domain, name, columns: columnsOf(schema.data?.fields), go, close, open, place, rows };
}

export type SamplesPage = ReturnType<typeof useSamplesPage>;

/** Controls, rows and the open record. It stays while what it shows is read in another way: so does the focus. */
export function SamplesLayout({ search, page, children }: { search: SamplesSearch; page: SamplesPage; children: ReactNode }) {
  const { place } = page;
  const known = place && page.rows.current.find((row) => row.key === positionOf(place));
  return (
    <div className={styles.samples} data-open={place !== undefined}>
      <div className={styles.list}>
        <SampleControls search={search} page={page} />
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

export function RowsOrWhy({ rows, loading, page, why }: { rows: readonly TailRow[]; loading: boolean; page: SamplesPage; why?: ReactNode }) {
  const { detail } = useProduct();
  useEffect(() => {
    page.rows.current = rows;
  }, [page.rows, rows]);
  if (rows.length > 0) return <RecordTable rows={rows} columns={page.columns} open={page.place && positionOf(page.place)} onOpen={page.open} />;
  if (loading) return <div className={styles.scroll} role="status" aria-label="Loading records" />;
  if (why) return <div className={styles.scroll}>{why}</div>;
  return (
    <div className={styles.scroll}>
      <Empty title="No record here">
        Nothing is held at this place of <code>{streamOf(detail.product)?.topic}</code>. What is produced next appears under Live by itself:{' '}
        <code>weft produce {streamOf(detail.product)?.topic}</code>
      </Empty>
    </div>
  );
}

export function DownloadRows({ rows, name }: { rows: readonly TailRow[]; name: string }) {
  return <DownloadButton file={`${name}.jsonl`} records={() => rows.flatMap((row) => (row.kind === 'record' ? [row.record] : []))} />;
}

/** Why there is no page at all. */
export function SamplesError({ error }: { error: unknown }) {
  return <ErrorPage error={error} {...(isForbidden(error) ? { title: 'You may see this product, but not its records' } : {})} />;
}

function isForbidden(error: unknown) {
  return typeof error === 'object' && error !== null && 'problem' in error && (error.problem as Schemas['Problem']).status === 403;
}
