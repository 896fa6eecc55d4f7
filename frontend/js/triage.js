// Changes of conversations: of the picked rows, else the open conversation, else the focused row. What leaves the list
// fades at once and the next one is opened or focused; the server's answer is a toast that takes it back.
import htmx from 'htmx.org'
import { register, run } from './commands.js'
import { currentRow, focusRow, idOf, leaving, list, openId, rows } from './list.js'
import { refresh } from './live.js'
import { notify } from './notices.js'
import { clearPicked, isWhole, pickedIds } from './selection.js'

const FADE_MS = 160
const FINISHED = ['resolved', 'closed', 'snoozed']

const listUrl = () => list()?.getAttribute('hx-get') ?? location.href
const query = () => new URL(listUrl(), location.href).search
const urls = () => document.getElementById('bulk').dataset
const view = () => new URLSearchParams(query()).get('view') ?? 'mine'

export function targets () {
  const ids = pickedIds()
  if (ids.length) return { ids, isWhole: isWhole() }
  const id = openId() ?? (currentRow() && idOf(currentRow()))
  return { ids: id ? [id] : [] }
}

// Whether such a change takes a conversation out of the list that is shown.
function leavesList ({ status, folder, assignee }) {
  const key = view()
  if (['spam', 'trash'].includes(key)) return folder !== undefined && folder !== key
  if (!/^(mine|unassigned|all|snoozed|closed|team-|tag-)/.test(key)) return false
  if (folder) return folder !== 'inbox'
  if (key === 'snoozed') return status !== undefined && status !== 'snoozed'
  if (key === 'closed') return status !== undefined && !['resolved', 'closed'].includes(status)
  if (FINISHED.includes(status)) return true
  if (assignee === undefined) return false
  return key === 'mine' ? !['me', document.body.dataset.user].includes(assignee) : key === 'unassigned' && assignee !== 'none'
}

const isLeftWhenDone = change => FINISHED.includes(change.status) || (change.folder && change.folder !== 'inbox')

// Where the work goes on once these are gone: below, else above.
function nextOf (ids) {
  const all = rows()
  const isTarget = row => ids.includes(idOf(row))
  const last = all.findLastIndex(isTarget)
  if (last < 0) return undefined
  return all.slice(last + 1).find(row => !isTarget(row)) ?? all.slice(0, last).findLast(row => !isTarget(row)) ?? null
}

function goOn (ids, opensNext) {
  const next = nextOf(ids)
  const wasInList = document.activeElement.closest?.('#conversation-list') || document.activeElement === document.body
  if (next === undefined) return
  if (opensNext && ids.includes(openId())) return next ? next.querySelector('a').click() : closeConversation()
  const current = document.activeElement.closest?.('#conversation-list .row')
  if (wasInList && (!current || ids.includes(idOf(current)))) next ? focusRow(next) : list().focus()
}

export function closeConversation () {
  document.querySelector('#thread-header a[hx-get]')?.click()
}

function fade (ids) {
  for (const id of ids) {
    leaving.add(id)
    document.getElementById(`row-${id}`)?.setAttribute('data-leaving', '')
  }
  setTimeout(() => {
    for (const id of ids) if (leaving.has(id)) document.getElementById(`row-${id}`)?.remove()
    document.dispatchEvent(new Event('hd:rows'))
  }, FADE_MS)
}

// Undo is about what was done last, also while the server's answer, which brings the button, is on its way.
let underWay = 0
let isToBeUndone = false
const isUnderWay = () => underWay > 0

register('undo', () => isUnderWay() && (isToBeUndone = true), isUnderWay)

function arrived () {
  underWay--
  if (isUnderWay() || !isToBeUndone) return
  isToBeUndone = false
  setTimeout(() => run('undo'))
}

// A form for one request, so that each has its own place in the queue, and is there to be sent again.
function post (url, fields, ids = []) {
  const form = document.createElement('form')
  form.hidden = true
  form.action = url
  form.method = 'post'
  const attributes = { 'hx-post': url, 'hx-target': '#toasts', 'hx-swap': 'beforeend', 'hx-headers': document.body.getAttribute('hx-headers') }
  for (const [name, value] of Object.entries(attributes)) form.setAttribute(name, value)
  for (const [name, value] of fields) {
    const input = document.createElement('input')
    Object.assign(input, { type: 'hidden', name, value })
    form.append(input)
  }
  form.addEventListener('htmx:afterRequest', event => {
    for (const id of ids) leaving.delete(id)
    refresh(null)
    arrived()
    if (event.detail.successful) setTimeout(() => form.remove())
  })
  document.body.append(form)
  htmx.process(form)
  underWay++
  form.requestSubmit()
}

// Posts the change for the targets. The address of one is that of many, so that all say what they did alike.
export function change (values, at = targets()) {
  const { ids } = at
  if (!ids.length) return false
  const fields = Object.entries(values).flatMap(([name, value]) => [].concat(value).map(one => [name, one]))
  fields.push(...at.isWhole ? [['matching', 'on']] : ids.map(id => ['ids', id]))
  const leaves = leavesList(values)
  if (leaves || isLeftWhenDone(values)) goOn(ids, isLeftWhenDone(values))
  if (leaves) fade(ids)
  clearPicked()
  post(`${urls().changeUrl}${query()}`, fields, ids)
}

function mark (word, at = targets()) {
  if (!at.ids.length) return false
  // To look at a conversation is to read it, so one that is to be unread is left.
  if (word === 'unread' && at.ids.includes(openId())) closeConversation()
  clearPicked()
  post(`${urls().markUrl}${query()}`, [['mark', word], ...at.ids.map(id => ['ids', id])])
}

const hasTargets = () => targets().ids.length > 0
const CHANGES = {
  resolve: { status: 'resolved' },
  reopen: { status: 'open' },
  'assign-me': { assignee: 'me' },
  spam: { folder: 'spam' },
  trash: { folder: 'trash' },
}
const MARKS = { unread: 'unread', follow: 'toggle-follow' }
const act = (id, at) => id in CHANGES ? change(CHANGES[id], at) : mark(MARKS[id], at)

for (const id of [...Object.keys(CHANGES), ...Object.keys(MARKS)]) register(id, () => act(id), hasTargets)

// A button is about what stands around it: in the bar the picked rows, elsewhere the open conversation.
export function targetsAt (element) {
  return element?.closest('#conversation') ? { ids: [openId()] } : targets()
}

document.addEventListener('click', event => {
  const button = event.target.closest('#conversation [data-command], #bulk [data-command]')
  const id = button?.dataset.command
  if (!(id in CHANGES || id in MARKS)) return
  event.preventDefault()
  event.stopPropagation()
  button.closest('details.menu')?.removeAttribute('open')
  act(id, targetsAt(button))
}, { capture: true })

// A change of a whole list goes on by itself until it is done, or stopped after the step that is under way.
let isStopped = false

document.addEventListener('click', event => {
  const button = event.target.closest('#bulk-progress [data-stop]')
  if (!button) return
  isStopped = true
  button.disabled = true
})
document.addEventListener('htmx:configRequest', event => {
  if (event.detail.elt.id !== 'bulk-progress' || !isStopped) return
  isStopped = false
  event.detail.parameters.is_stopped = 'on'
})
document.addEventListener('htmx:afterRequest', event => {
  if (!event.detail.successful || !event.detail.elt.matches('[data-undoes], #bulk-progress')) return
  if (!document.getElementById('bulk-progress')) isStopped = false
  refresh(null)
})

// Choices: in a popover beside the control, or over the page for a key.
const KINDS = { assign: 'assignee', team: 'team', tag: 'tag', priority: 'priority', snooze: 'snooze', status: 'status' }
const isVisible = element => element.checkVisibility({ visibilityProperty: true })
const numberOf = id => document.getElementById(`row-${id}`)?.dataset.number ?? location.pathname.match(/^\/conversations\/(\d+)/)?.[1]
const withStatus = (kind, values) => kind === 'snooze' ? { status: 'snoozed', ...values } : values

// A macro has an address of its own, and takes those that are shown.
function apply (url, { ids }) {
  clearPicked()
  post(url, ids.map(id => ['ids', id]))
}

// What the bar does not offer is chosen where it stands: a link to the page of its choices.
const urlOf = (kind, opener) => document.querySelector(`#bulk [data-pick="${kind}"]`)?.dataset.url ?? opener?.pathname

async function choose (kind, opener, at) {
  const url = urlOf(kind, opener)
  if (!url || !at.ids.length) return
  const number = at.ids.length === 1 && !at.isWhole && numberOf(at.ids[0])
  const take = values => kind === 'macro' ? apply(values.macro, at) : change(withStatus(kind, values), at)
  const isOpen = import(urls().script).then(({ openPicker }) => openPicker({ url, number, opener, take }))
  if (!await isOpen.catch(() => false)) notify(navigator.onLine ? 'refused' : 'offline')
}

for (const [id, kind] of Object.entries(KINDS)) {
  register(id, (event, values) => {
    const at = targets()
    if (!at.ids.length) return false
    if (values) return change(withStatus(kind, values), at)
    const opener = [...document.querySelectorAll(`[data-pick="${kind}"]`)].find(isVisible)
    choose(kind, opener ?? currentRow(), at)
  }, hasTargets)
}

document.addEventListener('click', event => {
  const opener = event.target.closest('[data-pick]')
  if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  choose(opener.dataset.pick, opener.closest('details.menu')?.querySelector('summary') ?? opener, targetsAt(opener))
})
