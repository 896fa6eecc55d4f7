// The conversation list: which row is open, which view is current and which row has an unsent text is known here, not
// by the server, so each answer is marked after it is swapped in.
import { register } from './commands.js'
import { hasDraft } from './composer/composer.js'
import { refresh } from './live.js'

const FIRST_PAGE = 30

const list = () => document.getElementById('conversation-list')
const rows = () => [...document.querySelectorAll('#conversation-list .row')]

function setCurrent (link, value) {
  value ? link.setAttribute('aria-current', value) : link.removeAttribute('aria-current')
}

function markRow (row, openId) {
  const isOpen = row.dataset.conversationId === openId
  row.toggleAttribute('data-open', isOpen)
  setCurrent(row.querySelector('a'), isOpen && 'true')
  if (isOpen) row.classList.remove('unread')
  row.querySelector('.draft').hidden = !hasDraft(row.dataset.conversationId)
}

// Rows may have moved between two pages while the second was fetched.
function dropRepeats () {
  const seen = new Set()
  for (const row of rows()) seen.has(row.id) ? row.remove() : seen.add(row.id)
}

function mark () {
  dropRepeats()
  const openId = document.getElementById('conversation')?.dataset.conversationId
  for (const row of rows()) markRow(row, openId)
  const view = list()?.dataset.view || new URLSearchParams(location.search).get('view')
  if (view) for (const link of document.querySelectorAll('[data-view-key]')) setCurrent(link, link.dataset.viewKey === view && 'page')
}

// Old rows stay, dimmed, while another view loads; live refreshes are silent.
function setLoading (event, isLoading) {
  const { elt, target } = event.detail
  if (target && target === list() && elt !== target) target.toggleAttribute('data-loading', isLoading)
}

export function moveBy (step) {
  const links = rows().map(row => row.querySelector('a'))
  const focused = links.indexOf(document.activeElement)
  const from = focused >= 0 ? focused : links.findIndex(link => link.hasAttribute('aria-current'))
  const next = links[Math.min(links.length - 1, Math.max(0, from + step))]
  next?.focus()
  next?.closest('.row').scrollIntoView({ block: 'nearest' })
}

const hasRows = () => rows().length > 0

register('next', () => moveBy(1), hasRows)
register('previous', () => moveBy(-1), hasRows)
register('open', () => document.activeElement.closest('.row > a')?.click() ?? false, hasRows)
document.addEventListener('htmx:afterSettle', mark)
document.addEventListener('htmx:configRequest', event => {
  // A refresh asks for as many rows as are shown, or the ones loaded later would vanish.
  if (event.detail.elt === list()) event.detail.parameters.rows = Math.max(rows().length, FIRST_PAGE)
})
document.addEventListener('htmx:beforeRequest', event => setLoading(event, true))
document.addEventListener('htmx:afterRequest', event => {
  setLoading(event, false)
  if (event.detail.requestConfig.verb === 'post' && event.detail.successful) refresh()
})
mark()
