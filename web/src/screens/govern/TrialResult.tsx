import { useState } from 'react';
import type { Schemas } from '../../api/client';
import { State } from '../../design/Badge';
import { Button } from '../../design/Button';
import tableStyles from '../../design/table.module.css';
import { count, plural } from '../../format/quantity';
import styles from './Govern.module.css';
import { RuleProducts } from './RuleProducts';
import { severityState } from './severity';

/** What a document would do to all products, and to which. */
export function TrialResult({ trial, text }: { trial: Schemas['Trial']; text: string }) {
  const [rule, setRule] = useState<string>();
  return (
    <>
      <p className={styles.summary} role="status">
        <span>
          {plural(trial.products, 'product')} in {count(trial.took_ms)} ms:
        </span>
        <State of={trial.blocked > 0 ? 'blocks' : 'passes'}>
          {count(trial.blocked)} blocked, {count(trial.newly_blocked)} of them only by this text
        </State>
        <State of={trial.warned > 0 ? 'warns' : 'passes'}>{count(trial.warned)} warned</State>
      </p>
      <section className={`${tableStyles.card} ${tableStyles.scroll}`} aria-label="Rules tried" tabIndex={0}>
        <table className={tableStyles.table}>
          <thead>
            <tr>
              <th scope="col">Rule</th>
              <th scope="col">Does</th>
              <th scope="col" className={tableStyles.number}>About</th>
              <th scope="col" className={tableStyles.number}>Pass</th>
              <th scope="col" className={tableStyles.number}>Fail</th>
              <th scope="col" className={tableStyles.number}>Excepted</th>
              <th scope="col" className={tableStyles.number}>Not known</th>
              <th scope="col">
                <span className="visually-hidden">Products</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {trial.rules.map((each, index) => (
              // An attribute may be defined once for each domain.
              <tr key={index} aria-selected={each.id === rule || undefined}>
                <td>
                  <span className={styles.title}>{each.title}</span>
                  <code className="small muted">{each.id}</code>
                </td>
                <td className="nowrap">{each.severity === 'off' ? <span className="muted">off; would block</span> : <State of={severityState[each.severity]} />}</td>
                <td className={tableStyles.number}>{count(each.in_scope)}</td>
                <td className={tableStyles.number}>{count(each.passes)}</td>
                <td className={tableStyles.number}>{count(each.fails)}</td>
                <td className={tableStyles.number}>{count(each.excepted)}</td>
                <td className={tableStyles.number}>{count(each.unknown)}</td>
                <td>
                  {each.in_scope > each.passes && (
                    <Button small aria-label={`Products that do not keep ${each.id}`} aria-expanded={each.id === rule} onClick={() => setRule(each.id === rule ? undefined : each.id)}>
                      Which?
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {rule && (
        <section className={styles.products} aria-label={`Products that would not keep ${rule}`}>
          <RuleProducts key={rule} rule={rule} text={text} />
        </section>
      )}
    </>
  );
}
