// Menus, dialogs and toasts. Popovers and dialogs do most by themselves; this closes what the browser leaves open, and
// gives the focus back to what opened it.
const TOAST_MS = 10_000
const TOASTS_MOST = 3

const openMenus = () => document.querySelectorAll('details.menu[open]')

function closeMenus (except) {
  for (const menu of openMenus()) if (menu !== except && !menu.contains(except)) menu.open = false
}

const wait = (toast, after) => setTimeout(() => dismiss(toast), after)

function dismiss (toast) {
  if (toast.matches('.toast-progress')) return
  if (toast.matches(':hover, :focus-within')) return wait(toast, TOAST_MS)
  toast.remove()
}

const watched = new WeakSet()

// The newest is last; of many only the last few stay, and of equal words one. What is under way stays until it is done.
export function watchToasts () {
  const toasts = [...document.querySelectorAll('#toasts .toast')]
  for (const toast of toasts) {
    if (watched.has(toast)) continue
    watched.add(toast)
    const ms = Number(toast.dataset.ms)
    // What can be undone for so long only goes with its time.
    if (ms) toast.style.setProperty('--drain', `${ms}ms`)
    setTimeout(() => ms ? toast.remove() : dismiss(toast), ms || TOAST_MS)
  }
  const words = new Set()
  for (const [index, toast] of toasts.reverse().entries()) {
    const text = toast.textContent.trim()
    if (!toast.matches('.toast-progress') && (index >= TOASTS_MOST || (words.has(text) && !toast.querySelector('form')))) toast.remove()
    words.add(text)
  }
}

// A toast that goes takes no focus with it.
function close (toast) {
  const hadFocus = toast.contains(document.activeElement)
  toast.remove()
  if (hadFocus) (document.getElementById('thread') ?? document.getElementById('conversation-list'))?.focus({ preventScroll: true })
}

const openers = new WeakMap()

document.addEventListener('click', event => {
  closeMenus(event.target.closest('details.menu'))
  const toast = event.target.closest('.toast-close')?.closest('.toast')
  if (toast) close(toast)
  const opener = event.target.closest('[data-opens]')
  if (!opener) return
  const dialog = document.getElementById(opener.dataset.opens)
  openers.set(dialog, opener.closest('details.menu')?.querySelector('summary') ?? opener)
  dialog.showModal()
})
document.addEventListener('close', event => {
  const opener = event.target instanceof HTMLDialogElement && openers.get(event.target)
  if (opener?.isConnected && (document.activeElement === document.body || !document.activeElement.checkVisibility())) opener.focus()
}, { capture: true })
document.addEventListener('submit', event => {
  closeMenus()
  const toast = event.target.closest('.toast:not(.toast-progress)')
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
