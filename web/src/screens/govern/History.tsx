import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { rulesQuery, rulesVersionQuery, rulesVersionsQuery } from '../../api/rules';
import { exact, exactUtc } from '../../format/time';
import { ErrorNote, ErrorPage } from '../errors';
import { Empty } from '../Page';
import styles from './Govern.module.css';
import { diffLines } from './lines';

const route = getRouteApi('/govern/history');

/** Every version that is kept, and what each changed. */
export default function History() {
  const { version } = route.useSearch();
  const versions = useQuery(rulesVersionsQuery);
  const current = useQuery(rulesQuery);
  if (versions.isError) return <ErrorPage error={versions.error} />;
  const list = versions.data?.versions;
  if (list?.length === 0) return <Empty title="Nobody has changed the rules yet">In force are the rules weft comes with. Each version that a governor saves stands here, with who, when and what changed.</Empty>;
  const shown = list?.find((each) => each.version === version) ?? list?.[0];
  return (
    <div className={styles.history}>
      <ol className={styles.versions} aria-label="Versions">
        {list?.map((each) => (
          <li key={each.version}>
            <Link to="/govern/history" search={{ version: each.version }} aria-current={each.version === shown?.version ? 'true' : undefined}>
              version {each.version}
              {each.version === current.data?.version && <small>in force</small>}
            </Link>
            <span className="small muted" title={each.saved_at ? exact(each.saved_at) : undefined}>
              {each.saved_by_name}, {each.saved_at ? exactUtc(each.saved_at).slice(0, 16) : ''}
            </span>
          </li>
        ))}
      </ol>
      {shown && <Difference version={shown.version} hasBefore={list?.some((each) => each.version === shown.version - 1) ?? false} />}
    </div>
  );
}

function Difference({ version, hasBefore }: { version: number; hasBefore: boolean }) {
  const after = useQuery(rulesVersionQuery(version));
  const before = useQuery({ ...rulesVersionQuery(version - 1), enabled: hasBefore });
  if (after.isError) return <ErrorNote error={after.error} />;
  if (!after.data || (hasBefore && !before.data)) return null;
  const lines = hasBefore && before.data ? diffLines(before.data.text, after.data.text) : after.data.text.split('\n').map((text) => ({ change: 'same' as const, text }));
  return (
    <section className={styles.difference} aria-label={`Version ${version}`}>
      <h2>{hasBefore ? `Version ${version} beside ${version - 1}` : `Version ${version}, the oldest kept`}</h2>
      <pre tabIndex={0}>
        {lines.map((line, index) => (
          // Lines have no identity but their place.
          <span key={index} data-change={line.change}>
            {{ same: '  ', added: '+ ', removed: '- ' }[line.change]}
            {line.text}
            {'\n'}
          </span>
        ))}
      </pre>
    </section>
  );
}
