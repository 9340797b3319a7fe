import { Link, useNavigate } from '@tanstack/react-router';
import { TextAlignStart } from 'lucide-react';
import { type MouseEvent, useEffect, useRef } from 'react';
import type { Schemas } from '../../api/client';
import { Badge, State } from '../../design/Badge';
import { HistoryThread } from '../../design/HistoryThread';
import { Icon } from '../../design/Icon';
import { Sparkline } from '../../design/Sparkline';
import { historyShort } from '../../format/facts';
import { duration, rate } from '../../format/quantity';
import { exact } from '../../format/time';
import { type Metrics, useMetrics } from '../../live/hooks';
import styles from './Explore.module.css';
import type { Held } from './held';
import { useVisible } from './useVisible';

/** Rows before the end of what is there, at which more is asked for. */
const ahead = 30;

/** Only rows near the window are drawn, and only their metrics are heard: ten thousand scroll like ten. */
export function ResultTable({ rows, total, query, onMore }: { rows: Held['rows']; total: number; query: string; onMore: (() => void) | undefined }) {
  const body = useRef<HTMLTableSectionElement>(null);
  const rowHeight = document.documentElement.dataset.density === 'compact' ? 56 : 79;
  const { first, last } = useVisible(body, rows.length, rowHeight);
  const drawn = rows.slice(first, last);
  const metrics = useMetrics(drawn.map(({ hit }) => `metrics:${hit.product.id}`));
  useEffect(() => {
    if (onMore && last >= rows.length - ahead) onMore();
  }, [onMore, last, rows.length]);
  // Rows that came after the first look are tinted for a moment.
  const known = useRef<Set<string> | undefined>(undefined);
  const before = known.current;
  known.current = new Set(rows.map(({ hit }) => hit.product.id));
  return (
    <section className={styles.scroll} aria-label="Products" tabIndex={0}>
      <table className={styles.table} aria-rowcount={total + 1}>
        <colgroup>
          <col />
          <col style={{ width: 146 }} />
          <col style={{ width: 132 }} />
          <col style={{ width: 182 }} />
          <col style={{ width: 140 }} />
        </colgroup>
        <thead>
          <tr>
            <th scope="col">{query ? 'Product, meaning, why it matches' : 'Product, meaning'}</th>
            <th scope="col">Owner</th>
            <th scope="col">Quality, SLA</th>
            <th scope="col">Rate and freshness, 15 min</th>
            <th scope="col">History held</th>
          </tr>
        </thead>
        <tbody ref={body}>
          {first > 0 && <Space height={first * rowHeight} />}
          {drawn.map(({ hit, gone }, index) => (
            <ResultRow key={hit.product.id} row={first + index + 2} hit={hit} gone={gone} isNew={before !== undefined && !before.has(hit.product.id)} live={metrics.get(`metrics:${hit.product.id}`)} />
          ))}
          {last < rows.length && <Space height={(rows.length - last) * rowHeight} />}
        </tbody>
      </table>
    </section>
  );
}

/** Stands for rows that are not drawn. */
function Space({ height }: { height: number }) {
  return (
    <tr aria-hidden="true" className={styles.space}>
      <td colSpan={5} style={{ height }} />
    </tr>
  );
}

function ResultRow({ row, hit, gone, isNew, live }: { row: number; hit: Schemas['ProductHit']; gone: boolean; isNew: boolean; live: Metrics | undefined }) {
  const { product, matches } = hit;
  const navigate = useNavigate();
  const to = { to: '/products/$domain/$name/overview', params: { domain: product.domain, name: product.name } } as const;
  const match = matches[0];
  const open = (event: MouseEvent) => {
    // A selection of text is no click.
    if (event.defaultPrevented || String(getSelection()) !== '') return;
    void navigate(to);
  };
  return (
    <tr onClick={open} aria-rowindex={row} className={`${gone ? styles.gone : ''} ${isNew ? styles.new : ''}`}>
      <td>
        <p className={styles.name}>
          <Link {...to} data-row-link className="ellipsis">
            {product.domain}/<b>{product.name}</b>
          </Link>
          {gone ? <Badge of="retired">unpublished</Badge> : product.lifecycle === 'live' ? <State of="live" small /> : <Badge of={product.lifecycle} />}
        </p>
        <p className={`${styles.description} ellipsis`}>{product.description}</p>
        {match ? <WhyItMatches match={match} /> : <FieldCount product={product} />}
      </td>
      <td>
        <p className={`${styles.owner} ellipsis`}>@{product.owner}</p>
        <p className={styles.second}>{product.tags.length > 0 ? <span className="ellipsis">{product.tags.join(', ')}</span> : null}</p>
      </td>
      <td>
        <p className={styles.first}>
          <State of={product.quality} />
        </p>
        <p className={styles.second}>
          <State of={`tier${product.sla}`} small />
        </p>
      </td>
      <td>
        <RateCell facts={product.facts} live={live} />
      </td>
      <td>
        <HistoryCell history={product.facts.history} />
      </td>
    </tr>
  );
}

function WhyItMatches({ match }: { match: Schemas['Match'] }) {
  const text = match.parts.map((part, index) => (part.hit ? <mark key={index}>{part.text}</mark> : part.text));
  const words: Partial<Record<Schemas['MatchIn'], string>> = { team: 'owner', tag: 'tag', attribute: 'attribute', domain: 'domain', description: 'description', name: 'name' };
  return (
    <p className={styles.match}>
      <Icon of={TextAlignStart} size={12} />
      {match.field ? (
        <span className="ellipsis">
          <span className="mono">{match.in === 'field_name' ? text : match.field.path}</span> <span className="mono muted">{match.field.type}</span>{' '}
          {match.in === 'field_doc' ? text : (match.field.doc ?? <span className="muted">no meaning given</span>)}
        </span>
      ) : (
        <span className="ellipsis">
          <span className="muted">{words[match.in]}</span> {text}
        </span>
      )}
    </p>
  );
}

function FieldCount({ product }: { product: Schemas['Product'] }) {
  const schema = product.facts.schema;
  return (
    <p className={styles.match}>
      <Icon of={TextAlignStart} size={12} />
      <span className="muted">{schema ? `${schema.fields} fields, ${formatName[schema.format]} v${schema.version}` : 'schema not known yet'}</span>
    </p>
  );
}

const formatName = { AVRO: 'Avro', JSON: 'JSON Schema', PROTOBUF: 'Protobuf' };

/** Rate and freshness in a box of fixed size: it is rewritten every second and must not move. */
function RateCell({ facts, live }: { facts: Schemas['Facts']; live: Metrics | undefined }) {
  const current = live?.rate ?? facts.rate;
  const freshness = live?.freshness ?? facts.freshness;
  const last = live?.last_record ?? facts.last_record;
  if (!current) {
    return (
      <p className={styles.second} title={facts.unknown.find((one) => one.fact === 'rate')?.why}>
        rate not measured yet
      </p>
    );
  }
  const state = freshness?.state ?? 'silent';
  return (
    <p className={styles.rate}>
      <span>
        <Sparkline values={current.points} state={state} label={`Rate over ${duration(current.window_seconds * 1000)}, now ${rate(current.records_per_second)}`} />
      </span>
      <span>{rate(current.records_per_second)}</span>
      <span className={`${styles.age} ${styles[state]}`}>{state === 'fresh' ? 'fresh' : <State of={state} small />}</span>
      <span className={`${styles.age} ${styles[state]}`}>
        {last && freshness ? (
          <time dateTime={last.timestamp} title={exact(last.timestamp)}>
            {duration(freshness.age_ms)} ago
          </time>
        ) : (
          'no record yet'
        )}
      </span>
    </p>
  );
}

function HistoryCell({ history }: { history: Schemas['History'] | null }) {
  if (!history) return <p className={styles.second}>not known yet</p>;
  return (
    <>
      <p className={styles.first}>
        <HistoryThread kind={history.kind} />
      </p>
      <p className={styles.second}>
        <span className="ellipsis">{historyShort(history)}</span>
      </p>
    </>
  );
}
