import { LINK } from "../../design/Button";

/** The address of whoever runs this, where they gave one. */
export const contact = () => document.documentElement.dataset["contact"];

/** Leads to a mail to them. */
export function Contact({ subject }: { subject: string }) {
  const address = contact();
  return address ? (
    <p>
      <a className={`${LINK} font-semibold`} href={`mailto:${address}?subject=${encodeURIComponent(subject)}`}>
        {address}
      </a>
    </p>
  ) : null;
}
