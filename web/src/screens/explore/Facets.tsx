import { useState } from 'react';
import type { Schemas } from '../../api/client';
import { Checkbox } from '../../design/Field';
import styles from './Explore.module.css';
import { type ExploreSearch, type FacetName, facetNames, isChecked, toggled } from './filter';

export const facetTitles: Record<FacetName, string> = {
  match: 'Match in',
  domain: 'Domain',
  owner: 'Owner',
  quality: 'Quality',
  sla: 'SLA tier',
  lifecycle: 'Lifecycle',
  sensitivity: 'Sensitivity',
  history: 'History held',
  tag: 'Tag',
  format: 'Format',
  cluster: 'Cluster',
  region: 'Region',
};

const words: Partial<Record<FacetName, Record<string, string>>> = {
  match: { field_name: 'field name', field_doc: 'field meaning' },
  sla: { '1': 'Tier 1', '2': 'Tier 2', '3': 'Tier 3' },
  sensitivity: { personal_data: 'personal data' },
  history: { recent: 'recent window', latest_per_key: 'latest per key' },
  format: { AVRO: 'Avro', JSON: 'JSON Schema', PROTOBUF: 'Protobuf' },
};

/** A value as people read it. */
export function facetWord(facet: FacetName, value: string) {
  return facet === 'owner' ? `@${value}` : (words[facet]?.[value] ?? value);
}

/** Where there is but one of them they tell nothing. */
const telling: Partial<Record<FacetName, number>> = { format: 2, cluster: 2, region: 2 };
const shownFirst = 8;

/** Counts come from the same answer as the list; a facet's own filter does not narrow its counts. */
export function Facets({ facets, search, onChange }: { facets: Schemas['Facets']; search: ExploreSearch; onChange: (next: ExploreSearch) => void }) {
  return facetNames.map((name) => {
    const options = facets[name];
    if (options.length < (search[name] ? 1 : (telling[name] ?? 1))) return null;
    return <FacetSet key={name} name={name} options={options} search={search} onChange={onChange} />;
  });
}

function FacetSet({ name, options, search, onChange }: {
  name: FacetName;
  options: Schemas['FacetCount'][];
  search: ExploreSearch;
  onChange: (next: ExploreSearch) => void;
}) {
  const [all, setAll] = useState(false);
  // What is checked stays in sight.
  const shown = all ? options : options.filter(({ value }, index) => index < shownFirst || isChecked(search, name, value));
  const hidden = options.length - shown.length;
  return (
    <fieldset className={styles.facet}>
      <legend>{facetTitles[name]}</legend>
      {shown.map(({ value, count }) => (
        <Checkbox key={value} className={styles.option ?? ''} checked={isChecked(search, name, value)} onChange={() => onChange(toggled(search, name, value))}>
          <span className="ellipsis">{facetWord(name, value)}</span>
          <span className="figures">{count}</span>
        </Checkbox>
      ))}
      {(hidden > 0 || all) && (
        <button type="button" className={styles.moreValues} aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `${hidden} more`}
          <span className="visually-hidden"> of {facetTitles[name]}</span>
        </button>
      )}
    </fieldset>
  );
}
