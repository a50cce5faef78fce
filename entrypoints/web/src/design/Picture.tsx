import type { Schemas } from "../api/client";

interface PictureProps {
  addresses: readonly Schemas["PhotoAddress"][];
  alt: string;
  sizes?: string;
  className?: string;
  /** Of those that are looked at first: fetched before everything else instead of when it comes into sight. */
  first?: boolean;
}

/** A photo in the size and format that fit the screen. Without one there is a quiet pane. */
export function Picture({ addresses, alt, sizes = "(min-width: 48rem) 22rem, 92vw", className = "", first = false }: PictureProps) {
  const set = (format: string) =>
    addresses
      .filter((address) => address.format === format)
      .map((address) => `${address.url} ${address.size}w`)
      .join(", ");
  const plain = addresses.find((address) => address.format === "jpeg" && address.size === "480") ?? addresses[0];
  if (!plain) return <div role="img" aria-label={alt} className={`animate-pulse bg-sunken ${className}`} />;
  return (
    <picture>
      <source type="image/webp" srcSet={set("webp")} sizes={sizes} />
      <img
        src={plain.url}
        srcSet={set("jpeg")}
        sizes={sizes}
        alt={alt}
        {...(first ? { fetchPriority: "high" } : { loading: "lazy" })}
        decoding="async"
        className={`bg-sunken object-cover ${className}`}
      />
    </picture>
  );
}
