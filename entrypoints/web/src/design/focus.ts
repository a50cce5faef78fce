const CONTROLS = `a[href], summary, ${["button", "input", "select", "textarea"].map((name) => `${name}:not(:disabled, [tabindex="-1"])`).join(", ")}`;

/** As the `ref` of what appears in place of what was used: whoever cannot see it goes on there. */
export const toFocus = (element: HTMLElement | null) => element?.focus();

/** Whoever has the focus on something that goes would begin anew at the top of the document, and hear nothing of it. Here
they go on with what took its place, or, in a list or a form, with what comes next or came before, and else at the heading
above. A page that goes as a whole is left to the next, and whoever went elsewhere meanwhile to themselves. A `ref`. */
export function keepFocus(root: HTMLElement | null): (() => void) | undefined {
  if (root === null) return undefined;
  let held: Node | null = null;
  const hold = ({ target }: Event) => (held = target as Node);
  const press = ({ target }: Event) => {
    if (!held?.contains(target as Node)) held = null; // Nothing need take the focus where one presses.
  };
  const watch = new MutationObserver((changes) => {
    const lost = held;
    if (lost === null || lost.isConnected || document.activeElement !== document.body) return;
    held = null;
    const going = changes.find(({ target, removedNodes }) => target.isConnected && Array.from(removedNodes).some((node) => node.contains(lost)));
    if (going && going.target !== root) goOn(root, going, changes);
  });
  document.addEventListener("focusin", hold);
  document.addEventListener("pointerdown", press);
  watch.observe(root, { childList: true, subtree: true });
  return () => {
    document.removeEventListener("focusin", hold);
    document.removeEventListener("pointerdown", press);
    watch.disconnect();
  };
}

function goOn(root: HTMLElement, { target, removedNodes, previousSibling }: MutationRecord, changes: MutationRecord[]): void {
  const place = target as Element;
  const ofList = removedNodes[0] instanceof HTMLLIElement;
  const before = previousSibling?.isConnected ? previousSibling : null;
  const comesAfter = (node: Node) => {
    const position = (before ?? place).compareDocumentPosition(node);
    return (position & Node.DOCUMENT_POSITION_FOLLOWING) !== 0 && (before === null || (position & Node.DOCUMENT_POSITION_CONTAINED_BY) === 0);
  };
  const taken = before ? before.nextSibling : place.firstChild;
  const cameInstead = !ofList && taken instanceof HTMLElement && !("loading" in taken.dataset) && changes.some(({ addedNodes }) => Array.from(addedNodes).includes(taken));
  const among = ofList ? place : place.closest("li, form");
  const controls = Array.from(among?.querySelectorAll<HTMLElement>(CONTROLS) ?? []);
  const headings = Array.from(root.querySelectorAll<HTMLElement>("h1, h2, h3"));
  const notAfter = (elements: HTMLElement[]) => elements.filter((each) => !comesAfter(each)).reverse();
  [...(cameInstead ? [onlyControl(taken) ?? taken] : []), ...controls.filter(comesAfter), ...notAfter(controls), ...notAfter(headings)].find(takesFocus);
}

/** The control that an element consists of, as a button in its frame. */
function onlyControl(element: HTMLElement): HTMLElement | null {
  const control = element.querySelector<HTMLElement>(CONTROLS);
  return control?.textContent === element.textContent ? control : null;
}

function takesFocus(element: HTMLElement): boolean {
  if (!element.matches(CONTROLS)) element.tabIndex = -1;
  element.focus();
  return document.activeElement === element;
}
