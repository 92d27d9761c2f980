// The next time the browser paints; in a tab nobody sees, where it does not, a second.
const HIDDEN_MS = 1000;

export function frame() {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, HIDDEN_MS);
    requestAnimationFrame(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
