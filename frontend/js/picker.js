// Choices for conversations (GET /inbox/pick/<kind>), in a popover that the keyboard filters: type, arrows, Enter.
import htmx from 'htmx.org'
import { register } from './commands.js'
import { currentRow } from './list.js'
import { change, targets, targetsAt } from './triage.js'

const KINDS = { assign: 'assignee', team: 'team', tag: 'tag', priority: 'priority', snooze: 'snooze', status: 'status' }
const PAUSE_MS = 200
const GAP_PX = 4

const box = document.createElement('div')
box.className = 'picker-pop'
box.id = 'picker'
box.popover = 'auto'
box.role = 'dialog'
document.body.append(box)

let at
let kind
let url
let pausing

const plain = text => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
const input = () => box.querySelector('[role=combobox]')
const all = () => [...box.querySelectorAll('[role=option]')]
const shown = () => all().filter(option => !option.hidden)
const chosen = () => box.querySelector('[aria-selected=true]')

function choose (option) {
  chosen()?.setAttribute('aria-selected', 'false')
  if (!option) return input().removeAttribute('aria-activedescendant')
  option.setAttribute('aria-selected', 'true')
  input().setAttribute('aria-activedescendant', option.id)
  option.scrollIntoView({ block: 'nearest' })
}

function filter () {
  const text = plain(input().value.trim())
  let isThere = false
  for (const option of all()) {
    if ('new' in option.dataset) continue
    const label = plain(option.querySelector('.cut').textContent)
    isThere ||= label === text
    option.hidden = !label.split(/[\s@.-]+/).concat(label).some(word => word.startsWith(text)) && !label.includes(text)
  }
  const fresh = box.querySelector('[data-new]')
  if (fresh) {
    fresh.hidden = !text || isThere
    fresh.dataset.value = fresh.querySelector('b').textContent = input().value.trim()
  }
  box.querySelector('.picker-none').hidden = shown().length > 0
  choose(shown()[0])
}

// Times are told by the server, which knows the agent's clock and words.
async function ask () {
  const text = input().value.trim()
  const response = await fetch(`${url}?typed=${encodeURIComponent(text)}`, { headers: { 'HX-Request': 'true' } })
  if (!response.ok || response.redirected || !box.matches(':popover-open') || input().value.trim() !== text) return
  const holder = document.createElement('template')
  holder.innerHTML = await response.text()
  box.querySelector('[role=listbox]').replaceChildren(...holder.content.querySelector('[role=listbox]').children)
  if (all().length > 1) filter()
  choose(shown()[0])
}

function typed () {
  filter()
  clearTimeout(pausing)
  if ('typed' in input().dataset) pausing = setTimeout(ask, PAUSE_MS)
}

function take (name, value) {
  box.hidePopover()
  change(kind === 'snooze' ? { status: 'snoozed', [name]: value } : { [name]: value }, at)
}

function place (opener) {
  const { innerWidth: width, innerHeight: height } = window
  const near = opener?.checkVisibility() ? opener.getBoundingClientRect() : undefined
  const { offsetWidth, offsetHeight } = box
  const left = near ? Math.min(near.left, width - offsetWidth - 12) : (width - offsetWidth) / 2
  const below = near ? near.bottom + GAP_PX : height * 0.12
  const top = below + offsetHeight > height - 12 && near ? Math.max(12, near.top - offsetHeight - GAP_PX) : below
  box.style.setProperty('--left', `${Math.max(12, left)}px`)
  box.style.setProperty('--top', `${top}px`)
}

const numberOf = id => document.getElementById(`row-${id}`)?.dataset.number ?? location.pathname.match(/^\/conversations\/(\d+)/)?.[1]

async function open (what, opener, on) {
  if (!on.ids.length) return false
  const source = document.querySelector(`[data-pick="${what}"][data-url]`)
  if (!source) return false
  kind = what
  at = on
  url = source.dataset.url
  const number = on.ids.length === 1 && !on.isWhole && numberOf(on.ids[0])
  await htmx.ajax('GET', number ? `${url}?conversation=${number}` : url, { source: box, target: box, swap: 'innerHTML' })
  if (!input()) return
  box.ariaLabel = input().ariaLabel
  box.showPopover()
  place(opener)
  input().focus()
  choose(shown()[0])
}

const isVisible = element => element.checkVisibility({ visibilityProperty: true })

for (const [id, what] of Object.entries(KINDS)) {
  register(id, (event, argument) => {
    const on = targets()
    if (!on.ids.length) return false
    if (argument) return change(what === 'snooze' ? { status: 'snoozed', ...argument } : argument, on)
    const opener = [...document.querySelectorAll(`[data-pick="${what}"]`)].find(isVisible)
    open(what, opener ?? currentRow(), on)
  }, () => targets().ids.length > 0)
}

document.addEventListener('click', event => {
  const opener = event.target.closest('[data-pick][data-url]')
  if (opener) {
    event.preventDefault()
    const menu = opener.closest('details.menu')
    open(opener.dataset.pick, menu?.querySelector('summary') ?? opener, targetsAt(opener))
  }
})
box.addEventListener('click', event => {
  const option = event.target.closest('[role=option]')
  if (option) take(option.dataset.name, option.dataset.value)
  const time = event.target.closest('[data-take-time]') && box.querySelector('[type=datetime-local]')
  if (time && !time.value) time.focus()
  else if (time) take('snoozed_until', time.value)
})
box.addEventListener('pointermove', event => {
  const option = event.target.closest('[role=option]')
  if (option && option !== chosen()) choose(option)
}, { passive: true })
box.addEventListener('input', event => { if (event.target === input()) typed() })
box.addEventListener('keydown', event => {
  if (event.isComposing || event.target !== input()) return
  const options = shown()
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (step && options.length) choose(options[(options.indexOf(chosen()) + step + options.length) % options.length])
  else if (event.key === 'Enter' && chosen()) take(chosen().dataset.name, chosen().dataset.value)
  else if (event.key !== 'Enter') return
  event.preventDefault()
})
