import { AlertDialog } from '@base-ui/react/alert-dialog';
import { CSPProvider } from '@base-ui/react/csp-provider';
import { Dialog } from '@base-ui/react/dialog';
import { Menu } from '@base-ui/react/menu';
import { Select } from '@base-ui/react/select';
import { Check, ChevronDown } from 'lucide-react';
import { type ReactElement, type ReactNode, useId, useRef } from 'react';
import { Button } from './Button';
import { type FieldFinding, FindingLine, fieldStyles } from './Field';
import { Icon, type IconShape } from './Icon';
import styles from './overlays.module.css';

// What floats, on Base UI. Imported only by what is itself loaded on demand: the first page needs none of it.

/** Asks before something is undone that others may rely on. Focus starts on the safe button. */
export function ConfirmDialog({ open, onOpenChange, icon, title, children, note, action, busy, onConfirm }: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  icon: IconShape;
  title: string;
  children: ReactNode;
  note?: string;
  action: string;
  busy?: boolean;
  onConfirm: () => void;
}) {
  const safe = useRef<HTMLButtonElement>(null);
  return (
    <AlertDialog.Root open={open} onOpenChange={onOpenChange}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={styles.scrim} />
        <AlertDialog.Popup className={styles.dialog} initialFocus={safe}>
          <div className={styles.dialogBody}>
            <AlertDialog.Title className={styles.dialogTitle}>
              <span className={styles.danger}>
                <Icon of={icon} size={16} />
              </span>
              {title}
            </AlertDialog.Title>
            <AlertDialog.Description render={<div />}>{children}</AlertDialog.Description>
          </div>
          <div className={styles.dialogFoot}>
            {note && <span className={styles.dialogNote}>{note}</span>}
            <AlertDialog.Close render={<Button ref={safe}>Cancel</Button>} />
            <Button kind="danger" busy={busy ?? false} onClick={onConfirm}>
              {action}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

/** A window over the page with a title and a way out. */
export function Window({ open, onOpenChange, title, children, foot }: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  children: ReactNode;
  foot?: ReactNode;
}) {
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.scrim} />
        <Dialog.Popup className={`${styles.dialog} ${styles.wide}`}>
          <div className={styles.dialogBody}>
            <Dialog.Title className={styles.dialogTitle}>{title}</Dialog.Title>
            {children}
          </div>
          <div className={styles.dialogFoot}>
            {foot}
            <Dialog.Close render={<Button>Close</Button>} />
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

export interface Option<T extends string> {
  value: T;
  /** What is read and searched by typing. */
  text: string;
  label?: ReactNode;
  /** Why it cannot be chosen. */
  refused?: string;
}

/** One of a list whose entries show more than a word. */
export function SelectField<T extends string>({ label, value, onChange, options, placeholder, finding, hint }: {
  label: string;
  value: T | undefined;
  onChange: (value: T) => void;
  options: Option<T>[];
  placeholder: string;
  finding?: FieldFinding | undefined;
  hint?: ReactNode;
}) {
  const id = useId();
  const chosen = options.find((option) => option.value === value);
  const tone = finding?.severity === 'blocks' ? fieldStyles.invalid : finding?.severity === 'warns' ? fieldStyles.doubtful : '';
  return (
    <div className={fieldStyles.field}>
      <span id={id} className={fieldStyles.label}>
        {label}
      </span>
      {/* The list scrolls like any other: no style element, which the page's policy would refuse. */}
      <CSPProvider disableStyleElements>
        <Select.Root<T> value={value ?? null} onValueChange={(next) => next !== null && onChange(next)}>
          <Select.Trigger
            className={`${fieldStyles.control} ${styles.trigger} ${tone}`}
            aria-labelledby={`${id} ${id}-value`}
            aria-describedby={finding || hint ? `${id}-note` : undefined}
            aria-invalid={finding?.severity === 'blocks' || undefined}
          >
            <span id={`${id}-value`} className={styles.value}>
              {chosen ? (chosen.label ?? chosen.text) : <span className="muted">{placeholder}</span>}
            </span>
            <Icon of={ChevronDown} size={16} />
          </Select.Trigger>
          <Select.Portal>
            <Select.Positioner className={styles.positioner} sideOffset={4} alignItemWithTrigger={false}>
              <Select.Popup className={styles.popup} aria-label={label}>
                {options.map((option) => (
                  <Select.Item key={option.value} value={option.value} label={option.text} disabled={option.refused !== undefined} className={styles.item}>
                    <Select.ItemText render={<span className={styles.value} />}>{option.label ?? option.text}</Select.ItemText>
                    {option.refused ? (
                      <span className={styles.end}>{option.refused}</span>
                    ) : (
                      <Select.ItemIndicator className={styles.end}>
                        <Icon of={Check} size={14} />
                      </Select.ItemIndicator>
                    )}
                  </Select.Item>
                ))}
              </Select.Popup>
            </Select.Positioner>
          </Select.Portal>
        </Select.Root>
      </CSPProvider>
      <FindingLine id={`${id}-note`} finding={finding} hint={hint} />
    </div>
  );
}

/** A list of things to do or choose, opened by `trigger`. */
export function MenuOf({ trigger, children, label, open, onOpenChange }: {
  trigger: ReactElement;
  children: ReactNode;
  label: string;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
}) {
  return (
    <Menu.Root {...(open === undefined ? {} : { open })} {...(onOpenChange ? { onOpenChange } : {})}>
      <Menu.Trigger render={trigger} />
      <Menu.Portal>
        <Menu.Positioner className={styles.positioner} sideOffset={6} align="end">
          <Menu.Popup className={styles.popup} aria-label={label}>
            {children}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

export { Dialog, Menu, styles as overlayStyles };
