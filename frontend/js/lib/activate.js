// Modules register a selector and a function; every matching element is mounted once, also after an htmx swap.
const modules = [];
const cleanups = new WeakMap();

export function register(selector, mount) {
  modules.push({ selector, mount, seen: new WeakSet() });
}

export function activate(root) {
  if (!(root instanceof Element)) return;
  for (const { selector, mount, seen } of modules) {
    const found = root.matches(selector) ? [root, ...root.querySelectorAll(selector)] : root.querySelectorAll(selector);
    for (const element of found) {
      if (seen.has(element)) continue;
      seen.add(element);
      const cleanup = mount(element);
      if (typeof cleanup === "function") cleanups.set(element, [...(cleanups.get(element) ?? []), cleanup]);
    }
  }
}

export function retire(element) {
  for (const cleanup of cleanups.get(element) ?? []) cleanup();
  cleanups.delete(element);
}
