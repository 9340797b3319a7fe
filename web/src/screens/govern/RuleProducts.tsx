import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Schemas } from '../../api/client';
import { tryRules } from '../../api/rules';
import { Badge, State } from '../../design/Badge';
import { Button } from '../../design/Button';
import { Bone } from '../../design/parts';
import { ErrorNote } from '../errors';
import styles from './Govern.module.css';

/** Products that do not just pass, a page at a time: of one rule or all, in force or of a text that is tried. */
export function RuleProducts({ rule, text }: { rule?: string; text?: string }) {
  const page = useInfiniteQuery({
    queryKey: ['rules', 'products', rule ?? '', text ?? ''],
    queryFn: ({ pageParam }) => tryRules({ text, rule, cursor: pageParam || undefined }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });
  if (page.isError) return <ErrorNote error={page.error} retry={() => void page.refetch()} />;
  if (!page.data) return <Bone width="60%" />;
  const hits = page.data.pages.flatMap((each) => each.hits);
  if (hits.length === 0) return <p className="muted">Every product keeps it.</p>;
  return (
    <>
      <ul className={styles.hits}>
        {hits.map((hit) => (
          <Hit key={hit.product} hit={hit} />
        ))}
      </ul>
      {page.hasNextPage && (
        <p>
          <Button small busy={page.isFetchingNextPage} onClick={() => void page.fetchNextPage()}>
            Show 20 more
          </Button>
        </p>
      )}
    </>
  );
}

function Hit({ hit }: { hit: Schemas['TrialHit'] }) {
  const [domain = '', name = ''] = hit.product.split('/');
  return (
    <li>
      <div className={styles.hitHead}>
        <Link to="/products/$domain/$name/overview" params={{ domain, name }} className="mono">
          {hit.product}
        </Link>
        <span className="small muted">@{hit.owner}</span>
      </div>
      <ul>
        {hit.findings.map((finding) => (
          <li key={finding.rule + finding.field} className={styles.hitFinding}>
            {finding.severity === 'excepted' ? <Badge of="excepted">excepted to {finding.excepted_until}</Badge> : <State of={finding.severity === 'warns' ? 'warns' : 'blocks'} small />}
            <span>
              <code>{finding.field}</code> {finding.message} {finding.fix}
            </span>
          </li>
        ))}
      </ul>
    </li>
  );
}
