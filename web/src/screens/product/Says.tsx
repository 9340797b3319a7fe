import { Link } from '@tanstack/react-router';
import { BookOpen, ExternalLink, LifeBuoy, Sunset } from 'lucide-react';
import type { Schemas } from '../../api/client';
import { State } from '../../design/Badge';
import { Icon } from '../../design/Icon';
import { Markdown } from '../../design/Markdown';
import { CopyButton, Tip } from '../../design/parts';
import tableStyles from '../../design/table.module.css';
import { day, exact } from '../../format/time';
import { Section } from '../Page';
import { portWord, shown } from '../publish/draft_more';
import styles from './Product.module.css';

/** Until when, why, and what to read instead. */
export function DeprecationNote({ product }: { product: Schemas['Product'] }) {
  const { deprecation, lifecycle } = product;
  if (lifecycle === 'live') return null;
  const [domain = '', name = ''] = deprecation?.successor?.split('/') ?? [];
  return (
    <div className={styles.deprecation} role="note">
      <Icon of={Sunset} />
      <p>
        <strong>{lifecycle === 'retired' ? 'Retired.' : deprecation?.ends_on ? `Deprecated, until ${day(`${deprecation.ends_on}T00:00:00Z`)}.` : 'Deprecated.'}</strong> {deprecation?.reason}{' '}
        {name && (
          <>
            Read{' '}
            <Link to="/products/$domain/$name/overview" params={{ domain, name }} className="mono">
              {deprecation?.successor}
            </Link>{' '}
            instead.
          </>
        )}
      </p>
    </div>
  );
}

export function Terms({ product }: { product: Schemas['Product'] }) {
  return product.terms ? (
    <Section title="Terms">
      <Markdown text={product.terms} />
    </Section>
  ) : null;
}

/** Ways to the data besides its first stream. */
export function Ports({ detail }: { detail: Schemas['ProductDetail'] }) {
  const { product, health } = detail;
  const main = product.ports.find((port) => port.kind === 'stream');
  const others = product.ports.filter((port) => port !== main);
  if (others.length === 0) return null;
  return (
    <Section title="Other ports" note="the same data, read in other ways">
      <div style={{ overflowX: 'auto' }}>
        <table className={`${tableStyles.table} ${styles.plain}`}>
          <thead className="visually-hidden">
            <tr>
              <th scope="col">Port</th>
              <th scope="col">Address</th>
              <th scope="col">Health</th>
              <th scope="col">Contract</th>
            </tr>
          </thead>
          <tbody>
            {others.map((port) => (
              <tr key={port.name}>
                <td className="nowrap">
                  <span className="mono">{port.name}</span> <span className="small muted">{portWord(port.kind)}{port.kind !== 'stream' && port.format ? `, ${port.format}` : ''}</span>
                </td>
                <td>
                  {port.kind === 'stream' ? (
                    <span className="mono">{port.topic}</span>
                  ) : (
                    <CopyButton small kind="quiet" text={port.address}>
                      <span className={`mono ${styles.address}`}>{port.address}</span>
                    </CopyButton>
                  )}
                </td>
                <td className="nowrap">
                  <HealthOf health={health.find((one) => one.port === port.name)} />
                </td>
                <td className="small">{port.kind !== 'stream' && port.contract && <ContractOf contract={port.contract} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

/** Shown as freshness is: the state, since when, and why on demand. */
function HealthOf({ health }: { health: Schemas['PortHealth'] | undefined }) {
  if (!health) return <span className="small muted">not probed</span>;
  const { state, since, checked_at, why } = health;
  const told = [why, checked_at ? `Asked ${exact(checked_at)}` : 'Not asked yet', `So since ${exact(since)}`].filter(Boolean).join('\n');
  return (
    <Tip text={told}>
      {state === 'unknown' ? <span className="small muted">health not known</span> : <State of={state === 'healthy' ? 'passes' : 'broken'}>{state === 'healthy' ? 'answers' : 'fails'}</State>} <small className="muted">{state !== 'unknown' && `since ${day(since)}`}</small>
    </Tip>
  );
}

function ContractOf({ contract }: { contract: Schemas['Contract'] }) {
  return (
    <>
      {contract.url && (
        <a href={contract.url} target="_blank" rel="noopener noreferrer">
          Contract <Icon of={ExternalLink} size={12} />
        </a>
      )}
      {contract.text && (
        <details>
          <summary>Contract, {contract.media_type}</summary>
          <pre className={styles.contract} tabIndex={0}>
            {contract.text}
          </pre>
        </details>
      )}
    </>
  );
}

export function LinksBlock({ product }: { product: Schemas['Product'] }) {
  const { links, support } = product;
  if (links.length === 0 && !support) return null;
  return (
    <section className={styles.sideBlock}>
      <h2 className={styles.sideTitle}>Read more</h2>
      {links.map((link) => (
        <p key={link.title + link.url} className={styles.contact}>
          <Icon of={BookOpen} size={14} />
          <a href={link.url} target="_blank" rel="noopener noreferrer">
            {link.title}
          </a>
        </p>
      ))}
      {support && (
        <p className={styles.contact}>
          <Icon of={LifeBuoy} size={14} />
          <span>
            Support:{' '}
            <a href={support.url} target="_blank" rel="noopener noreferrer">
              {support.title}
            </a>
          </span>
        </p>
      )}
    </section>
  );
}

export function AttributesBlock({ product }: { product: Schemas['Product'] }) {
  const attributes = Object.entries(product.attributes);
  if (attributes.length === 0) return null;
  return (
    <section className={styles.sideBlock}>
      <h2 className={styles.sideTitle}>Attributes</h2>
      <dl className={styles.attributes}>
        {attributes.map(([name, value]) => (
          <div key={name}>
            <dt className="mono">{name}</dt>
            <dd>{shown(value)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

export function SensitivityOf({ product }: { product: Schemas['Product'] }) {
  return <State of={product.sensitivity === 'personal_data' ? 'personal' : product.sensitivity} />;
}
