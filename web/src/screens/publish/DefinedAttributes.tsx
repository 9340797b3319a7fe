import { useQuery } from '@tanstack/react-query';
import type { Schemas } from '../../api/client';
import { rulesQuery } from '../../api/rules';
import { NativeSelect, TextField } from '../../design/Field';
import { type Draft, findingAt } from './draft';
import type { AttributeRow } from './draft_more';
import styles from './Publish.module.css';

/** What a governor has defined for products of this domain. */
export function useDefinitions(domain: string): Schemas['AttributeDefinition'][] {
  const { data } = useQuery(rulesQuery);
  return (data?.attributes ?? []).filter(({ domains }) => domains.length === 0 || domains.includes(domain));
}

/** A field for each defined attribute; what stays empty is not given. */
export function DefinedAttributes({ definitions, draft, set, check }: {
  definitions: Schemas['AttributeDefinition'][];
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  check: Schemas['Check'] | undefined;
}) {
  if (definitions.length === 0) return null;
  const put = (row: AttributeRow) => {
    const others = draft.attributes.filter(({ name }) => name !== row.name);
    set({ attributes: row.text === '' ? others : [...others, row] });
  };
  return (
    <div className={styles.two}>
      {definitions.map((definition) => (
        <DefinedAttribute key={definition.name} definition={definition} text={draft.attributes.find(({ name }) => name === definition.name)?.text ?? ''} put={put} check={check} />
      ))}
    </div>
  );
}

function DefinedAttribute({ definition, text, put, check }: { definition: Schemas['AttributeDefinition']; text: string; put: (row: AttributeRow) => void; check: Schemas['Check'] | undefined }) {
  const { name, title, type, required, allowed, description } = definition;
  const say = (value: string) => put({ name, type, text: value });
  const frame = { label: title, optional: !required, hint: description || undefined, finding: findingAt(check, `attributes.${name}`) };
  const choices = type === 'boolean' ? ['true', 'false'] : type === 'list' ? [] : allowed.map(String);
  if (choices.length > 0) {
    return (
      <NativeSelect {...frame} value={text} onChange={(event) => say(event.target.value)}>
        <option value="">not given</option>
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {type === 'boolean' ? (choice === 'true' ? 'yes' : 'no') : choice}
          </option>
        ))}
      </NativeSelect>
    );
  }
  return <TextField {...frame} type={type === 'date' ? 'date' : 'text'} inputMode={type === 'number' ? 'decimal' : 'text'} placeholder={type === 'list' ? allowed.map(String).join(', ') || 'eu, us' : ''} value={text} onChange={(event) => say(event.target.value)} />;
}
