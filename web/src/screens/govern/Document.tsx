import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { FlaskConical, Save, Terminal } from 'lucide-react';
import { lazy, Suspense, useDeferredValue, useEffect, useRef, useState } from 'react';
import { answer, api, Refusal, type Schemas } from '../../api/client';
import { rulesCheckQuery, rulesQuery, tryRules } from '../../api/rules';
import { State } from '../../design/Badge';
import { Button } from '../../design/Button';
import { toast } from '../../design/parts';
import { ErrorNote, ErrorPage } from '../errors';
import { Editor } from './Editor';
import styles from './Govern.module.css';
import { offsetOf } from './lines';
import { TrialResult } from './TrialResult';

const ApiCall = lazy(() => import('./ApiCall'));
const heldKey = 'weft.rules.draft';

/** The document as text: checked while it is typed, tried on all products, saved as a new version. */
export default function Document() {
  const { data, error } = useQuery(rulesQuery);
  if (error) return <ErrorPage error={error} />;
  return data ? <Writing rules={data} /> : null;
}

/** What somebody is typing, and the version it began from; it survives a reload of this tab. */
function useHeld(rules: Schemas['Rules']) {
  const [held, setHeld] = useState<{ text: string; version: number }>(() => {
    const stored = sessionStorage.getItem(heldKey);
    return stored ? (JSON.parse(stored) as { text: string; version: number }) : { text: rules.text, version: rules.version };
  });
  const touched = held.text !== rules.text;
  useEffect(() => {
    if (touched) sessionStorage.setItem(heldKey, JSON.stringify(held));
    else sessionStorage.removeItem(heldKey);
  }, [held, touched]);
  return { held: touched ? held : { text: rules.text, version: rules.version }, touched, setHeld };
}

function Writing({ rules }: { rules: Schemas['Rules'] }) {
  const client = useQueryClient();
  const { held, touched, setHeld } = useHeld(rules);
  const area = useRef<HTMLTextAreaElement>(null);
  const [showing, setShowing] = useState(false);
  const settled = useSettled(held.text);
  const check = useQuery(rulesCheckQuery(settled));
  const trial = useMutation({ mutationFn: (text: string) => tryRules({ text }) });
  const save = useMutation({
    mutationFn: () => answer(api.PUT('/api/v1/rules', { params: { header: { 'If-Match': `"${held.version}"` } }, body: { text: held.text } })),
    onSuccess: (saved) => {
      client.setQueryData(rulesQuery.queryKey, saved);
      void client.invalidateQueries({ queryKey: ['rules'] });
      void client.invalidateQueries({ queryKey: ['check'] });
      toast({ tone: 'ok', title: `Version ${saved.version} is in force`, text: 'Every product is checked against it from now on.' });
    },
  });
  const findings = check.data?.findings ?? [];
  const blocking = findings.filter((finding) => finding.severity === 'blocks').length;
  const tried = trial.data !== undefined && trial.variables === held.text;
  const refusal = !touched ? 'Save – nothing changed' : !rules.may_change ? 'Save – only governors may' : blocking > 0 ? `Save – ${blocking} ${blocking === 1 ? 'finding blocks' : 'findings block'}` : undefined;

  const goTo = (finding: Schemas['Finding']) => {
    const { current } = area;
    if (!current || finding.line === undefined) return;
    const at = offsetOf(held.text, finding.line, finding.column ?? 1);
    current.focus();
    current.setSelectionRange(at, at);
  };

  return (
    <div className={styles.document}>
      <div className={styles.writing}>
        <Editor ref={area} value={held.text} findings={findings} onChange={(text) => setHeld({ text, version: held.version })} readOnly={false} />
        {trial.isError && <ErrorNote error={trial.error} />}
        {trial.data && (
          <section className={styles.trial} aria-label="Trial">
            <h2>
              Trial
              {!tried && <small className="muted"> of the text before your last change</small>}
            </h2>
            <TrialResult trial={trial.data} text={trial.variables} />
          </section>
        )}
      </div>
      <aside className={styles.checks} aria-label="Checks">
        <div className={styles.checksHead}>
          <h2>Checks</h2>
          <State of="live" small>
            as you type
          </State>
        </div>
        <p role="status">
          {check.data &&
            (blocking > 0 ? (
              <State of="blocks">
                {blocking} {blocking === 1 ? 'mistake' : 'mistakes'}
              </State>
            ) : (
              <State of="passes">understood, {check.data.rules} rules</State>
            ))}
        </p>
        {check.isError && <ErrorNote error={check.error} />}
        <ul className={styles.mistakes}>
          {findings.map((finding) => (
            <li key={`${finding.field}:${finding.line}:${finding.message}`} data-severity={finding.severity}>
              <button type="button" onClick={() => goTo(finding)}>
                line {finding.line}, column {finding.column}
              </button>
              <p>
                {finding.message} {finding.fix}
              </p>
              {finding.field && <code>{finding.field}</code>}
            </li>
          ))}
        </ul>
        <details className={styles.kinds}>
          <summary>Kinds of rules</summary>
          <dl>
            {rules.kinds.map((kind) => (
              <div key={kind.name}>
                <dt>
                  <code>{kind.name}</code> <span className="muted">{kind.parameters}</span>
                </dt>
                <dd>{kind.help}</dd>
              </div>
            ))}
          </dl>
        </details>
        {save.isError && <SaveError error={save.error} version={rules.version} onOver={() => setHeld({ text: held.text, version: rules.version })} />}
        <div className={styles.foot}>
          <Button icon={FlaskConical} busy={trial.isPending} disabled={blocking > 0} onClick={() => trial.mutate(held.text)}>
            Try on all products
          </Button>
          <Button kind="primary" icon={Save} busy={save.isPending} disabled={refusal !== undefined} onClick={() => save.mutate()}>
            {refusal ?? 'Save'}
          </Button>
          {!rules.may_change && (
            <p className="small muted">{rules.governors.length > 0 ? `Governors are the members of ${rules.governors.map((team) => `@${team}`).join(', ')}. You may try changes and send them the text.` : 'The directory names no governors: add `governors: [TEAM]` to it.'}</p>
          )}
          <p className={styles.quiet}>
            <Button kind="quiet" small icon={Terminal} onClick={() => setShowing(true)}>
              Show API call
            </Button>
            {touched && (
              <Button kind="quiet" small onClick={() => setHeld({ text: rules.text, version: rules.version })}>
                Discard changes
              </Button>
            )}
          </p>
        </div>
      </aside>
      <Suspense>{showing && <ApiCall version={held.version} text={held.text} onClose={() => setShowing(false)} />}</Suspense>
    </div>
  );
}

function SaveError({ error, version, onOver }: { error: unknown; version: number; onOver: () => void }) {
  const stale = error instanceof Refusal && error.problem.status === 412;
  return (
    <>
      <ErrorNote error={error} />
      {stale && (
        <p>
          <Button small onClick={onOver}>
            Base mine on version {version}
          </Button>
        </p>
      )}
    </>
  );
}

/** What was typed once nobody has typed for a moment. */
function useSettled(text: string) {
  const deferred = useDeferredValue(text);
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(deferred), 250);
    return () => clearTimeout(timer);
  }, [deferred]);
  return settled;
}
