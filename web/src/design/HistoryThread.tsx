/** How much of the past a product holds, as thread: full, the end of one, or stitches. The word stands beside it. */
export function HistoryThread({ kind, width = 44 }: { kind: 'everything' | 'recent' | 'latest_per_key'; width?: number }) {
  const half = Math.round(width * 0.62);
  return (
    <svg width={width} height="8" viewBox={`0 0 ${width} 8`} fill="none" stroke="currentColor" aria-hidden="true" focusable="false">
      {kind === 'everything' && <path d={`M0 4H${width}`} strokeWidth="2" />}
      {kind === 'recent' && (
        <>
          <path d={`M1 4H${half}`} stroke="var(--faint)" strokeWidth="1.5" strokeDasharray="1.5 2.5" />
          <path d={`M${half} 4H${width}`} strokeWidth="2" />
        </>
      )}
      {kind === 'latest_per_key' && <path d={`M0 4H${width}`} strokeWidth="2" strokeDasharray="5 3" />}
    </svg>
  );
}
