import { useQuery } from '@tanstack/react-query';
import { serverQuery } from '../../api/queries';
import { Window } from '../../design/overlays';
import { CopyButton } from '../../design/parts';
import { asCommand, asCurl, type Draft } from './draft';
import styles from './Publish.module.css';

/** What the Publish button does, for scripts: nothing here can do more than the API, or less. */
export default function ApiCall({ draft, onClose }: { draft: Draft; onClose: () => void }) {
  const { data: server } = useQuery(serverQuery);
  const calls = [
    { title: 'weft', text: asCommand(draft) },
    { title: 'HTTP', text: asCurl(draft, server?.addresses.http ?? location.origin) },
  ];
  return (
    <Window open onOpenChange={(open) => !open && onClose()} title="The same without this page">
      {calls.map(({ title, text }) => (
        <section key={title}>
          <p style={{ display: 'flex', justifyContent: 'space-between', alignItems: 'center', marginBottom: 6 }}>
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
