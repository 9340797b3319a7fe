import { Fragment, type ReactNode, useMemo } from 'react';
import { type Block, type Inline, parseMarkdown } from '../format/markdown';
import styles from './Markdown.module.css';

/** Markdown that somebody else wrote, as elements: nothing of it is ever HTML. */
export function Markdown({ text }: { text: string }) {
  const blocks = useMemo(() => parseMarkdown(text), [text]);
  return <div className={`prose ${styles.markdown}`}>{blocks.map(blockOf)}</div>;
}

// The text never changes in place, so a place in it is a key.
function blockOf(block: Block, key: number): ReactNode {
  switch (block.kind) {
    case 'paragraph':
      return <p key={key}>{block.children.map(inlineOf)}</p>;
    case 'heading':
      return <h3 key={key}>{block.children.map(inlineOf)}</h3>;
    case 'list': {
      const items = block.items.map((children, at) => <li key={at}>{children.map(inlineOf)}</li>);
      return block.ordered ? <ol key={key}>{items}</ol> : <ul key={key}>{items}</ul>;
    }
    case 'quote':
      return <blockquote key={key}>{block.children.map(blockOf)}</blockquote>;
    case 'code':
      return (
        <pre key={key} tabIndex={0}>
          <code>{block.text}</code>
        </pre>
      );
    case 'rule':
      return <hr key={key} />;
  }
}

function inlineOf(inline: Inline, key: number): ReactNode {
  switch (inline.kind) {
    case 'text':
      return <Fragment key={key}>{inline.text}</Fragment>;
    case 'code':
      return (
        <code key={key} className="code">
          {inline.text}
        </code>
      );
    case 'strong':
      return <strong key={key}>{inline.children.map(inlineOf)}</strong>;
    case 'em':
      return <em key={key}>{inline.children.map(inlineOf)}</em>;
    case 'link':
      return (
        <a key={key} href={inline.href} target="_blank" rel="noopener noreferrer nofollow">
          {inline.children.map(inlineOf)}
        </a>
      );
    case 'break':
      return <br key={key} />;
  }
}
