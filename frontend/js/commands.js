// The table of commands that the page brought along (hummdesk/commands.py): keys, palette and the list of keys read it.
// A command is done by its function, else by the visible element with data-command=<id>: a field is focused, anything
// else is clicked. A place without an element is gone to.
const source = document.getElementById('commands')
export const commands = source ? JSON.parse(source.textContent) : []
const byId = new Map(commands.map(command => [command.id, command]))
const registered = new Map()
const always = () => true

// `perform(event, argument)` returns false when there is nothing for it to do; then the element is looked for.
// `isReady()` says whether there would be, for the palette.
export const register = (id, perform, isReady = always) => registered.set(id, { perform, isReady })

const FIELDS = 'input:not([type=radio], [type=checkbox], [type=button], [type=submit]), textarea, select, [contenteditable=""], [contenteditable=true]'
export const isField = element => element.matches(FIELDS)

const isVisible = element => element.checkVisibility({ visibilityProperty: true })
// What a closed menu or drawer holds can be done as well; opening it first is not needed.
function isInMenu (element) {
  const menu = element.closest('details:not([open])') ?? element
  return isVisible(menu) || menu.closest('[popover]:not(:popover-open)') !== null
}

function elementOf (id, near) {
  const named = [...(near ?? document).querySelectorAll(`[data-command="${id}"]:not(:disabled)`)]
  // The last one: of several toasts with Undo, the newest.
  return named.findLast(isVisible) ?? named.findLast(isInMenu)
}

// By a link of the page if it has one, which may need to load less.
export function go (url) {
  const link = [...document.links].find(link => link.getAttribute('href') === url && isVisible(link))
  link ? link.click() : location.assign(url)
}

export function isReady (id) {
  return Boolean(registered.get(id)?.isReady() || elementOf(id) || byId.get(id)?.url)
}

function operate (element) {
  if (!isField(element)) {
    element.click()
    // Until the composer's script is here nothing else would lead from its kinds to its text, and what is typed next
    // would be taken for commands.
    if (element.name === 'kind' && !('ready' in element.form.dataset)) element.form.elements.body.focus()
    return
  }
  element.focus()
  element.select?.()
}

// Whether there was something to do.
export function run (id, event, argument) {
  if (registered.has(id) && registered.get(id).perform(event, argument) !== false) return true
  const near = event?.target?.closest?.('form, dialog')
  const element = (near && elementOf(id, near)) ?? elementOf(id)
  if (element) operate(element)
  const url = !element && byId.get(id)?.url
  if (url) go(url)
  return Boolean(element || url)
}

// What is printed on the keys.
const isApple = /mac|iphone|ipad/i.test(navigator.userAgentData?.platform ?? navigator.platform)
const CAPS = { mod: isApple ? '⌘' : 'Ctrl', shift: '⇧', Enter: '↵', ArrowDown: '↓', ArrowUp: '↑', Escape: 'Esc' }
const capsOfStroke = stroke => stroke.length === 1
  ? (/\p{Lu}/u.test(stroke) ? [CAPS.shift, stroke] : [stroke.toUpperCase()])
  : stroke.split(/\+(?=.)/).map(part => CAPS[part] ?? part.toUpperCase())
export const capsOf = keys => keys.split(' ').flatMap(capsOfStroke)

const areOn = () => document.body.dataset.shortcuts !== 'off'
// With the switch off, only keys with Ctrl or Cmd and those that type nothing are left (WCAG 2.1.4).
export const isOn = keys => areOn() || keys.includes('mod+') || keys.length > 1 && !keys.includes(' ')
export const keysOf = command => command.keys.filter(isOn)

// For screen readers, in the words of ARIA; it has none for two keys after each other.
const ARIA = { mod: isApple ? 'Meta' : 'Control', shift: 'Shift' }
const ariaOf = keys => keys.length === 1 && /\p{Lu}/u.test(keys)
  ? `Shift+${keys}`
  : keys.split(/\+(?=.)/).map(part => ARIA[part] ?? (part.length === 1 ? part.toUpperCase() : part)).join('+')

function showKeys () {
  for (const cap of document.querySelectorAll('[data-key-of]')) {
    const [keys] = keysOf(byId.get(cap.dataset.keyOf) ?? { keys: [] })
    const text = keys ? capsOf(keys).join(' ') : ''
    if (cap.textContent !== text) cap.textContent = text
    cap.hidden = !text
  }
  for (const element of document.querySelectorAll('[data-command]')) {
    const said = keysOf(byId.get(element.dataset.command) ?? { keys: [] }).filter(keys => !keys.includes(' ')).map(ariaOf).join(' ')
    if (!said) element.removeAttribute('aria-keyshortcuts')
    else if (element.getAttribute('aria-keyshortcuts') !== said) element.setAttribute('aria-keyshortcuts', said)
  }
}

// A tooltip names the key once it is looked at.
document.addEventListener('pointerover', event => {
  const element = event.target.closest?.('[data-command][title]')
  const [keys] = element ? keysOf(byId.get(element.dataset.command) ?? { keys: [] }) : []
  if (!keys) return
  element.dataset.title ??= element.title
  element.title = `${element.dataset.title} (${capsOf(keys).join(' ')})`
}, { passive: true })
// A button for what only a function does.
document.addEventListener('click', event => {
  const element = event.target.closest('[data-runs]')
  if (element) registered.get(element.dataset.runs)?.perform(event)
})
document.addEventListener('htmx:afterSettle', showKeys)
showKeys()

register('copy-link', () => { navigator.clipboard?.writeText(location.href) })
