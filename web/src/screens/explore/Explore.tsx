import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { ChevronDown, Funnel, Hand, Link as LinkIcon, RefreshCw, Search, X } from 'lucide-react';
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import type { Schemas } from '../../api/client';
import { productsQuery } from '../../api/queries';
import { Button } from '../../design/Button';
import { Icon } from '../../design/Icon';
import { Kbd, toast } from '../../design/parts';
import { plural } from '../../format/quantity';
import { useKeys } from '../../frame/keys';
import { useLive } from '../../live/hooks';
import { ErrorPage } from '../errors';
import { PageHeading } from '../PageHeading';
import { useRowKeys } from '../useRowKeys';
import styles from './Explore.module.css';
import { Facets } from './Facets';
import { FirstRun } from './FirstRun';
import { type ExploreSearch, filterCount, sorts, toFilter } from './filter';
import { holdPlaces } from './held';
import { NewsLine } from './NewsLine';
import { NoHit } from './NoHit';
import { ResultTable } from './ResultTable';
import { SavedSearches } from './SavedSearches';
import { usePages } from './usePages';

const AskForData = lazy(() => import('../inbox/AskForData'));
const route = getRouteApi('/explore');
const sortNames: Record<Schemas['ProductSort'], string> = { best: 'Best match', name: 'Name', rate: 'Rate', freshness: 'Freshness', newest: 'Newest' };

export default function Explore() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const filter = toFilter(search);
  const products = useQuery(productsQuery(filter));
  const change = (next: ExploreSearch, replace = false) => void navigate({ search: next, replace });

  const { data } = products;
  if (!data) {
    return products.isError ? <ErrorPage error={products.error} /> : <Loading search={search} onChange={change} />;
  }
  if (data.published === 0) {
    return (
      <>
        <SearchBar search={search} onChange={change} />
        <FirstRun />
      </>
    );
  }
  return <Found key="found" data={data} stale={products.isPlaceholderData} search={search} onChange={change} />;
}

function Found({ data, stale, search, onChange }: { data: Schemas['ProductList']; stale: boolean; search: ExploreSearch; onChange: (next: ExploreSearch, replace?: boolean) => void }) {
  const [facetsOpen, setFacetsOpen] = useState(false);
  const key = JSON.stringify(toFilter(search));
  const filter = useMemo(() => JSON.parse(key) as ReturnType<typeof toFilter>, [key]);
  const first = useHeldRows(data, stale, key);
  const pages = usePages(key, filter, stale ? null : data.next_cursor);
  const rows = useMemo(() => {
    const shown = new Set(first.rows.map(({ hit }) => hit.product.id));
    return [...first.rows, ...pages.hits.filter((hit) => !shown.has(hit.product.id)).map((hit) => ({ hit, gone: false }))];
  }, [first.rows, pages.hits]);
  const { waiting, show } = first;
  useRowKeys();

  return (
    <>
      <SearchBar search={search} onChange={onChange} />
      <NewsLine />
      <div className={styles.countRow}>
        <p className={styles.count} role="status">
          <strong>{plural(data.total, 'product')}</strong> {search.q || filterCount(search) > 0 ? `of ${data.published} match` : ''}
        </p>
        {waiting > 0 && (
          <button type="button" className={styles.waiting} onClick={show}>
            <Icon of={RefreshCw} size={12} />
            {waiting} new {waiting === 1 ? 'match' : 'matches'} – show
          </button>
        )}
        <span className={styles.facetButton}>
          <Button small icon={Funnel} aria-expanded={facetsOpen} onClick={() => setFacetsOpen(!facetsOpen)}>
            Filter{filterCount(search) > 0 ? `, ${filterCount(search)} on` : ''}
          </Button>
        </span>
        <SortSelect search={search} onChange={onChange} />
        <Button
          small
          icon={LinkIcon}
          aria-label="Copy a link to this search"
          onClick={() => {
            void navigator.clipboard.writeText(location.href).then(() => toast({ tone: 'ok', title: 'Link copied', text: 'It opens this search with its filters and order.' }));
          }}
        />
      </div>
      <div className={styles.columns}>
        <aside className={styles.facets} data-open={facetsOpen} aria-label="Filters">
          <SavedSearches search={search} />
          <Facets facets={data.facets} search={search} onChange={onChange} />
        </aside>
        <div className={styles.results}>
          <Taken words={data.words} />
          {data.unindexed > 0 && search.q && (
            <p className={styles.more}>{plural(data.unindexed, 'product')} are still being indexed: found by filters already, by words in a moment.</p>
          )}
          {rows.length > 0 ? <ResultTable rows={rows} total={data.total} query={search.q ?? ''} onMore={pages.more} /> : <NoHit data={data} search={search} onChange={onChange} ask={<AskButton about={search.q ?? ''} />} />}
        </div>
      </div>
    </>
  );
}

/** Which words were taken for others: a person who mistyped sees it, and one who did not knows why these are here. */
function Taken({ words }: { words: Schemas['WordFound'][] }) {
  const taken = words.filter((word) => word.near.length > 0 && word.total > 0);
  if (taken.length === 0) return null;
  return (
    <p className={styles.more} role="status">
      {taken.map((word) => (
        <span key={word.word}>
          “{word.word}” with one letter other: {word.near.slice(0, 3).join(', ')}.{' '}
        </span>
      ))}
    </p>
  );
}

/** The rows of one search. A new search replaces them; changes of the mesh wait until the reader asks for them. */
function useHeldRows(data: Schemas['ProductList'], stale: boolean, filterKey: string) {
  const client = useQueryClient();
  const [shown, setShown] = useState({ key: filterKey, hits: data.hits });
  useLive(['products'], (event) => event.name !== 'metrics' && void client.invalidateQueries({ queryKey: ['products'] }), data.sequence);
  if (!stale && shown.key !== filterKey) setShown({ key: filterKey, hits: data.hits });
  const held = useMemo(() => (stale ? { rows: shown.hits.map((hit) => ({ hit, gone: false })), waiting: 0 } : holdPlaces(shown.hits, data.hits, data.next_cursor === null)), [shown, data, stale]);
  return { ...held, show: () => setShown({ key: filterKey, hits: data.hits }) };
}

function SearchBar({ search, onChange }: { search: ExploreSearch; onChange: (next: ExploreSearch, replace?: boolean) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(search.q ?? '');
  const sent = useRef(search.q ?? '');
  useEffect(() => {
    // The address changed by itself: back, forward, or a link.
    if ((search.q ?? '') !== sent.current) {
      sent.current = search.q ?? '';
      setText(sent.current);
    }
  }, [search.q]);
  const type = (next: string) => {
    setText(next);
    const words = next.trim();
    if (words === sent.current) return;
    // One step back leaves the search; it does not take it apart letter by letter.
    const replace = sent.current !== '' && words !== '';
    sent.current = words;
    onChange({ ...search, q: words || undefined }, replace);
  };
  useKeys({ '/': () => input.current?.select() });
  return (
    <search className={styles.searchRow}>
      <PageHeading className="visually-hidden">Explore</PageHeading>
      <div className={styles.searchBox}>
        <Icon of={Search} />
        <input
          ref={input}
          type="text"
          inputMode="search"
          aria-label="Search products, fields, meanings, teams"
          placeholder="Search products, fields, meanings, teams"
          value={text}
          maxLength={200}
          onChange={(event) => type(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            if (text) type('');
            else event.currentTarget.blur();
          }}
        />
        {text ? (
          <>
            <span className={styles.searchHint}>matches names, fields, meanings, teams</span>
            <button type="button" className={styles.clear} aria-label="Clear the search" onClick={() => { type(''); input.current?.focus(); }}>
              <Icon of={X} />
            </button>
          </>
        ) : (
          <Kbd>/</Kbd>
        )}
      </div>
    </search>
  );
}

function SortSelect({ search, onChange }: { search: ExploreSearch; onChange: (next: ExploreSearch) => void }) {
  const value = search.sort ?? (search.q ? 'best' : 'name');
  return (
    <span className={styles.sort}>
      <select aria-label="Sort by" value={value} onChange={(event) => onChange({ ...search, sort: event.target.value as Schemas['ProductSort'] })}>
        {sorts.map((sort) => (
          <option key={sort} value={sort}>
            {sortNames[sort]}
          </option>
        ))}
      </select>
      <Icon of={ChevronDown} size={14} />
    </span>
  );
}

/** Nothing fits: whoever owns the data, or could, is asked. */
function AskButton({ about }: { about: string }) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button icon={Hand} onClick={() => setAsking(true)}>Ask for this data…</Button>
      <Suspense>{asking && <AskForData about={about} onClose={() => setAsking(false)} />}</Suspense>
    </>
  );
}

function Loading({ search, onChange }: { search: ExploreSearch; onChange: (next: ExploreSearch, replace?: boolean) => void }) {
  return (
    <>
      <SearchBar search={search} onChange={onChange} />
      <div className={styles.countRow} />
      <div className={styles.columns}>
        <aside className={styles.facets} aria-hidden="true" />
        <div className={styles.results} role="status" aria-label="Loading products" />
      </div>
    </>
  );
}
