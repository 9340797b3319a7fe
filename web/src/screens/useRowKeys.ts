import { useKeys } from '../frame/keys';

/** j and k walk through whatever rows are on screen (elements marked data-row-link); Enter opens as on any link. */
export function useRowKeys() {
  const move = (step: number) => {
    const links = [...document.querySelectorAll<HTMLElement>('[data-row-link]')];
    const at = links.indexOf(document.activeElement as HTMLElement);
    const next = links[at < 0 ? (step > 0 ? 0 : links.length - 1) : at + step];
    next?.focus();
    next?.scrollIntoView({ block: 'nearest' });
  };
  useKeys({ j: () => move(1), k: () => move(-1) });
}
