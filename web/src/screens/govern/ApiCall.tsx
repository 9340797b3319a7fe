import { useQuery } from '@tanstack/react-query';
import { serverQuery } from '../../api/queries';
import { Window } from '../../design/overlays';
import { CopyButton } from '../../design/parts';
import styles from './Govern.module.css';

/** What the buttons of this page do, for scripts. */
export default function ApiCall({ version, text, onClose }: { version: number; text: string; onClose: () => void }) {
  const { data: server } = useQuery(serverQuery);
  const origin = server?.addresses.http ?? location.origin;
  const body = JSON.stringify({ text }).replaceAll("'", "'\\''");
  const calls = [
    { title: 'weft', text: 'weft rules show > rules.yaml\nweft rules trial rules.yaml\nweft rules save rules.yaml --as PERSON' },
    { title: 'HTTP, try', text: `curl -X POST ${origin}/api/v1/rules/trial \\\n  -H 'Content-Type: application/json' \\\n  -d '${body}'` },
    { title: 'HTTP, save', text: `curl -X PUT ${origin}/api/v1/rules \\\n  -H 'Content-Type: application/json' -H 'If-Match: "${version}"' \\\n  -d '${body}'` },
  ];
  return (
    <Window open onOpenChange={(open) => !open && onClose()} title="The same without this page">
      {calls.map((call) => (
        <section key={call.title}>
          <p className={styles.callHead}>
            <strong>{call.title}</strong>
            <CopyButton small text={call.text}>
              Copy
            </CopyButton>
          </p>
          <pre className={styles.call} tabIndex={0}>
            <code>{call.text}</code>
          </pre>
        </section>
      ))}
    </Window>
  );
}
