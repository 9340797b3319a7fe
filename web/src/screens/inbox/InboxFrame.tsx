import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, Outlet, useMatch, useNavigate } from '@tanstack/react-router';
import { PackageSearch } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import type { Schemas } from '../../api/client';
import { inboxQuery, newsQuery } from '../../api/inbox';
import { meQuery } from '../../api/queries';
import { State } from '../../design/Badge';
import { Button } from '../../design/Button';
import { Icon } from '../../design/Icon';
import { partStyles } from '../../design/parts';
import { exact } from '../../format/time';
import { useKeys } from '../../frame/keys';
import { ErrorNote } from '../errors';
import { Empty } from '../Page';
import { PageHeading } from '../PageHeading';
import { useRowKeys } from '../useRowKeys';
import styles from './Inbox.module.css';
import { News } from './News';
import type { InboxSearch } from './search';
import { about, ago, kinds, stateOf } from './words';

const AskForData = lazy(() => import('./AskForData'));
const route = getRouteApi('/inbox');

/** What waits, what was sent, everything: a list, and the one that is open beside it. */
export default function InboxFrame() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const open = useMatch({ from: '/inbox/$number', shouldThrow: false })?.params.number;
  const [asking, setAsking] = useState(false);
  useRowKeys();
  useKeys(open ? { Escape: () => void navigate({ to: '/inbox', search }) } : {});
  return (
    <div className={styles.frame} data-open={open !== undefined}>
      <section className={styles.list} aria-label="Inbox">
        {!open && <PageHeading className="visually-hidden">Inbox</PageHeading>}
        <Views search={search} onAsk={() => setAsking(true)} />
        {search.view === 'news' ? <News /> : <List view={search.view ?? 'for_you'} search={search} open={open} />}
      </section>
      <div className={styles.detail}>
        <Outlet />
      </div>
      <Suspense>{asking && <AskForData onClose={() => setAsking(false)} />}</Suspense>
    </div>
  );
}

function Views({ search, onAsk }: { search: InboxSearch; onAsk: () => void }) {
  const { data: me } = useQuery(meQuery);
  const { data } = useQuery(inboxQuery('for_you'));
  const { data: news } = useQuery({ ...newsQuery, enabled: me?.kind === 'person' });
  const navigate = useNavigate();
  const views = [
    { view: undefined, name: 'For you', count: data?.counts.for_you },
    { view: 'sent', name: 'Sent', count: data?.counts.sent },
    { view: 'news', name: 'Followed', count: news?.total },
    { view: 'all', name: 'All', count: undefined },
  ] as const;
  return (
    <div className={styles.views}>
      <nav aria-label="Which part" className={partStyles.segments}>
        {views.map(({ view, name, count }) => (
          <Link
            key={name}
            to="/inbox"
            search={{ ...(view ? { view } : {}), ...(search.kind ? { kind: search.kind } : {}) }}
            className={`${partStyles.segment} ${search.view === view ? styles.on : ''}`}
            activeProps={{}}
            aria-current={search.view === view ? 'page' : undefined}
          >
            {name}
            {count !== undefined && count > 0 && <span className={styles.number}>{count}</span>}
          </Link>
        ))}
      </nav>
      {search.view !== 'news' && (
        <select
          aria-label="Kind"
          className={styles.kinds}
          value={search.kind ?? ''}
          onChange={(event) =>
            void navigate({ to: '/inbox', search: { ...(search.view ? { view: search.view } : {}), ...(event.target.value ? { kind: event.target.value as Schemas['ConversationKind'] } : {}) } })
          }
        >
          <option value="">Every kind</option>
          {Object.entries(kinds).map(([kind, { word }]) => (
            <option key={kind} value={kind}>
              {word}
            </option>
          ))}
        </select>
      )}
      <Button small icon={PackageSearch} onClick={onAsk}>
        Ask for data…
      </Button>
    </div>
  );
}

function List({ view, search, open }: { view: Schemas['InboxView']; search: InboxSearch; open: string | undefined }) {
  const { data: me } = useQuery(meQuery);
  const inbox = useQuery(inboxQuery(view, search.kind));
  if (inbox.isError) return <ErrorNote error={inbox.error} retry={() => void inbox.refetch()} />;
  if (!inbox.data) return <div role="status" aria-label="Loading the inbox" />;
  const { items, decided, next_cursor } = inbox.data;
  const heading = { for_you: 'Waits for you', sent: 'Sent by you', all: 'Everything' }[view];
  return (
    <>
      {items.length > 0 && (
        <h2 className={styles.heading}>
          {heading}
          <span className={styles.number}>{items.length}{next_cursor ? '+' : ''}</span>
        </h2>
      )}
      {items.length > 0 ? <Items items={items} search={search} open={open} /> : <Nothing view={view} search={search} anonymous={me?.kind === 'anonymous'} />}
      {next_cursor && <p className={styles.more}>The newest {items.length}. Choose a kind to see others.</p>}
      {decided.length > 0 && (
        <>
          <h2 className={styles.heading}>Decided lately</h2>
          <Items items={decided} search={search} open={open} brief />
        </>
      )}
    </>
  );
}

function Nothing({ view, search, anonymous }: { view: Schemas['InboxView']; search: InboxSearch; anonymous: boolean }) {
  if (anonymous && view !== 'all')
    return (
      <Empty title="You are anonymous">
        Choose a person at the top right to act as: then what waits for that person stands here. All shows everybody’s.
      </Empty>
    );
  const ofKind = search.kind ? ` of kind ${kinds[search.kind].word.toLowerCase()}` : '';
  if (view === 'sent') return <Empty title={`You sent nothing${ofKind}`}>Ask the owner on a product’s Questions tab, or ask for data that no product offers.</Empty>;
  if (view === 'all') return <Empty title={`Nobody has asked anything${ofKind}`}>Questions on products, asks for data and announcements stand here for everybody to read.</Empty>;
  return <Empty title={`Nothing waits for you${ofKind}`}>Questions on your team’s products and asks for data in your domains come here by themselves.</Empty>;
}

function Items({ items, search, open, brief = false }: { items: Schemas['Conversation'][]; search: InboxSearch; open: string | undefined; brief?: boolean }) {
  return (
    <ul className={styles.items}>
      {items.map((item) => {
        const kind = kinds[item.kind];
        const state = stateOf(item);
        return (
          <li key={item.number}>
            <Link
              to="/inbox/$number"
              params={{ number: String(item.number) }}
              search={search}
              className={styles.item}
              data-row-link
              aria-current={open === String(item.number) ? 'true' : undefined}
            >
              <span className={styles.meta}>
                {brief || !item.waits_for_you ? <State of={state.of} small>{state.words}</State> : (
                  <>
                    <Icon of={kind.icon} size={14} />
                    {kind.word}
                  </>
                )}
                <time dateTime={item.changed_at} title={exact(item.changed_at)}>
                  {ago(item.changed_at)}
                </time>
              </span>
              <span className={styles.who}>
                <strong>{item.display_name}</strong> <span className={item.product ? 'mono' : ''}>{about(item)}</span>
              </span>
              <span className={styles.excerpt}>{item.text}</span>
            </Link>
          </li>
        );
      })}
    </ul>
  );
}

/** Nothing is open: say how to open something. */
export function NoneOpen() {
  return (
    <p className={styles.none}>
      Choose one at the left; <kbd>j</kbd> and <kbd>k</kbd> walk through them.
    </p>
  );
}
