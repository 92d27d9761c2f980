// Makes an element equal to its news by as few changes as it takes. What stays is the same
// node: focus, selection, scroll, opened details and ticked boxes survive.
//
// Children with an id are found again by it, wherever they are; others by their place.
const TICKING = "[data-since], [data-until], [data-clock]";
// What a person changes, not the server.
const OWN = { DETAILS: ["open"], INPUT: ["checked", "value"] };

function morphAttributes(target, source) {
  const own = OWN[target.tagName] ?? [];
  for (const { name, value } of source.attributes) {
    if (!own.includes(name) && target.getAttribute(name) !== value) target.setAttribute(name, value);
  }
  for (const { name } of [...target.attributes]) {
    if (!own.includes(name) && !source.hasAttribute(name)) target.removeAttribute(name);
  }
}

function sameKind(one, other) {
  return one.nodeType === other.nodeType && one.nodeName === other.nodeName && !one.id;
}

function morphChildren(target, source) {
  const wanted = new Set([...source.children].map((child) => child.id).filter(Boolean));
  const known = new Map([...target.children].filter((c) => c.id).map((c) => [c.id, c]));
  let at = target.firstChild;
  const skipGone = () => {
    while (at?.id && !wanted.has(at.id)) {
      const gone = at;
      at = at.nextSibling;
      gone.remove();
    }
  };
  for (const child of [...source.childNodes]) {
    skipGone();
    let match = null;
    if (child.id) match = known.get(child.id) ?? null;
    else if (at && sameKind(at, child)) match = at;
    if (!match) {
      target.insertBefore(child, at);
      continue;
    }
    if (match === at) at = at.nextSibling;
    else target.insertBefore(match, at);
    morph(match, child);
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
}

export function morph(target, source) {
  if (target.nodeType !== Node.ELEMENT_NODE) {
    if (target.nodeValue !== source.nodeValue) target.nodeValue = source.nodeValue;
    return;
  }
  if (target.nodeName !== source.nodeName) {
    target.replaceWith(source);
    return;
  }
  if (target.isEqualNode(source)) return;
  morphAttributes(target, source);
  // The page's clock writes these itself, every second.
  if (!target.matches(TICKING)) morphChildren(target, source);
}
