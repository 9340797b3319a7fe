import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { Pin, PinOff, SquareTerminal } from 'lucide-react';
import { createContext, useContext, useState } from 'react';
import type { Schemas } from '../../api/client';
import { productQuery } from '../../api/queries';
import { Badge } from '../../design/Badge';
import { Button, buttonClass } from '../../design/Button';
import { HistoryThread } from '../../design/HistoryThread';
import { Icon } from '../../design/Icon';
import { Weave } from '../../design/icons';
import { partStyles, Tip } from '../../design/parts';
import { State } from '../../design/Badge';
import { togglePin, usePins } from '../../design/settings';
import { Sparkline } from '../../design/Sparkline';
import { historyDetail, historyWord } from '../../format/facts';
import { bytes, count, duration, rate } from '../../format/quantity';
import { day, exact } from '../../format/time';
import { useKeys } from '../../frame/keys';
import { type Metrics, useLive, useMetrics } from '../../live/hooks';
import { ErrorPage } from '../errors';
import { PageHeading } from '../PageHeading';
import { useConversationsLive } from './Announcements';
import { OwnerActions } from './OwnerActions';
import { SensitivityOf } from './Says';
import { FollowButton } from './FollowButton';
import styles from './Product.module.css';

const route = getRouteApi('/products/$domain/$name');

const tabs = [
  { to: '/products/$domain/$name/overview', name: 'Overview' },
  { to: '/products/$domain/$name/schema', name: 'Schema' },
  { to: '/products/$domain/$name/samples', name: 'Samples' },
  { to: '/products/$domain/$name/consumers', name: 'Consumers' },
  { to: '/products/$domain/$name/questions', name: 'Questions' },
  { to: '/products/$domain/$name/changes', name: 'Changes' },
  { to: '/products/$domain/$name/use', name: 'Use it' },
] as const;

interface Shown {
  detail: Schemas['ProductDetail'];
  metrics: Metrics | undefined;
}
const ProductContext = createContext<Shown | undefined>(undefined);

/** The product that the tabs are about. */
export function useProduct(): Shown {
  const shown = useContext(ProductContext);
  if (!shown) throw new Error('useProduct works inside a product only');
  return shown;
}

export default function ProductFrame() {
  const { domain, name } = route.useParams();
  const client = useQueryClient();
  const query = useQuery(productQuery(domain, name));
  const id = `${domain}/${name}`;
  const sequence = query.data?.sequence;
  const [gone, setGone] = useState(false);
  useLive(
    sequence ? [`product:${id}`] : [],
    (event) => {
      if (event.name !== 'product' && event.name !== 'reset') return;
      const unpublished = event.name === 'product' && event.data.change === 'unpublished';
      setGone(unpublished);
      // What is on screen stays; there is nothing newer to fetch.
      if (unpublished) return;
      void client.invalidateQueries({ queryKey: ['product', domain, name] });
      void client.invalidateQueries({ queryKey: ['schema', domain, name] });
      void client.invalidateQueries({ queryKey: ['versions', domain, name] });
    },
    sequence,
  );
  useConversationsLive(domain, name);
  const metrics = useMetrics(sequence ? [`metrics:${id}`] : []).get(`metrics:${id}`);

  if (!query.data || query.isError) {
    return query.isError ? (
      <ErrorPage
        error={query.error}
        actions={
          <Link to="/explore" search={{ q: name }} className={buttonClass()}>
            Search for {name}
          </Link>
        }
      />
    ) : (
      <>
        <PageHeading>{name}</PageHeading>
        <div role="status" aria-label="Loading the product" />
      </>
    );
  }
  return (
    <ProductContext value={{ detail: query.data, metrics }}>
      {gone && (
        <p role="alert" className={styles.gone}>
          <strong>{id} was unpublished just now.</strong> What you see is how it was; its topic and records are still there. <Link to="/activity">Who did it</Link>
        </p>
      )}
      <Header detail={query.data} metrics={metrics} />
      <Outlet />
    </ProductContext>
  );
}

function Header({ detail, metrics }: Shown) {
  const { product } = detail;
  const { domain, name } = product;
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const onOverview = pathname.endsWith('/overview');
  const navigate = useNavigate();
  const pinned = usePins().includes(product.id);
  const mayEdit = detail.rights.some((right) => right.right === 'edit' && right.allowed);

  const step = (by: number) => {
    // A product's own address shows the overview, a moment before it says so.
    const at = Math.max(0, tabs.findIndex((tab) => pathname.endsWith(tab.to.slice(tab.to.lastIndexOf('/')))));
    const next = tabs[(at + by + tabs.length) % tabs.length];
    if (next) void navigate({ to: next.to, params: { domain, name } });
  };
  useKeys({ '[': () => step(-1), ']': () => step(1) });

  return (
    <div className={styles.header}>
      <div className={styles.titleRow}>
        <span className={styles.kind}>
          <Icon of={Weave} size={20} />
        </span>
        <PageHeading className={styles.name}>{name}</PageHeading>
        <Badge of={product.quality} />
        <Badge of={`tier${product.sla}`} />
        <Badge of={product.lifecycle}>{product.lifecycle === 'deprecated' && product.deprecation?.ends_on ? `deprecated, until ${day(`${product.deprecation.ends_on}T00:00:00Z`)}` : undefined}</Badge>
        <div className={styles.actions}>
          {mayEdit && <OwnerActions product={product} />}
          <FollowButton domain={domain} name={name} />
          <Button icon={pinned ? PinOff : Pin} aria-pressed={pinned} onClick={() => togglePin(product.id)}>
            {pinned ? 'Unpin' : 'Pin'}
          </Button>
          <Link to="/products/$domain/$name/use" params={{ domain, name }} className={buttonClass('primary')}>
            <Icon of={SquareTerminal} />
            Use it
          </Link>
        </div>
      </div>
      {onOverview && (
        <>
          <p className={styles.sentence}>{product.summary}</p>
          <FactStrip product={product} metrics={metrics} />
        </>
      )}
      <nav aria-label="Product" className={`${partStyles.tabs} ${styles.tabs}`}>
        {tabs.map((tab) => (
          <Link key={tab.to} to={tab.to} params={{ domain, name }} className={partStyles.tab} activeOptions={{ includeSearch: false }}>
            {tab.name}
            {tab.name === 'Changes' && product.version > 1 && <span>v{product.version}</span>}
            {tab.name === 'Schema' && product.facts.schema && <span>v{product.facts.schema.version}</span>}
          </Link>
        ))}
      </nav>
    </div>
  );
}

/** The few figures that decide, measured by weft. What is not known says why. */
function FactStrip({ product, metrics }: { product: Schemas['Product']; metrics: Metrics | undefined }) {
  const { facts } = product;
  const current = metrics?.rate ?? facts.rate;
  const freshness = metrics?.freshness ?? facts.freshness;
  const last = metrics?.last_record ?? facts.last_record;
  const size = metrics?.size ?? facts.size;
  const held = metrics?.offsets_held ?? facts.offsets_held;
  const why = (fact: Schemas['UnknownFact']['fact']) => <Unknown facts={facts} fact={fact} />;
  return (
    <dl className={styles.facts}>
      <div className={styles.fact}>
        <dt>Rate{current ? `, last ${duration(current.window_seconds * 1000)}` : ''}</dt>
        <dd>
          {current ? (
            <>
              <b className={styles.rateNumber}>{rate(current.records_per_second)}</b>
              <Sparkline values={current.points} state={freshness?.state ?? 'silent'} width={96} label={`Rate over ${duration(current.window_seconds * 1000)}`} />
            </>
          ) : (
            why('rate')
          )}
        </dd>
      </div>
      <div className={styles.fact}>
        <dt>Freshness</dt>
        <dd>
          {freshness && last ? (
            <>
              <Tip text={`Last record: ${exact(last.timestamp)}\npartition ${last.partition}, offset ${count(last.offset)}`}>
                <b>{duration(freshness.age_ms)}</b>
              </Tip>
              {freshness.state === 'fresh' ? <small>since the last record</small> : <State of={freshness.state} />}
            </>
          ) : (
            why('last_record')
          )}
        </dd>
      </div>
      <div className={styles.fact}>
        <dt>History held</dt>
        <dd>
          {facts.history ? (
            <>
              <HistoryThread kind={facts.history.kind} />
              <b>{historyWord(facts.history)}</b>
              <small>{historyDetail(facts.history)}</small>
            </>
          ) : (
            why('history')
          )}
        </dd>
      </div>
      <div className={styles.fact}>
        <dt>Records held</dt>
        <dd>{held === null ? why('last_record') : <b>{count(held)}</b>}</dd>
      </div>
      <div className={styles.fact}>
        <dt>Size</dt>
        <dd>
          {size ? (
            <>
              <b>{bytes(size.bytes)}</b>
              <small>in {facts.partitions ?? '?'} partitions</small>
            </>
          ) : (
            why('size')
          )}
        </dd>
      </div>
      <div className={styles.fact}>
        <dt>Sensitivity</dt>
        <dd>
          <SensitivityOf product={product} />
        </dd>
      </div>
    </dl>
  );
}

function Unknown({ facts, fact }: { facts: Schemas['Facts']; fact: Schemas['UnknownFact']['fact'] }) {
  const why = facts.unknown.find((one) => one.fact === fact)?.why;
  return why ? (
    <Tip text={why}>
      <span className="muted">not known</span>
    </Tip>
  ) : (
    <span className="muted">not measured yet</span>
  );
}
