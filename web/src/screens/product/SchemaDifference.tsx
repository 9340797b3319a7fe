import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { AppWindow, ArrowRight, CircleCheck, TriangleAlert } from 'lucide-react';
import type { Schemas } from '../../api/client';
import { differenceQuery } from '../../api/queries';
import { State } from '../../design/Badge';
import { Icon } from '../../design/Icon';
import { Segments } from '../../design/parts';
import tableStyles from '../../design/table.module.css';
import { plural } from '../../format/quantity';
import { ErrorNote } from '../errors';
import { compareLines, spread } from './lines';
import styles from './Product.module.css';
import own from './SchemaDifference.module.css';
import type { SchemaSearch } from './search';

const route = getRouteApi('/products/$domain/$name/schema');

/** What lies between two versions and for whom, as the server judges it. */
export function SchemaDifference({ domain, name, versions, from, to }: { domain: string; name: string; versions: number[]; from: number; to: number }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(differenceQuery(domain, name, from, to));
  const change = (next: SchemaSearch) => void navigate({ search: { ...search, ...next }, replace: true });
  const { data } = query;
  return (
    <section aria-label="What changed">
      <div className={styles.schemaHead}>
        <h2>What changed</h2>
        <VersionSelect label="From version" versions={versions} value={from} onChange={(version) => change({ from: version, to })} />
        <Icon of={ArrowRight} size={14} />
        <VersionSelect label="To version" versions={versions} value={to} onChange={(version) => change({ from, to: version })} />
        {data && <Verdict difference={data} />}
        <div className={styles.tools}>
          <Segments small label="Show the difference as" value={search.diff ?? 'meaning'} onChange={(diff) => change({ from, to, diff: diff === 'text' ? 'text' : undefined })} options={[{ value: 'meaning', label: 'Meaning' }, { value: 'text', label: 'Text' }]} />
        </div>
      </div>
      {query.isError && <ErrorNote error={query.error} retry={() => void query.refetch()} />}
      {data && (search.diff === 'text' ? <TextDifference difference={data} /> : <Meaning domain={domain} name={name} difference={data} />)}
    </section>
  );
}

function VersionSelect({ label, versions, value, onChange }: { label: string; versions: number[]; value: number; onChange: (version: number) => void }) {
  return (
    <select aria-label={label} className={own.version} value={value} onChange={(event) => onChange(Number(event.target.value))}>
      {versions.map((version) => (
        <option key={version} value={version}>
          v{version}
        </option>
      ))}
    </select>
  );
}

type Difference = Schemas['SchemaDifference'];

function Verdict({ difference }: { difference: Difference }) {
  const { changes, backward, forward, broken_levels, unknown } = difference;
  const counted = (['added', 'changed', 'removed'] as const).map((kind) => [changes.filter(({ change }) => change === kind).length, kind] as const).filter(([count]) => count > 0);
  const words = counted.length === 0 ? 'no field differs' : counted.map(([count, kind]) => `${count} ${kind}`).join(', ');
  const breaks = [forward === false && 'old readers cannot read new events', backward === false && 'events from before cannot be read'].filter(Boolean).join('; ');
  return (
    <>
      {unknown ? (
        <span className={own.warn}>
          <Icon of={TriangleAlert} size={14} /> {unknown}
        </span>
      ) : breaks ? (
        <span className={own.bad} title={`Not allowed under ${broken_levels.map((level) => level.toLowerCase().replaceAll('_', ' ')).join(', ')}`}>
          <Icon of={TriangleAlert} size={14} /> breaks: {breaks}
        </span>
      ) : (
        <span className={own.ok}>
          <Icon of={CircleCheck} size={14} /> compatible: no reader breaks
        </span>
      )}
      <span className="muted small">{words}</span>
    </>
  );
}

function Meaning({ domain, name, difference }: { domain: string; name: string; difference: Difference }) {
  const { changes, groups, groups_total, broken_levels } = difference;
  if (changes.length === 0) return <p className={`muted ${own.none}`}>Every field reads the same in both versions.</p>;
  const breaking = broken_levels.length > 0;
  return (
    <>
      <section className={`${tableStyles.card} ${tableStyles.scroll} ${styles.changes}`} aria-label="Changes" tabIndex={0}>
        <table className={tableStyles.table}>
          <thead>
            <tr>
              <th scope="col">Change</th>
              <th scope="col">Field</th>
              <th scope="col">What it means</th>
              <th scope="col">Who may be affected</th>
            </tr>
          </thead>
          <tbody>
            {changes.map((change, index) => (
              // A path may be named twice, by its change and by what no field accounts for.
              <tr key={index} data-change={change.change}>
                <td>
                  <State of={change.change} />
                </td>
                <td className="mono">
                  {change.path ?? 'the whole schema'}
                  {!change.text_only && (change.before ?? change.after) && (
                    <p className="small">{change.before && change.after ? `${change.before} → ${change.after}` : (change.after ?? change.before)}</p>
                  )}
                </td>
                <td>
                  {change.meaning}
                  {change.text_only && change.after && <p className="small muted">{change.after}</p>}
                </td>
                <td>{change.breaks_forward ? <Readers domain={domain} name={name} groups={groups} total={groups_total} /> : change.breaks_backward ? 'whoever reads history' : <span className="muted">nobody</span>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {breaking && (
        <p className={`small muted ${own.none}`}>
          Allowed under no level of {broken_levels.map((level) => level.toLowerCase().replaceAll('_', ' ')).join(', ')}. weft sees which groups read, not with which version: {plural(groups_total, 'group reads', 'groups read')} this topic now.
        </p>
      )}
    </>
  );
}

function Readers({ domain, name, groups, total }: { domain: string; name: string; groups: string[]; total: number }) {
  if (total === 0) return <span className="muted">no group reads it</span>;
  return (
    <span className={own.readers}>
      {groups.slice(0, 2).map((group) => (
        <Link key={group} to="/products/$domain/$name/consumers" params={{ domain, name }} search={{ group }} className={own.reader}>
          <Icon of={AppWindow} size={12} />
          {group}
        </Link>
      ))}
      {total > 2 && <span className="muted">and {total - 2} more</span>}
    </span>
  );
}

const signs = { same: ' ', added: '+', removed: '−' } as const;

function TextDifference({ difference }: { difference: Difference }) {
  const lines = compareLines(spread(difference.from.raw), spread(difference.to.raw));
  return (
    <pre className={`${styles.raw} ${own.text}`} tabIndex={0} aria-label="Difference of the texts">
      {lines.map((line, index) => (
        <span key={index} data-change={line.change}>
          {signs[line.change]} {line.text}
          {'\n'}
        </span>
      ))}
    </pre>
  );
}
