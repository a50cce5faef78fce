import { useMemo } from "react";
import { encode } from "uqr";

/** A QR code drawn here, so that what it holds is sent nowhere. Dark on light in both themes, as cameras expect. */
export function QrCode({ content, label }: { content: string; label: string }) {
  const { data, size } = useMemo(() => encode(content, { ecc: "M", border: 4 }), [content]);
  const path = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join("");
  return (
    <svg role="img" aria-label={label} viewBox={`0 0 ${size} ${size}`} shapeRendering="crispEdges" className="w-full max-w-52 justify-self-center rounded-md border border-line">
      <rect width={size} height={size} fill="#ffffff" />
      <path d={path} fill="#12191b" />
    </svg>
  );
}
