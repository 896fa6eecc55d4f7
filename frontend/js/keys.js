// Keys: matched by what is typed, so that they work on every layout. Off while somebody types, in dialogs, and while an
// input method composes; with Ctrl or Cmd they work in fields too, where the table says so.
import { commands, isField, isOn, run } from './commands.js'

const SEQUENCE_MS = 900
const REPEATED = ['next', 'previous', 'pick-next', 'pick-previous']

const byKeys = new Map()
const firstStrokes = new Set()
for (const command of commands) {
  for (const keys of command.keys) {
    byKeys.set(keys, [...(byKeys.get(keys) ?? []), command])
    if (keys.includes(' ')) firstStrokes.add(keys.split(' ')[0])
  }
}

const LETTER = /\p{L}/u
const isMod = event => (event.ctrlKey || event.metaKey) && !event.getModifierState('AltGraph')

function letterOf (event) {
  const { key, code } = event
  if (!LETTER.test(key)) return key
  // Of another script: the letter that stands there on a Latin layout.
  const latin = key > '\x7f' && /^Key[A-Z]$/.test(code) && !event.getModifierState('AltGraph') ? code[3] : key
  return event.shiftKey ? latin.toUpperCase() : latin.toLowerCase() // whatever Caps Lock says
}

function strokeOf (event) {
  const key = event.key.length === 1 ? letterOf(event) : event.key
  if (isMod(event)) {
    if (event.altKey) return ''
    const name = event.code === 'Period' ? '.' : key.length === 1 ? key.toLowerCase() : key
    return `mod+${event.shiftKey ? 'shift+' : ''}${name}`
  }
  // With Alt some layouts type [ and ], but letters belong to the browser's menus.
  return event.altKey && /^[\p{L}\p{N}]$|.../u.test(key) && !event.getModifierState('AltGraph') ? '' : key
}

const isInList = () => document.activeElement.closest('#conversation-list') || !document.getElementById('thread')

function fits (command, inField) {
  if (command.where === 'anywhere') return true
  if (inField || command.where === 'field') return inField && command.where === 'field'
  return !command.where || (command.where === 'list') === Boolean(isInList())
}

// Arrows scroll where there is something to scroll, and choose in menus and radio groups; Enter is the control's own.
const ownsKey = ({ key, target }) => (key.startsWith('Arrow') && target.closest('.timeline, .details, .menu, .page, input')) ||
  (key === 'Enter' && target !== document.body && !target.matches('[tabindex="-1"]'))

let begun = ''
let forgetting

function begin (stroke) {
  clearTimeout(forgetting)
  begun = stroke
  if (stroke) forgetting = setTimeout(() => { begun = '' }, SEQUENCE_MS)
}

function pressed (event, inField) {
  const stroke = strokeOf(event)
  if (!stroke || !isOn(stroke) || (inField && !stroke.startsWith('mod+'))) return
  const keys = begun ? `${begun} ${stroke}` : stroke
  const wasBegun = begun !== ''
  begin('')
  const found = (byKeys.get(keys) ?? []).filter(command => fits(command, inField))
  if (event.repeat && !found.some(command => REPEATED.includes(command.id))) return
  if (found.some(command => run(command.id, event))) return event.preventDefault()
  if (!wasBegun && !inField && isOn(' ') && firstStrokes.has(stroke)) {
    begin(stroke)
    event.preventDefault()
  }
}

// Leaves a field for the pane around it, so that the next key works there.
function leave (field) {
  const pane = field.closest('[tabindex="-1"]')
  pane ? pane.focus({ preventScroll: true }) : field.blur()
}

const isLayerOpen = () => document.querySelector('dialog[open], [popover]:popover-open, details.menu[open]')

function escaped (event, inField) {
  if (isLayerOpen()) return
  begin('')
  inField ? leave(event.target) : run('back', event)
}

// The rich editor takes every Escape for done, whether or not it had a menu or a suggestion to close with it.
let hadChoices = false
const isTaken = event => event.defaultPrevented && (event.key !== 'Escape' || hadChoices || !event.target.matches('[contenteditable=true]'))

document.addEventListener('keydown', event => { hadChoices = event.target.hasAttribute('aria-activedescendant') }, { capture: true })
document.addEventListener('keydown', event => {
  if (isTaken(event) || event.isComposing || event.keyCode === 229 || ['Control', 'Shift', 'Alt', 'Meta', 'AltGraph'].includes(event.key)) return
  const inField = isField(event.target)
  if (event.key === 'Escape') return escaped(event, inField)
  const inDialog = document.querySelector('dialog[open]') !== null
  if (inDialog && !(inField && isMod(event) && event.key === 'Enter')) return
  if (event.target.closest('[role=listbox], [role=menu]') || (!isMod(event) && ownsKey(event))) return
  pressed(event, inField)
})
