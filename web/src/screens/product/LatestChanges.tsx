import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Schemas } from '../../api/client';
import { versionsQuery } from '../../api/versions';
import { day, exact } from '../../format/time';
import { fieldWord } from './changes';
import styles from './Product.module.css';

const shownMax = 3;

/** The newest few versions in a line each. */
export function LatestChanges({ product }: { product: Schemas['Product'] }) {
  const { domain, name } = product;
  const { data } = useQuery(versionsQuery(domain, name));
  const versions = data?.versions ?? [];
  if (versions.length === 0) return null;
  return (
    <section className={styles.sideBlock}>
      <h2 className={styles.sideTitle}>
        Latest changes
        <Link to="/products/$domain/$name/changes" params={{ domain, name }} search={{}} style={{ marginLeft: 'auto', fontWeight: 400 }}>
          All
        </Link>
      </h2>
      {versions.slice(0, shownMax).map((version) => (
        <p key={version.version} className={styles.change}>
          <span>
            v{version.version} {inWords(version.changes)}
          </span>
          <small className="muted nowrap" title={exact(version.updated_at)}>
            {day(version.updated_at)}
          </small>
        </p>
      ))}
    </section>
  );
}

function inWords(changes: Schemas['FieldChange'][] | null): string {
  const [first, ...more] = changes ?? [];
  if (!first) return 'published';
  return `${first.change} ${fieldWord(first.field)}${more.length > 0 ? ` and ${more.length} more` : ''}`;
}
