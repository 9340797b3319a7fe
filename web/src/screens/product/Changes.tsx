import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Schemas } from '../../api/client';
import { differenceQuery, versionsQuery } from '../../api/versions';
import { Button } from '../../design/Button';
import { NativeSelect } from '../../design/Field';
import { plural } from '../../format/quantity';
import { day, exact } from '../../format/time';
import { ErrorNote } from '../errors';
import { Section } from '../Page';
import styles from './Changes.module.css';
import { FieldChanges } from './FieldChanges';
import { useProduct } from './ProductFrame';

const route = getRouteApi('/products/$domain/$name/changes');

/** Every version: who made it, when, and what it changed. */
export default function Changes() {
  const { detail } = useProduct();
  const { product } = detail;
  const { from, to } = route.useSearch();
  return (
    <div className={styles.page}>
      {product.version > 1 && <Compare product={product} from={from} to={to} />}
      <Versions key={product.version} product={product} />
    </div>
  );
}

function Compare({ product, from, to }: { product: Schemas['Product']; from: number | undefined; to: number | undefined }) {
  const navigate = useNavigate();
  const { domain, name } = product;
  const older = from ?? Math.max(1, product.version - 1);
  const newer = to ?? product.version;
  const compared = from !== undefined || to !== undefined;
  const query = useQuery({ ...differenceQuery(domain, name, older, newer), enabled: compared });
  const versions = Array.from({ length: Math.min(200, product.version) }, (_, at) => product.version - at);
  const go = (search: { from: number; to: number }) => void navigate({ to: '/products/$domain/$name/changes', params: { domain, name }, search });
  return (
    <Section title="Compare">
      <div className={styles.compare}>
        <NativeSelect label="From version" value={older} onChange={(event) => go({ from: Number(event.target.value), to: newer })}>
          {versions.map((version) => (
            <option key={version} value={version}>
              v{version}
            </option>
          ))}
        </NativeSelect>
        <NativeSelect label="To version" value={newer} onChange={(event) => go({ from: older, to: Number(event.target.value) })}>
          {versions.map((version) => (
            <option key={version} value={version}>
              v{version}
            </option>
          ))}
        </NativeSelect>
        {!compared && <Button onClick={() => go({ from: older, to: newer })}>Show difference</Button>}
      </div>
      {query.isError && <ErrorNote error={query.error} />}
      {compared && query.data && (
        <section aria-label={`Difference between version ${older} and ${newer}`} style={{ marginTop: 12 }}>
          <FieldChanges changes={query.data.changes} />
        </section>
      )}
    </Section>
  );
}

function Versions({ product }: { product: Schemas['Product'] }) {
  const { domain, name } = product;
  const [cursors, setCursors] = useState<(string | undefined)[]>([undefined]);
  return (
    <Section title="Versions" note={plural(product.version, 'version')}>
      {cursors.map((cursor, at) => (
        <VersionPage key={cursor ?? ''} domain={domain} name={name} cursor={cursor} onMore={at === cursors.length - 1 ? (next) => setCursors([...cursors, next]) : undefined} />
      ))}
    </Section>
  );
}

function VersionPage({ domain, name, cursor, onMore }: { domain: string; name: string; cursor: string | undefined; onMore: ((next: string) => void) | undefined }) {
  const query = useQuery(versionsQuery(domain, name, cursor));
  if (query.isError) return <ErrorNote error={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return <div role="status" aria-label="Loading versions" />;
  const next = query.data.next_cursor;
  return (
    <>
      {query.data.versions.map((version) => (
        <article key={version.version} className={styles.version} aria-label={`Version ${version.version}`}>
          <div>
            <h3>v{version.version}</h3>
            <small title={exact(version.updated_at)}>{day(version.updated_at)}</small>
            <small>{version.updated_by.replace(/^User:/, '')}</small>
          </div>
          {version.changes === null ? <p className="muted">{version.version === 1 ? 'Published.' : 'The version before is not held any more.'}</p> : <FieldChanges changes={version.changes} />}
        </article>
      ))}
      {next !== null && onMore && <Button onClick={() => onMore(next)}>Older versions</Button>}
    </>
  );
}
