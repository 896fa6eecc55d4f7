// Which conversations this browser knows unsent words of: it has them itself, or the server does.
const user = () => document.body.dataset.user
export const keyOf = id => `draft:${user()}:${id}`
const heldKey = () => `drafts:${user()}`

// Which conversations have something on the server, without its words.
const held = () => new Set(JSON.parse(localStorage.getItem(heldKey()) ?? '[]'))
export function hold (id, isHeld) {
  const ids = held()
  isHeld ? ids.add(id) : ids.delete(id)
  ids.size ? localStorage.setItem(heldKey(), JSON.stringify([...ids])) : localStorage.removeItem(heldKey())
}

export const hasDraft = id => localStorage.getItem(keyOf(id)) !== null || held().has(id)

// Nothing that was written is left in the browser of somebody who signs out.
document.addEventListener('submit', event => {
  if (!/logout/.test(event.target.action)) return
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(`draft:${user()}:`) || key === heldKey()) localStorage.removeItem(key)
  }
}, { capture: true })
