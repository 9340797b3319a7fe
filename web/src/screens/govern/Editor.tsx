import { type Ref, useId, useRef } from 'react';
import type { Schemas } from '../../api/client';
import styles from './Govern.module.css';

/** A text with its line numbers; lines with findings are marked. The platform's own field: every key works as it does elsewhere. */
export function Editor({ ref, value, findings, onChange, readOnly }: {
  ref?: Ref<HTMLTextAreaElement>;
  value: string;
  findings: Schemas['Finding'][];
  onChange: (value: string) => void;
  readOnly: boolean;
}) {
  const id = useId();
  const gutter = useRef<HTMLDivElement>(null);
  const lines = value.split('\n').length;
  const marks = new Map<number, Schemas['Finding']['severity']>();
  for (const finding of findings) {
    if (finding.line !== undefined && marks.get(finding.line) !== 'blocks') marks.set(finding.line, finding.severity);
  }
  return (
    <div className={styles.editor}>
      <label htmlFor={id} className="visually-hidden">
        Rules, as YAML or JSON
      </label>
      <div ref={gutter} className={styles.gutter} aria-hidden="true">
        {Array.from({ length: lines }, (_, index) => (
          <span key={index} data-severity={marks.get(index + 1)}>
            {index + 1}
          </span>
        ))}
      </div>
      <textarea
        id={id}
        ref={ref}
        value={value}
        readOnly={readOnly}
        wrap="off"
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        rows={Math.min(Math.max(lines + 1, 16), 40)}
        onChange={(event) => onChange(event.target.value)}
        onScroll={(event) => {
          if (gutter.current) gutter.current.scrollTop = event.currentTarget.scrollTop;
        }}
      />
    </div>
  );
}
