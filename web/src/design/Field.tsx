import { ChevronDown } from 'lucide-react';
import { type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, type TextareaHTMLAttributes, useEffect, useId, useRef } from 'react';
import styles from './Field.module.css';
import { Icon } from './Icon';
import { status } from './status';

export type Severity = 'blocks' | 'warns' | 'info';
export interface FieldFinding {
  severity: Severity;
  message: string;
}

interface FieldProps {
  label: string;
  optional?: boolean;
  hint?: ReactNode;
  finding?: FieldFinding | undefined;
  /** Beside the label, right: for example "22 / 80". */
  count?: ReactNode;
}

function describe(finding: FieldFinding | undefined) {
  return [
    styles.control,
    finding?.severity === 'blocks' && styles.invalid,
    finding?.severity === 'warns' && styles.doubtful,
  ]
    .filter(Boolean)
    .join(' ');
}

/** Label, control, and the one line under it: the finding if there is one, else the hint. */
function Field({ id, label, optional, hint, finding, count, children }: FieldProps & { id: string; children: ReactNode }) {
  return (
    <div className={styles.field}>
      <div className={styles.head}>
        <label htmlFor={id} className={styles.label}>
          {label}
        </label>
        {optional && <span className={styles.optional}>optional</span>}
        {count && <span className={styles.count}>{count}</span>}
      </div>
      {children}
      <FindingLine id={`${id}-note`} finding={finding} hint={hint} />
    </div>
  );
}

export function FindingLine({ id, finding, hint }: { id?: string; finding?: FieldFinding | undefined; hint?: ReactNode }) {
  if (finding) {
    return (
      <p id={id} className={`${styles.finding} ${styles[finding.severity]}`}>
        <Icon of={status[finding.severity].icon} size={12} />
        <span>{finding.message}</span>
      </p>
    );
  }
  return hint ? (
    <p id={id} className={styles.hint}>
      <span>{hint}</span>
    </p>
  ) : null;
}

function aria(id: string, finding: FieldFinding | undefined, hint: ReactNode) {
  return {
    id,
    'aria-invalid': finding?.severity === 'blocks' || undefined,
    'aria-describedby': finding || hint ? `${id}-note` : undefined,
  };
}

type Own<T> = FieldProps & Omit<T, keyof FieldProps | 'id'>;

export function TextField({ label, optional, hint, finding, count, prefix, className, ...rest }: Own<InputHTMLAttributes<HTMLInputElement>> & { prefix?: string }) {
  const id = useId();
  const frame = { id, label, optional: optional ?? false, hint, finding, count };
  const input = aria(id, finding, hint);
  return (
    <Field {...frame}>
      {prefix ? (
        <div className={describe(finding)}>
          <span className={`${styles.prefix} mono`}>{prefix}</span>
          <input {...rest} {...input} className={className} />
        </div>
      ) : (
        <input {...rest} {...input} className={`${describe(finding)} ${className ?? ''}`} />
      )}
    </Field>
  );
}

export function TextArea({ label, optional, hint, finding, count, ...rest }: Own<TextareaHTMLAttributes<HTMLTextAreaElement>>) {
  const id = useId();
  return (
    <Field id={id} label={label} optional={optional ?? false} hint={hint} finding={finding} count={count}>
      <textarea {...rest} {...aria(id, finding, hint)} className={describe(finding)} />
    </Field>
  );
}

/** The platform's own list: no script, right on every device. */
export function NativeSelect({ label, optional, hint, finding, count, children, ...rest }: Own<SelectHTMLAttributes<HTMLSelectElement>>) {
  const id = useId();
  return (
    <Field id={id} label={label} optional={optional ?? false} hint={hint} finding={finding} count={count}>
      <span className={styles.selectWrap}>
        <select {...rest} {...aria(id, finding, hint)} className={`${describe(finding)} ${styles.select}`}>
          {children}
        </select>
        <Icon of={ChevronDown} size={16} />
      </span>
    </Field>
  );
}

type Toggle = Omit<InputHTMLAttributes<HTMLInputElement>, 'type'> & { children?: ReactNode; some?: boolean };

export function Checkbox({ children, some = false, className, ...rest }: Toggle) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (input.current) input.current.indeterminate = some;
  }, [some]);
  return (
    <label className={`${styles.check} ${className ?? ''}`}>
      <input {...rest} ref={input} type="checkbox" />
      {children}
    </label>
  );
}

export function Radio({ children, ...rest }: Toggle) {
  return (
    <label className={styles.check}>
      <input {...rest} type="radio" />
      {children}
    </label>
  );
}

export function Switch({ children, ...rest }: Toggle) {
  return (
    <label className={`${styles.check} ${styles.switch}`}>
      <input {...rest} type="checkbox" role="switch" />
      {children}
    </label>
  );
}

/** One of a few, each worth a sentence. */
export function Choices<T extends string>({ legend, name, value, onChange, choices, finding }: {
  legend: string;
  name: string;
  value: T | undefined;
  onChange: (value: T) => void;
  choices: { value: T; title: ReactNode; text: string }[];
  finding?: FieldFinding | undefined;
}) {
  const id = useId();
  return (
    <fieldset className={styles.field} aria-describedby={finding ? id : undefined}>
      <legend className={styles.label}>{legend}</legend>
      <div className={styles.choices}>
        {choices.map((choice) => (
          <label key={choice.value} className={styles.choice}>
            <span className={styles.check}>
              <input type="radio" name={name} value={choice.value} checked={value === choice.value} onChange={() => onChange(choice.value)} />
            </span>
            <span>
              {choice.title}
              <small>{choice.text}</small>
            </span>
          </label>
        ))}
      </div>
      <FindingLine id={id} finding={finding} />
    </fieldset>
  );
}

export { styles as fieldStyles };
