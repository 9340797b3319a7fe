import type { ReactNode } from 'react';
import type { Schemas } from '../../api/client';
import { Button } from '../../design/Button';
import { plural } from '../../format/quantity';
import { Empty } from '../Page';
import { facetTitles, facetWord } from './Facets';
import { type ExploreSearch, facetNames, filterCount } from './filter';

/** Nothing passes: which filter or word is to blame, and what would be there without it. */
export function NoHit({ data, search, onChange, ask }: {
  data: Schemas['ProductList'];
  search: ExploreSearch;
  onChange: (next: ExploreSearch) => void;
  ask?: ReactNode;
}) {
  const filters = filterCount(search);
  // A facet's counts ignore its own filter: what they have is what dropping it would show.
  const helpful = facetNames.filter((name) => search[name] && data.facets[name].some((one) => one.count > 0));
  const unknown = data.words.filter((word) => word.total === 0);
  const known = data.words.filter((word) => word.total > 0);
  return (
    <Empty
      title={search.q ? `No product matches “${search.q}”${filters > 0 ? ' with these filters' : ''}` : 'No product passes these filters'}
      actions={
        <>
          {helpful.map((name) => (
            <Button key={name} onClick={() => onChange({ ...search, [name]: undefined })}>
              Drop {facetTitles[name].toLowerCase()} {(search[name] as string[]).map((value) => facetWord(name, value)).join(', ')}
            </Button>
          ))}
          {helpful.length === 0 && filters > 0 && <Button onClick={() => onChange({ q: search.q, sort: search.sort })}>Drop {plural(filters, 'filter')}</Button>}
          {unknown.length > 0 && known.length > 0 && (
            <Button onClick={() => onChange({ ...search, q: known.map((word) => word.word).join(' ') })}>Search without {unknown.map((word) => `“${word.word}”`).join(', ')}</Button>
          )}
          {search.q && known.length === 0 && filters === 0 && <Button onClick={() => onChange({ ...search, q: undefined, match: undefined })}>Show all products</Button>}
          {ask}
        </>
      }
    >
      {unknown.length > 0 && `No product says ${unknown.map((word) => `“${word.word}”`).join(' or ')}, also with one letter wrong. `}
      {unknown.length === 0 && data.words.length > 1 && helpful.length === 0 && `Each word is found, in no product all of them: ${data.words.map((word) => `“${word.word}” in ${word.total}`).join(', ')}. `}
      {plural(data.published, 'product')} searched by name, description, tag, attribute, team, field and meaning.
    </Empty>
  );
}
