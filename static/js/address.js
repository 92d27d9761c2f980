// The page's state in its address: a link shows what its sender saw.
export function asked(name) {
  return new URLSearchParams(location.search).get(name) ?? "";
}

export function remember(name, value) {
  const query = new URLSearchParams(location.search);
  if (value) query.set(name, value);
  else query.delete(name);
  // Lists of numbers stay readable.
  const text = query.toString().replaceAll("%2C", ",");
  history.replaceState(history.state, "", location.pathname + (text && `?${text}`) + location.hash);
}
