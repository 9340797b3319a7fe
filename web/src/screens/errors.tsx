import { useQueryClient } from '@tanstack/react-query';
import { CircleX, Lock, RefreshCw, SearchX, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { Refusal, type Schemas, Unreachable } from '../api/client';
import { Button } from '../design/Button';
import type { Severity } from '../design/Field';
import { Icon, type IconShape } from '../design/Icon';
import { CopyButton } from '../design/parts';
import styles from './errors.module.css';
import { PageHeading } from './PageHeading';

interface Said {
  /** "404, not found": the small line above. */
  kind: string;
  icon: IconShape;
  title: string;
  text: string;
  what: string;
  findings: Schemas['Finding'][];
  auditId?: string | undefined;
}

const kinds: Record<number, [string, IconShape, string]> = {
  400: ['400, not understood', TriangleAlert, 'weft did not understand this request'],
  401: ['401, who are you?', Lock, 'You are anonymous'],
  403: ['403, not allowed', Lock, 'You may not do this'],
  404: ['404, not found', SearchX, 'There is no such thing'],
  409: ['409, in the way', CircleX, 'Something stands in the way'],
  412: ['412, changed meanwhile', CircleX, 'Not saved: a newer version exists'],
  422: ['422, refused', CircleX, 'Refused'],
  503: ['503, not now', TriangleAlert, 'weft cannot answer this now'],
};

const nextSteps: Record<number, string> = {
  401: 'Choose a person at the top right to act as; what you typed stays here.',
  404: 'It may have been unpublished or renamed. Search for it, or look at Activity for what happened.',
  503: 'This passes by itself most of the time. Try again.',
};

/** Any failure in words: what, why, what to do. The server's own words come first. */
export function say(error: unknown): Said {
  if (error instanceof Refusal) {
    const { status, title, detail, findings = [], audit_id } = error.problem;
    const [kind, icon, fallback] = kinds[status] ?? [`${status}, ${title}`, CircleX, title];
    const fix = findings.find((finding) => finding.severity === 'blocks')?.fix;
    return { kind, icon, title: title || fallback, text: detail, what: fix ?? nextSteps[status] ?? '', findings, auditId: audit_id };
  }
  if (error instanceof Unreachable) {
    return {
      kind: 'no answer',
      icon: TriangleAlert,
      title: 'weft does not answer',
      text: 'The server did not answer this page: it is stopped, starting, or not reachable from here.',
      what: 'Look whether it runs (weft doctor), then try again. Nothing you typed is lost.',
      findings: [],
    };
  }
  return {
    kind: 'a fault of this page',
    icon: TriangleAlert,
    title: 'This page stumbled',
    text: error instanceof Error ? error.message : String(error),
    what: 'Load it again. If it happens again, the message above is what to report.',
    findings: [],
  };
}

/** A whole page that says why there is nothing else to see. */
export function ErrorPage({ error, title, actions, retry }: { error: unknown; title?: string; actions?: ReactNode; retry?: () => void }) {
  const client = useQueryClient();
  const said = say(error);
  return (
    <div className={styles.page}>
      <p className={styles.kind}>
        <Icon of={said.icon} size={14} />
        {said.kind}
      </p>
      <PageHeading className={styles.title}>{title ?? said.title}</PageHeading>
      <p className="prose">{said.text}</p>
      <Findings findings={said.findings} />
      {said.what && <p className={`prose ${styles.what}`}>{said.what}</p>}
      <div className={styles.actions}>
        <Button icon={RefreshCw} onClick={retry ?? (() => void client.refetchQueries({ type: 'active' }))}>
          Try again
        </Button>
        {actions}
      </div>
      <AuditLine id={said.auditId} />
    </div>
  );
}

/** A part of a page that could not be had; the rest stays. */
export function ErrorNote({ error, retry }: { error: unknown; retry?: () => void }) {
  const said = say(error);
  return (
    <div className={styles.note} role="alert">
      <Icon of={said.icon} size={14} />
      <div>
        <strong>{said.title}</strong>
        <p>{said.text}</p>
        <Findings findings={said.findings} />
        {said.what && <p>{said.what}</p>}
        <AuditLine id={said.auditId} />
      </div>
      {retry && (
        <Button small onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  );
}

function Findings({ findings }: { findings: Schemas['Finding'][] }) {
  const blocking = findings.filter((finding) => finding.severity !== 'passes');
  if (blocking.length === 0) return null;
  return (
    <ul className={styles.findings}>
      {blocking.map((finding) => (
        <li key={finding.rule + finding.field}>
          <strong>{finding.title}.</strong> {finding.message} {finding.fix} <code>{finding.rule}</code>
        </li>
      ))}
    </ul>
  );
}

function AuditLine({ id }: { id: string | undefined }) {
  if (!id) return null;
  return (
    <p className={styles.audit}>
      audit <code>{id}</code>
      <CopyButton text={id} kind="quiet" small aria-label={`Copy audit id ${id}`} />
    </p>
  );
}

/** The server's severities in the UI's words. */
export const severityWord = { blocks: 'blocks', warns: 'warns', excepted: 'info', passes: 'info' } as const satisfies Record<Schemas['Finding']['severity'], Severity>;
