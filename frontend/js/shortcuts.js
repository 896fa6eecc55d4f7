// The settings page of keys: a field takes keys as they are pressed, as keys.js will read them.
const SEQUENCE_MS = 900
const PASSED = ['Tab', 'Escape', 'Shift', 'Control', 'Alt', 'Meta', 'AltGraph', 'CapsLock']

const written = event => {
  const key = event.key.length > 1 ? event.key : event.shiftKey ? event.key.toUpperCase() : event.key.toLowerCase()
  const isMod = (event.ctrlKey || event.metaKey) && !event.getModifierState('AltGraph')
  if (!isMod) return key
  return `Ctrl+${event.shiftKey ? 'Shift+' : ''}${event.code === 'Period' ? '.' : key.toLowerCase().replace('enter', 'Enter')}`
}

let last = { at: 0 }

function take (event) {
  const field = event.target
  if (event.key === 'Backspace' || event.key === 'Delete') field.value = ''
  else if (event.key.length === 1 || event.key === 'Enter') {
    const key = written(event)
    const goesOn = last.field === field && Date.now() - last.at < SEQUENCE_MS && field.value.length === 1 && key.length === 1
    field.value = goesOn ? `${field.value} ${key}` : key
    last = { field, at: Date.now() }
  }
  event.preventDefault()
}

document.addEventListener('keydown', event => {
  if (!event.target.matches('.key-field input') || PASSED.includes(event.key) || event.isComposing) return
  if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) return // saves
  event.stopPropagation()
  take(event)
}, { capture: true })
