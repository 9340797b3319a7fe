import type { Schemas } from '../../api/client';
import { State } from '../../design/Badge';
import { fieldText, fieldWord, lineDifference } from './changes';
import styles from './Changes.module.css';

/** What changed, one field under the other: the meaning first, then what was and what is. */
export function FieldChanges({ changes }: { changes: Schemas['FieldChange'][] }) {
  if (changes.length === 0) return <p className="muted">Nothing differs.</p>;
  return (
    <ul className={styles.changes}>
      {changes.map((change) => (
        <li key={change.field}>
          <p className={styles.field}>
            <State of={change.change} small /> <b>{fieldWord(change.field)}</b>
          </p>
          <Values change={change} />
        </li>
      ))}
    </ul>
  );
}

function Values({ change }: { change: Schemas['FieldChange'] }) {
  const before = fieldText(change.before);
  const after = fieldText(change.after);
  if (change.change === 'changed' && (before.includes('\n') || after.includes('\n') || before.length + after.length > 160)) {
    return (
      <pre className={styles.lines} tabIndex={0} aria-label={`What changed in ${fieldWord(change.field)}`}>
        {lineDifference(before, after).map((line, at) => (
          <span key={at} data-change={line.change}>
            {line.change === 'added' ? '+ ' : line.change === 'removed' ? '− ' : '  '}
            {line.text}
            {'\n'}
          </span>
        ))}
      </pre>
    );
  }
  return (
    <p className={styles.values}>
      {change.change !== 'added' && <del>{before}</del>}
      {change.change === 'changed' && <span aria-hidden="true"> → </span>}
      {change.change !== 'removed' && <ins>{after}</ins>}
    </p>
  );
}
