import type { ReactNode, SVGProps } from 'react';

// Icons that no set has: the kinds and states that are weft's own. 24 grid, round, outlined.

type ShapeProps = SVGProps<SVGSVGElement> & { size?: number | string; strokeWidth?: number | string };

function shape(name: string, content: ReactNode) {
  function Shape({ size = 16, strokeWidth = 1.75, ...rest }: ShapeProps) {
    return (
      <svg
        width={size}
        height={size}
        viewBox="0 0 24 24"
        fill="none"
        stroke="currentColor"
        strokeWidth={strokeWidth}
        strokeLinecap="round"
        strokeLinejoin="round"
        {...rest}
      >
        {content}
      </svg>
    );
  }
  Shape.displayName = name;
  return Shape;
}

/** A data product: warp and weft. */
export const Weave = shape('Weave', <path d="M8 2v2.5M8 9v6.5M8 20v2M16 2v7.5M16 15v7M2 6.8h11.5M19 6.8h3M2 17.6h3M11 17.6h11M2 12h3.2M10.6 12H22" />);

/** A pulse: live. */
export const Pulse = shape(
  'Pulse',
  <>
    <circle cx="12" cy="12" r="1.6" fill="currentColor" />
    <path d="M6.5 17.5a8 8 0 0 1 0-11M17.5 6.5a8 8 0 0 1 0 11" />
  </>,
);

/** A topic: three lines. */
export const TopicLines = shape('TopicLines', <path d="M3 6h18M3 12h18M3 18h18" />);

export const Branches = shape(
  'Branches',
  <>
    <circle cx="5" cy="12" r="2.4" />
    <circle cx="19" cy="5" r="2.4" />
    <circle cx="19" cy="19" r="2.4" />
    <path d="M7.4 12H10c3 0 2.5-7 6.5-7M10 12c3 0 2.5 7 6.5 7" />
  </>,
);

/** Rank as bars: 1 fills three of three. */
export function TierBars({ tier, size = 14 }: { tier: 1 | 2 | 3; size?: number }) {
  const filled = 4 - tier;
  return (
    <svg width={size} height={size} viewBox="0 0 14 14" aria-hidden="true" focusable="false">
      {[0, 1, 2].map((bar) => (
        <rect key={bar} x={1 + bar * 4.4} y={9 - bar * 3.5} width="3.2" height={4 + bar * 3.5} rx="0.8" fill="currentColor" opacity={bar < filled ? 1 : 0.28} />
      ))}
    </svg>
  );
}

/** weft's mark in two colours of the theme. */
export function Mark({ size = 22, faded = false }: { size?: number; faded?: boolean }) {
  return (
    <svg width={size} height={size} viewBox="0 0 22 22" fill="none" strokeWidth={faded ? 1 : 2.2} strokeLinecap="round" aria-hidden="true" focusable="false">
      <path stroke="var(--faint)" d="M7 2v1.3M7 7.7v5.6M7 18.7V20M15 2v6.3M15 13.7V20" />
      {faded ? (
        <>
          <path stroke="var(--accent)" d="M2 5.5h6.5M13 5.5H20" />
          <path stroke="var(--line-2)" strokeDasharray="1.6 1.8" d="M2 11h18M2 16.5h18" />
        </>
      ) : (
        <path stroke="var(--series-1)" d="M2 5.5h10.3M17.7 5.5H20M2 11h2.3M9.7 11H20M2 16.5h10.3M17.7 16.5H20" />
      )}
    </svg>
  );
}
