import { parseJsonText, prettyTokens } from '../../format/json_text';
import styles from './JsonText.module.css';

const tokensMax = 20_000;

/** JSON in colour, every digit as it came; anything else as plain text. */
export function JsonText({ text }: { text: string }) {
  const node = parseJsonText(text);
  const tokens = node ? prettyTokens(node) : [];
  if (!node || tokens.length > tokensMax) return <code>{text}</code>;
  return (
    <code>
      {tokens.map((token, index) =>
        token.kind === 'plain' ? token.text : (
          // Tokens have no identity but their place.
          <span key={index} className={styles[token.kind]}>
            {token.text}
          </span>
        ),
      )}
    </code>
  );
}
