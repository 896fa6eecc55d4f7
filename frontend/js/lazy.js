// What is loaded when it is first asked for: the palette and the list of keys.
import { capsOf, commands, go, isReady, keysOf, register, run } from './commands.js'
import { change, targets } from './triage.js'

const dialog = document.getElementById('palette')
const tools = { capsOf, commands, go, isReady, keysOf, run }

if (dialog) {
  const script = () => import(dialog.dataset.script)
  register('palette', () => { script().then(({ openPalette }) => openPalette(tools)) })
  register('help', () => { script().then(({ openHelp }) => openHelp(tools)) })
}

// What the palette was told to change: "assign jonas", "snooze fri 9".
register('change', (_event, values) => change(values), () => targets().ids.length > 0)
