// The command palette: a combobox over a listbox. Commands and places come from the page's table; what is in the account
// comes from the server as options, after two letters. Loaded with its first opening.
import { kbd, openHelp } from './help.js'
import { ranked } from './match.js'

export { openHelp }

const RECENT_KEY = 'recent-commands'
const RECENT_MOST = 5
const ASK_FROM = 2
const PAUSE_MS = 120

const dialog = document.getElementById('palette')
const input = document.getElementById('palette-input')
const list = document.getElementById('palette-list')
const nothing = document.getElementById('palette-none')

let tools
let ready = []
let pausing
let asked

const recent = () => JSON.parse(localStorage.getItem(RECENT_KEY) ?? '[]')
const remember = id => localStorage.setItem(RECENT_KEY, JSON.stringify([id, ...recent().filter(other => other !== id)].slice(0, RECENT_MOST)))

function optionOf (command) {
  const option = dialog.querySelector('template').content.firstElementChild.cloneNode(true)
  option.dataset.do = command.id
  option.querySelector('use').setAttribute('href', `${dialog.dataset.icons}#${command.icon || 'chevron-right'}`)
  option.querySelector('.cut').textContent = command.label
  const [keys] = tools.keysOf(command)
  if (keys) option.querySelector('.kbds').append(...tools.capsOf(keys).map(kbd))
  return option
}

function groupOf (name, commands) {
  const group = document.createElement('div')
  const heading = document.createElement('div')
  group.role = 'group'
  group.ariaLabel = heading.textContent = name
  heading.className = 'palette-group'
  heading.ariaHidden = 'true'
  group.append(heading, ...commands.map(optionOf))
  return group
}

function localGroups (text) {
  const found = ranked(ready, text)
  if (text) return [...Map.groupBy(found, command => command.group)].map(([name, commands]) => groupOf(name, commands))
  const before = recent().map(id => found.find(command => command.id === id)).filter(Boolean)
  const others = found.filter(command => !before.includes(command))
  const groups = [...Map.groupBy(others, command => command.group)].map(([name, commands]) => groupOf(name, commands))
  return before.length ? [groupOf(dialog.dataset.recent, before), ...groups] : groups
}

const options = () => [...list.querySelectorAll('[role=option]')]
const chosen = () => list.querySelector('[aria-selected=true]')

function choose (option) {
  chosen()?.setAttribute('aria-selected', 'false')
  if (!option) return input.removeAttribute('aria-activedescendant')
  option.setAttribute('aria-selected', 'true')
  input.setAttribute('aria-activedescendant', option.id)
  option.scrollIntoView({ block: 'nearest' })
}

function show (groups) {
  list.replaceChildren(...groups)
  options().forEach((option, index) => { option.id = `palette-option-${index}` })
  choose(options()[0])
  list.scrollTop = 0
  nothing.textContent = options().length ? '' : nothing.dataset.text
}

// What the server found; choices of something that this page cannot do are left out.
async function ask (text) {
  asked?.abort()
  asked = new AbortController()
  const response = await fetch(`${dialog.dataset.search}?q=${encodeURIComponent(text)}`, { signal: asked.signal, headers: { 'HX-Request': 'true' } })
  if (!response.ok || response.redirected) return
  const holder = document.createElement('template')
  holder.innerHTML = await response.text()
  for (const option of holder.content.querySelectorAll('[data-do]')) if (!tools.isReady(option.dataset.do)) option.remove()
  for (const group of holder.content.querySelectorAll('[role=group]')) if (!group.querySelector('[role=option]')) group.remove()
  if (!dialog.open || input.value.trim() !== text) return
  const was = chosen()?.dataset.do
  show([...localGroups(text), ...holder.content.children])
  if (was) choose(options().find(option => option.dataset.do === was) ?? options()[0])
}

function typed () {
  const text = input.value.trim()
  clearTimeout(pausing)
  asked?.abort()
  show(localGroups(text))
  if (text.length >= ASK_FROM) pausing = setTimeout(() => ask(text).catch(error => { if (error.name !== 'AbortError') throw error }), PAUSE_MS)
}

// Closing first gives the focus back to where it was, and the command works from there.
function perform (option) {
  const { do: id, url, values } = option.dataset
  dialog.close()
  if (url) return tools.go(url)
  if (!values) remember(id)
  tools.run(id, null, values && JSON.parse(values))
}

function moved (event) {
  const all = options()
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (!step || !all.length) return
  event.preventDefault()
  choose(all[(all.indexOf(chosen()) + step + all.length) % all.length])
}

input.addEventListener('input', typed)
input.addEventListener('keydown', event => {
  if (event.isComposing) return
  if (event.key === 'Enter' && chosen()) {
    event.preventDefault()
    return perform(chosen())
  }
  if (event.key === 'k' && (event.ctrlKey || event.metaKey)) {
    event.preventDefault()
    return dialog.close()
  }
  moved(event)
})
list.addEventListener('pointermove', event => {
  const option = event.target.closest('[role=option]')
  if (option && option !== chosen()) choose(option)
})
list.addEventListener('click', event => {
  const option = event.target.closest('[role=option]')
  if (option) perform(option)
})
dialog.addEventListener('click', event => { if (event.target === dialog) dialog.close() })

export function openPalette (given) {
  tools = given
  if (dialog.open) return
  // Asked while the focus is still where it was.
  ready = tools.commands.filter(command => command.id !== 'palette' && tools.isReady(command.id))
  input.value = ''
  dialog.showModal()
  typed()
  input.focus()
}
