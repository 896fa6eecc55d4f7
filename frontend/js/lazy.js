// What is loaded when it is first asked for: the palette and the list of keys.
import htmx from 'htmx.org'
import { capsOf, commands, go, isReady, keysOf, register, run } from './commands.js'

const dialog = document.getElementById('palette')
const tools = { capsOf, commands, go, isReady, keysOf, run }

if (dialog) {
  const script = () => import(dialog.dataset.script)
  register('palette', () => { script().then(({ openPalette }) => openPalette(tools)) })
  register('help', () => { script().then(({ openHelp }) => openHelp(tools)) })
}

// What the palette was told to change, in the conversation that the address names.
const isOpen = () => document.getElementById('thread') !== null && location.pathname.startsWith('/conversations/')

register('change', (_event, values) => {
  htmx.ajax('POST', `${location.pathname}/change${location.search}`, { values, source: document.body, target: '#conversation', swap: 'morph' })
}, isOpen)
