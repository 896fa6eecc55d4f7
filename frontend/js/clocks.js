// <time datetime data-due>: what is left of a promise, counted on each minute in the words of #clock-words. With
// data-due="short" the bare length, as rows have it.
const MINUTE_MS = 60_000
const UNITS = [['days', 1440], ['hours', 60], ['minutes', 1]]
const TONES = ['chip-danger', 'chip-warn']

const words = () => document.getElementById('clock-words').dataset
const unit = (name, count) => words()[name].replace('{count}', count)

// At most two units, days alone: "38m", "1h 20m", "3d".
function length (minutes) {
  const [name, size] = UNITS.find(([, size]) => minutes >= size) ?? UNITS.at(-1)
  const rest = name === 'hours' ? minutes % size : 0
  return unit(name, Math.floor(minutes / size)) + (rest ? ` ${unit('minutes', rest)}` : '')
}

function show (clock) {
  const leftMs = new Date(clock.dateTime) - Date.now()
  const time = length(Math.floor(Math.abs(leftMs) / MINUTE_MS))
  const text = leftMs < 0 ? words().over : clock.dataset.due === 'short' ? '{time}' : words().left
  const tone = leftMs < 0 ? TONES[0] : leftMs < 60 * MINUTE_MS ? TONES[1] : ''
  clock.querySelector('span').textContent = text.replace('{time}', time)
  for (const one of TONES) clock.classList.toggle(one, one === tone)
}

export const tick = () => document.querySelectorAll('time[data-due]').forEach(show)

setInterval(tick, MINUTE_MS)
document.addEventListener('visibilitychange', tick)
