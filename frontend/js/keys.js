// Single keys. An element names its own key in aria-keyshortcuts: a field is focused, anything else is clicked.
// Only moving about the list has no element of its own, so it is here.
import { sendButton } from './compose.js'
import { moveBy } from './list.js'

const FIELDS = 'input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]'

const moves = {
  j: () => moveBy(1),
  k: () => moveBy(-1),
  ArrowDown: () => moveBy(1),
  ArrowUp: () => moveBy(-1),
  o: () => document.activeElement.closest('.row > a')?.click(),
}

const isTyping = element => element.matches(FIELDS)
// Arrows scroll where there is something to scroll, and choose in menus and radio groups.
const ownsArrows = element => element.closest('.timeline, .details, .menu, input')

const isReachable = element => element.checkVisibility() || element.closest('details:not([open])')

function actionOf (key) {
  const named = [...document.querySelectorAll('[aria-keyshortcuts]')]
  // The last one: of several toasts with Undo, the newest.
  return named.findLast(element => element.getAttribute('aria-keyshortcuts').split(' ').includes(key) && isReachable(element))
}

function perform (element) {
  if (element.matches(FIELDS)) element.focus()
  else element.click()
}

function typed (event) {
  if (event.key === 'Escape') event.target.blur()
  if (event.key === 'Enter' && (event.metaKey || event.ctrlKey) && event.target.closest('#composer')) {
    event.preventDefault()
    sendButton()?.click()
  }
}

function pressed (event) {
  if (event.metaKey || event.ctrlKey || event.altKey || document.body.dataset.shortcuts === 'off') return
  if (document.querySelector('dialog[open]')) return
  if (event.key.startsWith('Arrow') && ownsArrows(event.target)) return
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  const element = !moves[key] && actionOf(key)
  if (!moves[key] && !element) return
  event.preventDefault()
  element ? perform(element) : moves[key]()
}

document.addEventListener('keydown', event => {
  if (event.defaultPrevented || event.isComposing) return
  isTyping(event.target) ? typed(event) : pressed(event)
})
