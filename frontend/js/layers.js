// Menus, dialogs and toasts. Popovers and dialogs do most by themselves; this closes what the browser leaves open.
const TOAST_MS = 10_000

const openMenus = () => document.querySelectorAll('details.menu[open]')

function closeMenus (except) {
  for (const menu of openMenus()) if (menu !== except) menu.open = false
}

function dismiss (toast) {
  if (toast.matches(':hover, :focus-within')) return setTimeout(() => dismiss(toast), TOAST_MS)
  toast.remove()
}

const watched = new WeakSet()

// A new toast takes the place of those shown before.
export function watchToasts () {
  const toasts = [...document.querySelectorAll('.toast')]
  const arrived = toasts.filter(toast => !watched.has(toast))
  if (!arrived.length) return
  for (const toast of toasts) if (watched.has(toast)) toast.remove()
  for (const toast of arrived) {
    watched.add(toast)
    const ms = Number(toast.dataset.ms)
    // What can be undone for so long only goes with its time.
    if (ms) toast.style.setProperty('--drain', `${ms}ms`)
    setTimeout(() => ms ? toast.remove() : dismiss(toast), ms || TOAST_MS)
  }
}

document.addEventListener('click', event => {
  closeMenus(event.target.closest('details.menu'))
  event.target.closest('.toast-close')?.closest('.toast').remove()
  const opener = event.target.closest('[data-opens]')
  if (opener) document.getElementById(opener.dataset.opens).showModal()
})
document.addEventListener('submit', event => {
  closeMenus()
  const toast = event.target.closest('.toast')
  if (toast) toast.hidden = true // removed later: htmx still speaks through its form
})
document.addEventListener('keydown', event => {
  if (event.key !== 'Escape' || !openMenus().length) return
  const summary = document.activeElement.closest('details.menu')?.querySelector('summary')
  closeMenus()
  summary?.focus()
  event.stopPropagation()
}, { capture: true })
document.addEventListener('htmx:afterSettle', watchToasts)
watchToasts()
