// For what may wait until the page shows what has just come: layout is clean then, and to measure it costs nothing.
export const afterPaint = work => requestAnimationFrame(() => setTimeout(work))
