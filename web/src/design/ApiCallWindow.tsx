import styles from './ApiCallWindow.module.css';
import { asCurl, type Call } from './api_call';
import { Window } from './overlays';
import { CopyButton } from './parts';

/** The same without this page: as curl, and as a command of weft where there is one. */
export default function ApiCallWindow({ onClose, command, ...call }: Call & { onClose: () => void }) {
  const calls = [...(command ? [{ title: 'weft', text: command }] : []), { title: 'HTTP', text: asCurl(call, location.origin) }];
  return (
    <Window open onOpenChange={(open) => !open && onClose()} title="The same without this page">
      {calls.map(({ title, text }) => (
        <section key={title}>
          <p className={styles.head}>
            <strong>{title}</strong>
            <CopyButton small text={text}>
              Copy
            </CopyButton>
          </p>
          <pre className={styles.call} tabIndex={0}>
            <code>{text}</code>
          </pre>
        </section>
      ))}
    </Window>
  );
}
