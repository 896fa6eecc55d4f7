// Choices for conversations (GET /inbox/pick/<kind>), in a popover that the keyboard filters: type, arrows, Enter.
// A bundle of its own, loaded when the first one opens (triage.js), so it imports nothing of the page's.
const PAUSE_MS = 200
const GAP_PX = 4

const box = document.createElement('div')
box.className = 'picker-pop'
box.id = 'picker'
box.popover = 'auto'
box.role = 'dialog'
document.body.append(box)

let done // called with what was chosen
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

async function load (query) {
  const response = await fetch(`${url}?${new URLSearchParams(query)}`, { headers: { 'HX-Request': 'true' } })
  if (!response.ok || response.redirected) return undefined
  const holder = document.createElement('template')
  holder.innerHTML = await response.text()
  return holder
}

// Times are told by the server, which knows the agent's clock and words.
async function ask () {
  const text = input().value.trim()
  const holder = await load({ typed: text })
  if (!holder || !box.matches(':popover-open') || input().value.trim() !== text) return
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
  done({ [name]: value })
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

// Returns whether the choices could be had. `number` names the one conversation that they are for.
export async function openPicker ({ url: from, number, opener, take: chosenIs }) {
  url = from
  done = chosenIs
  const holder = await load(number ? { conversation: number } : {})
  if (!holder) return false
  box.replaceChildren(holder.content)
  box.ariaLabel = input().ariaLabel
  box.showPopover()
  place(opener)
  input().focus()
  choose(shown()[0])
  return true
}

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
