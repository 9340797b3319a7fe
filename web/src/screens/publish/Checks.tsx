import { Check, CircleX, WandSparkles } from 'lucide-react';
import type { Schemas } from '../../api/client';
import { Badge, State } from '../../design/Badge';
import { Button } from '../../design/Button';
import { Icon } from '../../design/Icon';
import { ErrorNote } from '../errors';
import { whyBlocked } from './draft';
import styles from './Publish.module.css';

/** What the server says about the draft, beside it: findings first, then what passes, then the one decision. */
export function Checks({ check, checking, error, busy, verb, anonymous, onField, onSuggestion, onPublish }: {
  check: Schemas['Check'] | undefined;
  checking: boolean;
  error: unknown;
  busy: boolean;
  verb: string;
  anonymous: boolean;
  onField: (field: string) => void;
  onSuggestion: (field: string, value: string) => void;
  onPublish: () => void;
}) {
  const findings = check?.findings ?? [];
  const passing = findings.filter((finding) => finding.severity === 'passes');
  const blocked = anonymous ? `${verb} – you are anonymous` : whyBlocked(check, verb);
  return (
    <aside className={styles.checks} aria-label="Checks">
      <div className={styles.checksHead}>
        <div className={styles.checksTitle}>
          <h2>Checks</h2>
          <State of="live" small>
            as you type
          </State>
          <small role="status">{checking ? 'checking…' : check ? 'checked by the server' : ''}</small>
        </div>
        {check && (
          <>
            <p className={styles.sum}>
              {check.blocks > 0 && <State of="blocks">{check.blocks} {check.blocks === 1 ? 'blocks' : 'block'}</State>}
              {check.warns > 0 && <State of="warns">{check.warns} {check.warns === 1 ? 'warns' : 'warn'}</State>}
              <State of="passes">{check.passes} {check.passes === 1 ? 'passes' : 'pass'}</State>
            </p>
            <p className={styles.bar} aria-hidden="true">
              {findings.map((finding) => (
                <span key={finding.rule + finding.field} data-severity={finding.severity} />
              ))}
            </p>
          </>
        )}
      </div>
      <div className={styles.checksBody} tabIndex={0} role="region" aria-label="Findings">
        {error !== undefined && <ErrorNote error={error} />}
        {findings
          .filter((finding) => finding.severity !== 'passes')
          .map((finding) => (
            <FindingCard key={finding.rule + finding.field} finding={finding} onField={onField} onSuggestion={onSuggestion} />
          ))}
        {passing.length > 0 && (
          <details className={styles.passes} open>
            <summary>{passing.length} pass</summary>
            <ul>
              {passing.map((finding) => (
                <li key={finding.rule + finding.field}>
                  <Icon of={Check} size={14} />
                  {finding.title}
                  <code>{finding.field}</code>
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
      <div className={styles.checksFoot}>
        <Button kind="primary" busy={busy} disabled={blocked !== undefined} {...(blocked ? { icon: CircleX } : {})} onClick={onPublish}>
          {blocked ?? verb}
        </Button>
        {anonymous && <span className="small muted">Choose whom to act as at the top right.</span>}
      </div>
    </aside>
  );
}

function FindingCard({ finding, onField, onSuggestion }: { finding: Schemas['Finding']; onField: (field: string) => void; onSuggestion: (field: string, value: string) => void }) {
  const { suggestion } = finding;
  return (
    <section className={styles.finding} data-severity={finding.severity}>
      <div className={styles.findingHead}>
        {finding.severity === 'excepted' ? <Badge of="excepted">excepted to {finding.excepted_until}</Badge> : <State of={finding.severity === 'blocks' ? 'blocks' : 'warns'} />}
        {finding.field && (
          <button type="button" className="mono" onClick={() => onField(finding.field)}>
            {finding.field}
          </button>
        )}
      </div>
      <h3>{finding.title}</h3>
      <p>
        {finding.message} {finding.fix}
      </p>
      <div className={styles.findingFoot}>
        {suggestion === undefined ? (
          <span />
        ) : (
          <Button small icon={WandSparkles} onClick={() => onSuggestion(finding.field, suggestion)}>
            {suggestion.length > 24 ? 'Use the draft' : `Set to “${suggestion}”`}
          </Button>
        )}
        <span className={styles.findingRule}>
          <code>{finding.rule}</code>
          {finding.owner && <span>@{finding.owner}</span>}
        </span>
      </div>
    </section>
  );
}
